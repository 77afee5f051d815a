"""Writing to the trail: the one verb of this room."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from django.db import transaction

from caimera.audit.errors import OutsideTransaction, UnknownActor
from caimera.audit.models import Record
from caimera.web.logs import current_request_id

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"


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
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction(act)
    if not _is_actor(actor):
        raise UnknownActor(actor)
    return Record.objects.create(
        act=act,
        actor=actor,
        object=object,
        detail=dict(detail or {}),
        request_id=request_id or current_request_id(),
    )


def _is_actor(actor: str) -> bool:
    kind, colon, name = actor.partition(":")
    if not colon:
        return kind in {"system", "visitor"}
    return kind in {"person", "site"} and bool(name)
