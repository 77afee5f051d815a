"""Writing to the trail, and taking back what it knows of a person."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from django.db import connection, transaction

from caimera.audit.errors import NotInPlaceYet, NotRecordable, OutsideTransaction, UnknownActor
from caimera.audit.following import follow, is_followed
from caimera.audit.models import PersonKey, Record
from caimera.audit.queries import records_about, without_place
from caimera.audit.sequencing import locked, sequence
from caimera.protocol import canonical
from caimera.protocol.errors import NotCanonical
from caimera.web.logs import current_request_id

_Given: TypeAlias = tuple[int, datetime]
_Row: TypeAlias = tuple[str, str, str, str, str]
JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"

_FIELDS = ("id", "at", "act", "actor", "object", "detail", "request_id")
_INSERT = "INSERT INTO audit_record (act, actor, object, detail, request_id) VALUES (%s, %s, %s, %s, %s)"
"""By hand, as every act waits for it: the ORM takes three times as long to say the same."""
_INSERT_ALL = """
INSERT INTO audit_record (act, actor, object, detail, request_id)
SELECT told->>0, told->>1, told->>2, told->4, told->>3
FROM jsonb_array_elements(%s) WITH ORDINALITY AS acts(told, number) ORDER BY number"""
"""As JSON, which is written faster than hundreds of parameters."""
_GIVEN = " RETURNING id, at"
"""What the database gives each record, read only for those that want it."""

_BATCH = 1000
"""Records erased in one transaction, under one record that says so."""


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
        OutsideTransaction, UnknownActor, NotRecordable: nothing is written then.
    """
    told = Act(act=act, actor=actor, object=object, detail=detail or {}, request_id=request_id)
    row = _row(told)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT + _GIVEN, row)
        made = _record(told, cursor.fetchone(), row)
    follow(made)
    return made


def record_all(*, acts: Sequence[Act]) -> None:
    """Write several acts of one transaction, each as its own record, with one statement.

    Raises:
        OutsideTransaction, UnknownActor, NotRecordable: nothing is written then.
    """
    if not acts:
        return
    rows = [_row(told) for told in acts]
    told_at_once = f"[{','.join(map(_as_json, rows))}]"
    with connection.cursor() as cursor:
        if not any(is_followed(told.act) for told in acts):
            cursor.execute(_INSERT_ALL, [told_at_once])
            return
        cursor.execute(_INSERT_ALL + _GIVEN, [told_at_once])
        given = cursor.fetchall()
    for told, back, row in zip(acts, given, rows, strict=True):
        if is_followed(told.act):
            follow(_record(told, back, row))


def _as_json(row: _Row) -> str:
    """A list of what the row holds; its detail is JSON already."""
    act, actor, about, detail, request_id = row
    return f"{json.dumps((act, actor, about, request_id))[:-1]},{detail}]"


def _record(told: Act, given: _Given, row: _Row) -> Record:
    return Record.from_db(connection.alias, _FIELDS, (*given, *row[:3], dict(told.detail), row[4]))


def _row(told: Act) -> _Row:
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction(told.act)
    if not _is_actor(told.actor):
        raise UnknownActor(told.actor)
    detail = _canonical(told.act, told.detail)
    return told.act, told.actor, told.object, detail, told.request_id or current_request_id()


def _is_actor(actor: str) -> bool:
    kind, colon, name = actor.partition(":")
    if not colon:
        return kind in {"system", "visitor"}
    return kind in {"person", "site"} and bool(name)


def _canonical(act: str, detail: Mapping[str, JSON]) -> str:
    """The detail's text; what has none could never be put into the tree."""
    try:
        return canonical.dumps(detail).decode()
    except NotCanonical:
        raise NotRecordable(act) from None


def forget_person(*, names: Collection[str], actor: str) -> int:
    """Take back what the trail knows of a person; returns how many records were opened no more.

    `names` are all that the trail may call them: `person:<sub>`, `person:<id>`. Their records and every
    other that names them are erased, and the keys of their pseudonyms destroyed. Their leaves stay: that
    somebody did this, then. Where they ask for it themselves, the actor is `system`, so that the asking
    does not name them again.

    Raises NotInPlaceYet and UnknownActor; then nothing was forgotten.
    """
    if not _is_actor(actor):
        raise UnknownActor(actor)
    actor = "system" if actor in names else actor
    sequence(wait=True)
    with transaction.atomic():
        locked(wait=True)
        about = records_about(names)
        if without_place(about).exists():
            raise NotInPlaceYet
        ids = list(about.order_by("id").values_list("id", flat=True))
        erased = sum(
            _erase(ids[start : start + _BATCH], actor=actor, why="a person was forgotten")
            for start in range(0, len(ids), _BATCH)
        )
        PersonKey.objects.filter(name__in=names).delete()
        record(act="person.forgotten", actor=actor, detail={"records": erased})
    return erased


def _erase(ids: Sequence[int], *, actor: str, why: str) -> int:
    """Remove records by the door the database has for it, which writes down what went through."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_erase(%s, %s, %s)", [list(ids), actor, why])
        return int(cursor.fetchone()[0])
