"""A harvest against the catalogue, in the database's own words: what is new, what changed, what is gone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.utils import timezone

from caimera.hub.catalogue.models import Description, Harvest, Source
from caimera.hub.catalogue.reading import READER
from caimera.hub.catalogue.states import Step

_FIELDS = Description._meta.get_fields()
_COLUMNS = [field.name for field in _FIELDS]


def _blank(field: models.Field[Any, Any]) -> str:
    """What stands in a column of an entry before its record is read."""
    if field.null:
        return "NULL"
    if isinstance(field, models.JSONField | ArrayField):
        return "'{}'"
    return "0" if isinstance(field, models.IntegerField) else "''"


_BLANK = {
    field.name: _blank(cast("models.Field[Any, Any]", field))
    for field in _FIELDS
    if field.name not in ("digest", "address", "turtle")
}

_LIST = """
INSERT INTO catalogue_entry (harvest_id, dataset_id, digest, address, step, problem, turtle, {blank})
SELECT %(harvest)s, listed.id, listed.digest, listed.address, compared.step,
    CASE compared.step WHEN 'refused' THEN %(taken)s || record.source_id || '.' ELSE '' END,
    CASE compared.step WHEN 'given'
        THEN CASE WHEN record.digest = listed.digest THEN record.turtle ELSE listed.turtle END
        ELSE '' END,
    {values}
FROM unnest(%(ids)s::uuid[], %(digests)s::text[], %(turtles)s::text[], %(addresses)s::text[])
    AS listed (id, digest, turtle, address)
LEFT JOIN catalogue_record AS record ON record.id = listed.id
CROSS JOIN LATERAL (SELECT CASE
    WHEN record.source_id <> %(source)s THEN 'refused'
    WHEN record.digest = listed.digest AND record.reader = %(reader)s AND record.withdrawn_at IS NULL
        THEN 'unchanged'
    WHEN record.digest = listed.digest OR listed.turtle <> '' THEN 'given'
    ELSE 'wanted' END AS step) AS compared
ON CONFLICT (harvest_id, dataset_id) DO NOTHING"""
"""A record that is here, or came with the list, is read without asking for it."""

TAKEN = (
    "Another source described a dataset with this identifier first and keeps it. "
    "Give this one an identifier of its own, or have the other withdrawn for good. It is held by "
)

_KEEP = """
UPDATE catalogue_entry AS entry SET ({columns}) = ROW({new})
FROM json_populate_recordset(NULL::catalogue_entry, %(rows)s) AS new WHERE entry.id = new.id"""

_COUNT = """
SELECT count(*) FILTER (WHERE record.id IS NULL OR record.withdrawn_at IS NOT NULL),
       count(*) FILTER (WHERE record.withdrawn_at IS NULL AND record.id IS NOT NULL)
FROM catalogue_entry AS entry LEFT JOIN catalogue_record AS record ON record.id = entry.dataset_id
WHERE entry.harvest_id = %(harvest)s AND entry.step = 'ready'"""

_KNOWN = """
SELECT count(*), count(*) FILTER (WHERE id NOT IN (
    SELECT dataset_id FROM catalogue_entry WHERE harvest_id = %(harvest)s))
FROM catalogue_record WHERE source_id = %(source)s AND withdrawn_at IS NULL"""

_TAKE = """
INSERT INTO catalogue_record (id, source_id, first_seen_at, changed_at, {columns})
SELECT dataset_id, %(source)s, %(now)s, %(now)s, {columns}
FROM catalogue_entry WHERE harvest_id = %(harvest)s AND step = 'ready'
ON CONFLICT (id) DO UPDATE SET withdrawn_at = NULL, {changes}, changed_at = CASE
    WHEN catalogue_record.digest = EXCLUDED.digest AND catalogue_record.withdrawn_at IS NULL
    THEN catalogue_record.changed_at ELSE EXCLUDED.changed_at END
WHERE catalogue_record.source_id = EXCLUDED.source_id"""

_WITHDRAW = """
UPDATE catalogue_record SET withdrawn_at = %(now)s, changed_at = %(now)s
WHERE source_id = %(source)s AND withdrawn_at IS NULL AND id NOT IN (
    SELECT dataset_id FROM catalogue_entry WHERE harvest_id = %(harvest)s)
RETURNING id"""
"""`NOT IN` is hashed: of entries just written the planner knows nothing, and would look each up in all."""


_IN_TURN = "SELECT pg_advisory_xact_lock(%(lock)s)"
_LOCK = 0x_CA1_0003
"""Under this lock the catalogue changes, so that who read all changes up to a time misses none before it."""

_HERE = """
SELECT id, digest, turtle, address FROM catalogue_record
WHERE source_id = %(source)s AND withdrawn_at IS NULL ORDER BY id"""


@dataclass(frozen=True, slots=True)
class Shrinking:
    """The records of a source, and how many of them its list has no more."""

    known: int
    gone: int


class Listed(NamedTuple):
    """A dataset of a list: with its record where that came along, and what its source calls it."""

    id: UUID
    digest: str
    turtle: str = ""
    address: str = ""


def enlist(harvest: Harvest, listed: Sequence[Listed]) -> None:
    """Write down a part of a list, and of each dataset whether it is wanted, as it stands, or another's."""
    ids, digests, turtles, addresses = (
        (list(column) for column in zip(*listed, strict=True)) if listed else ([],) * 4
    )
    names = {"ids": ids, "digests": digests, "turtles": turtles, "addresses": addresses}
    statement = _LIST.format(blank=", ".join(_BLANK), values=", ".join(_BLANK.values()))
    _do(statement, {**_names(harvest), **names, "reader": READER, "taken": TAKEN})


def keep(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Write some columns of entries, each row with its `id`: in one statement with one parameter.

    With a parameter for each value, putting the statement together takes longer than carrying it out.
    """
    if rows:
        told = ", ".join(columns)
        new = ", ".join(f"new.{column}" for column in columns)
        _do(_KEEP.format(columns=told, new=new), {"rows": json.dumps(rows)})


def enlist_the_rest(harvest: Harvest) -> None:
    """List what the source has in the catalogue and this harvest does not list, as it stands."""
    enlist(harvest, [Listed(*row) for row in _do(_HERE, _names(harvest))])


def shrinking(harvest: Harvest) -> Shrinking:
    """What applying this harvest would take away."""
    return Shrinking(*_do(_KNOWN, _names(harvest))[0])


def apply(harvest: Harvest) -> list[UUID]:
    """Make the list its source's catalogue, and write the numbers on the harvest; returns what is gone."""
    _do(_IN_TURN, {"lock": _LOCK})
    names = {**_names(harvest), "now": timezone.now()}
    harvest.added, harvest.changed = _do(_COUNT, names)[0]
    changes = ", ".join(f"{column} = EXCLUDED.{column}" for column in _COLUMNS)
    _do(_TAKE.format(columns=", ".join(_COLUMNS), changes=changes), names)
    Source.objects.filter(pk=harvest.source_id).update(seen_at=names["now"])
    gone = [row[0] for row in _do(_WITHDRAW, names)]
    harvest.gone = len(gone)
    harvest.unchanged = harvest.entries.filter(step=Step.UNCHANGED.value).count()
    harvest.refused = harvest.entries.filter(step=Step.REFUSED.value).count()
    return gone


def _names(harvest: Harvest) -> dict[str, Any]:
    return {"harvest": harvest.pk, "source": harvest.source_id}


def _do(statement: str, names: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, names)
        return cursor.fetchall() if cursor.description else []
