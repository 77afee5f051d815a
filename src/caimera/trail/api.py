"""The tracer's interface: version 1 as the CHAIMELEON tracer has it, version 2 as EUCAIM's tracing service.

Who calls is who the token says. One's own traces are given back and nobody else's, and none is ever changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NoReturn
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from ninja.errors import HttpError

from caimera.audit.models import Leaf, Record
from caimera.people.access import NeedsAuth, SignedInAuth, caller
from caimera.trail import actions, tracing
from caimera.trail.schemas import NewTrace
from caimera.trail.traces import (
    TRAIL,
    add_trace,
    found_traces,
    own_traces,
    second,
    summary,
    trace_with,
    whole,
)
from caimera.web.access import anybodys, own
from caimera.web.problems import refusals

router = Router(tags=["traces"])

MOST = 1000
"""Traces in one answer."""

Several = Annotated[list[str], Query()]
Answer = Mapping[str, Any]

_STATIC: Mapping[str, Sequence[str]] = {
    "actions": tuple(tracing.ACTIONS),
    "dataset_update_details": tracing.UPDATES,
    "hashes": tracing.HASHES,
    "dataset_resources": tracing.RESOURCES,
    "request_resource_contents": tracing.CONTENTS,
}


@router.post(
    "/v1/traces",
    auth=NeedsAuth("traces.write"),
    response={200: list[dict[str, Any]], **refusals(401, 403, 422)},
    summary="Report what was done in another program (version 1)",
)
def add_first(request: HttpRequest, body: NewTrace) -> list[Answer]:
    """Kept in the trail at once; the caller is the token's."""
    return [_cached(add_trace(new=body, caller=caller(request)))]


@router.get(
    "/v1/traces",
    auth=SignedInAuth(),
    response={200: dict[str, Any], **refusals(401)},
    summary="Read own traces (version 1)",
)
def list_first(
    request: HttpRequest,
    userId: Several = [],  # noqa: B006 - ninja's way to say a list that may be empty
    callerUserId: Several = [],  # noqa: B006
    datasetId: Several = [],  # noqa: B006
    userAction: Several = [],  # noqa: B006
    blockchain: Several = [],  # noqa: B006
    skipTraces: int = 0,
    limitTraces: int = 100,
) -> Answer:
    """The newest first; of several values of a parameter, one is enough."""
    found = found_traces(
        caller(request), users=userId, callers=callerUserId, datasets=datasetId, actions=userAction
    )
    shown = _part(found, skipTraces, limitTraces)
    _note(request, len(shown))
    listed = {
        "blockchain": TRAIL,
        "countAllTraces": found.count(),
        "traces": [summary(one) for one in shown],
    }
    return {"traces": [listed]}


@router.get(
    "/v1/traces/cache",
    auth=SignedInAuth(),
    response={200: list[dict[str, Any]], **refusals(401)},
    summary="Read which own traces have no place in the tree yet (version 1)",
)
def list_cached(request: HttpRequest) -> list[Answer]:
    """As a rule none: places are given within seconds."""
    found = list(own_traces(caller(request))[:MOST])
    placed = set(
        Leaf.objects.filter(record_id__in=[one.pk for one in found]).values_list("record_id", flat=True)
    )
    _note(request, len(found))
    return [_cached(one) for one in found if one.pk not in placed]


@router.api_operation(
    ["PUT", "DELETE"],
    "/v1/traces/cache/{uuid:trace_id}",
    auth=SignedInAuth(),
    response={**refusals(401, 404, 409)},
    summary="Change or remove a trace: never",
)
@own
def change_cached(request: HttpRequest, trace_id: UUID) -> NoReturn:
    """The trail is append-only, for everyone. 409 for one's own, 404 for what is not."""
    _one(request, trace_id)
    raise HttpError(409, _("A trace is never changed or removed. Report what is right as another."))


@router.get(
    "/v1/traces/providers",
    auth=SignedInAuth(),
    response={200: list[dict[str, Any]], **refusals(401)},
    summary="Read where traces are kept (version 1)",
)
def list_providers(request: HttpRequest) -> list[Answer]:
    """In the one trail of this site."""
    return [{"name": TRAIL, "type": TRAIL, "enabled": True}]


@router.get(
    "/v1/blockchains",
    auth=SignedInAuth(),
    response={200: list[dict[str, Any]], **refusals(401)},
    summary="Read where traces are kept (version 1, its other address)",
)
def list_blockchains(request: HttpRequest) -> list[Answer]:
    """The same as providers."""
    return list_providers(request)


@router.get(
    "/v1/traces/{uuid:trace_id}",
    auth=SignedInAuth(),
    response={200: dict[str, Any], **refusals(401, 404)},
    summary="Read one own trace (version 1)",
)
@own
def read_first(request: HttpRequest, trace_id: UUID) -> Answer:
    """With the hashes of its resources."""
    return {"traces": [{"blockchain": TRAIL, "trace": whole(_one(request, trace_id))}]}


@router.get(
    "/v1/static/traces/{what}",
    auth=SignedInAuth(),
    response={200: list[str], **refusals(401, 404)},
    summary="Read the words traces may use (version 1)",
)
@anybodys
def list_words(request: HttpRequest, what: str) -> Sequence[str]:
    """`actions`, `dataset_update_details`, `hashes`, `dataset_resources` or `request_resource_contents`."""
    if what not in _STATIC:
        raise Http404
    return list(_STATIC[what])


@router.post(
    "/v2/traces/",
    auth=NeedsAuth("traces.write"),
    response={201: dict[str, Any], **refusals(401, 403, 422)},
    summary="Report what was done in another program (version 2)",
)
def add_second(request: HttpRequest, body: NewTrace) -> Status[Answer]:
    """Kept in the trail at once; the caller is the token's."""
    return Status(201, second(add_trace(new=body, caller=caller(request))))


@router.get(
    "/v2/traces/",
    auth=SignedInAuth(),
    response={200: dict[str, Any], **refusals(401)},
    summary="Read own traces (version 2)",
)
def list_second(
    request: HttpRequest, datasetId: str = "", userAction: str = "", skip: int = 0, limit: int = 100
) -> Answer:
    """The newest first, `limit` of them at most 1000."""
    found = found_traces(
        caller(request), datasets=[datasetId] if datasetId else [], actions=[userAction] if userAction else []
    )
    shown = _part(found, skip, limit)
    _note(request, len(shown))
    return {"total": found.count(), "data": [second(one) for one in shown], "skip": skip, "limit": limit}


@router.get(
    "/v2/traces/{uuid:trace_id}",
    auth=SignedInAuth(),
    response={200: dict[str, Any], **refusals(401, 404)},
    summary="Read one own trace (version 2)",
)
@own
def read_second(request: HttpRequest, trace_id: UUID) -> Answer:
    """With the hashes of its resources."""
    return second(_one(request, trace_id))


def _one(request: HttpRequest, trace_id: UUID) -> Record:
    found = trace_with(caller(request), trace_id)
    if found is None:
        raise Http404
    _note(request, 1)
    return found


def _part(found: Any, skip: int, limit: int) -> list[Record]:
    first = min(max(skip, 0), 1_000_000)
    return list(found[first : first + min(max(limit, 0), MOST)])


def _note(request: HttpRequest, count: int) -> None:
    actions.note_reading(person=caller(request), what="traces", records=count)


def _cached(record: Record) -> Answer:
    at = record.at.isoformat()
    return {
        "id": record.detail["trace"],
        "traceId": record.detail["trace"],
        "transactionId": None,
        "creationDate": at,
        "modificationDate": at,
        "status": "WAITING",
        "statusMessage": None,
        "blockchainType": TRAIL,
        "callerId": record.actor.removeprefix("person:"),
    }
