"""Traces in the trail: written by programs of data holders, read by those they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from caimera.audit.actions import record
from caimera.audit.models import Record
from caimera.audit.queries import trail
from caimera.people.errors import ActRefused
from caimera.people.models import SERVICE, Person
from caimera.trail.schemas import NewTrace
from caimera.trail.tracing import ACTIONS, DATASETS, TRACES, USER

TRAIL = "CAIMERA_TRAIL"
"""Where the first tracer names a blockchain."""


class NotForOthers(ActRefused):
    """People report what they did themselves; only accounts of programs report what others did."""

    status = 403


@transaction.atomic
def add_trace(*, new: NewTrace, caller: Person) -> Record:
    """Record what a program reports. Raises NotForOthers where a person speaks for another."""
    user = caller.actor
    if new.userId and new.userId not in (caller.sub, caller.email, str(caller.pk)):
        if caller.issuer != SERVICE:
            raise NotForOthers(_("You can report what you did, not what others did. Leave out userId."))
        user = f"person:{new.userId}"
    kept = new.kept()
    return record(
        act=ACTIONS[new.userAction],
        actor=caller.actor,
        object=f"dataset:{new.datasetId}" if new.datasetId else "",
        detail={"trace": str(uuid4()), USER: user, **kept},
    )


def own_traces(person: Person) -> QuerySet[Record]:
    """The traces a person reported or is named in, newest first; all of them with `trail.all`."""
    found = trail().filter(act__in=tuple(TRACES))
    if person.may("trail.all"):
        return found
    named = Q(actor__in=person.names)
    for name in person.names:
        named |= Q(detail__contains={USER: name})
    return found.filter(named)


def found_traces(
    person: Person,
    *,
    users: Sequence[str] = (),
    callers: Sequence[str] = (),
    datasets: Sequence[str] = (),
    actions: Sequence[str] = (),
) -> QuerySet[Record]:
    """Those of a person's traces that fit; of several values of a field, one is enough."""
    found = own_traces(person)
    if actions:
        found = found.filter(act__in=[ACTIONS[one] for one in actions if one in ACTIONS])
    if callers:
        found = found.filter(actor__in=[f"person:{one}" for one in _clean(callers)])
    for values, one in ((users, _of_user), (datasets, _of_dataset)):
        if values:
            either = Q(pk__in=())
            for value in _clean(values):
                either |= one(value)
            found = found.filter(either)
    return found


def _clean(values: Sequence[str]) -> list[str]:
    return [value.replace("\0", "")[:300] for value in values]


def _of_user(user: str) -> Q:
    return Q(detail__contains={USER: f"person:{user}"})


def _of_dataset(dataset: str) -> Q:
    return Q(detail__contains={DATASETS: [dataset]})


def trace_with(person: Person, trace_id: UUID) -> Record | None:
    """One of a person's traces by its identifier."""
    return own_traces(person).filter(detail__contains={"trace": str(trace_id)}).first()


def _named(name: str) -> str:
    return name.removeprefix("person:")


def _common(record: Record) -> dict[str, Any]:
    return {
        "id": record.detail["trace"],
        "callerId": _named(record.actor),
        "userId": _named(record.detail[USER]),
        "userAction": TRACES[record.act],
    }


def summary(record: Record) -> Mapping[str, Any]:
    """A line of version 1's list."""
    said = record.detail
    tool = " ".join(filter(None, (said.get("toolName"), said.get("toolVersion"))))
    details = said.get("details") or tool or None
    return {**_common(record), "version": "V1", "timestamp": record.at.isoformat(), "details": details}


def whole(record: Record) -> Mapping[str, Any]:
    """Version 1's trace with all it says; its time in milliseconds since 1970-01-01 UTC, as text."""
    said = record.detail
    told = {**_common(record), "version": "V1", "timestamp": str(int(record.at.timestamp() * 1000))}
    if TRACES[record.act] == "CREATE_DATASET":
        told["traceResources"] = said.get("resources", [])
    if "toolName" in said:
        told["tool"] = {"name": said["toolName"], "version": said.get("toolVersion")}
    return {**told, **_datasets(record), **_others(record, without=("toolName", "toolVersion"))}


def second(record: Record) -> Mapping[str, Any]:
    """Version 2's trace."""
    said = record.detail
    resources = {"resources": said["resources"]} if "resources" in said else {}
    told = {**_common(record), "version": 2, "createdAt": record.at.isoformat()}
    return {**told, **_datasets(record), **resources, **_others(record)}


def _datasets(record: Record) -> dict[str, Any]:
    ids = record.detail[DATASETS]
    return {"datasetId": ids[0]} if record.object else {"datasetsIds": ids}


def _others(record: Record, without: Sequence[str] = ()) -> dict[str, Any]:
    names = ("details", "toolName", "toolVersion", "applicationId", "modelId", "modelsIds")
    return {name: record.detail[name] for name in names if name in record.detail and name not in without}
