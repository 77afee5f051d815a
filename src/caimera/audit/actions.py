"""Writing to the trail: the one verb of this room, for one act or for several at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from django.db import transaction

from caimera.audit.errors import OutsideTransaction, UnknownActor
from caimera.audit.models import Record
from caimera.web.logs import current_request_id

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"


@dataclass(frozen=True, slots=True)
class Act:
    """One act to be recorded; the fields are those of `record`."""

    act: str
    actor: str
    object: str = ""
    detail: Mapping[str, JSON] = field(default_factory=dict)
    request_id: str = ""


def record(
    *,
    act: str,
    actor: str,
    object: str = "",
    detail: Mapping[str, JSON] | None = None,
    request_id: str = "",
) -> Record:
    """Write one act into the trail, in the transaction of the act itself.

    `act` is `noun.verb` in the past, `actor` one of `person:<sub>`, `site:<id>`, `system`, `visitor`,
    `object` is `<kind>:<id>`, `request_id` the current request's where none is given.

    Raises:
        OutsideTransaction, UnknownActor: nothing is written then.
    """
    told = Act(act=act, actor=actor, object=object, detail=detail or {}, request_id=request_id)
    return record_all(acts=(told,))[0]


def record_all(*, acts: Iterable[Act]) -> Sequence[Record]:
    """Write several acts of one transaction, each as its own record, with one statement.

    Raises:
        OutsideTransaction, UnknownActor: nothing is written then.
    """
    records = [_record(told) for told in acts]
    return Record.objects.bulk_create(records)


def _record(told: Act) -> Record:
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction(told.act)
    if not _is_actor(told.actor):
        raise UnknownActor(told.actor)
    return Record(
        act=told.act,
        actor=told.actor,
        object=told.object,
        detail=dict(told.detail),
        request_id=told.request_id or current_request_id(),
    )


def _is_actor(actor: str) -> bool:
    kind, colon, name = actor.partition(":")
    if not colon:
        return kind in {"system", "visitor"}
    return kind in {"person", "site"} and bool(name)
