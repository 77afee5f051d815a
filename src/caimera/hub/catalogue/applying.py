"""A harvest against the catalogue, in the database's own words: what is new, what changed, what is gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from caimera.hub.catalogue.models import Description, Harvest
from caimera.hub.catalogue.reading import READER
from caimera.hub.catalogue.states import Step

_COLUMNS = [field.name for field in Description._meta.get_fields()]

_COMPARE = """
UPDATE catalogue_entry AS entry SET
    step = CASE
        WHEN record.id IS NULL THEN 'wanted'
        WHEN record.source_id <> %(source)s THEN 'refused'
        WHEN record.digest = entry.digest AND record.reader = %(reader)s AND record.withdrawn_at IS NULL
            THEN 'unchanged'
        ELSE 'wanted' END,
    problem = CASE WHEN record.source_id <> %(source)s THEN %(taken)s || record.source_id || '.' ELSE '' END
FROM catalogue_entry AS listed LEFT JOIN catalogue_record AS record ON record.id = listed.dataset_id
WHERE entry.id = listed.id AND listed.harvest_id = %(harvest)s"""

_TAKEN = (
    "Another source described a dataset with this identifier first and keeps it. "
    "Give this one an identifier of its own, or have the other withdrawn for good. It is held by "
)

_COUNT = """
SELECT count(*) FILTER (WHERE record.id IS NULL OR record.withdrawn_at IS NOT NULL),
       count(*) FILTER (WHERE record.withdrawn_at IS NULL AND record.id IS NOT NULL)
FROM catalogue_entry AS entry LEFT JOIN catalogue_record AS record ON record.id = entry.dataset_id
WHERE entry.harvest_id = %(harvest)s AND entry.step = 'ready'"""

_KNOWN = """
SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (
    SELECT FROM catalogue_entry WHERE harvest_id = %(harvest)s AND dataset_id = catalogue_record.id))
FROM catalogue_record WHERE source_id = %(source)s AND withdrawn_at IS NULL"""

_TAKE = """
INSERT INTO catalogue_record (id, source_id, first_seen_at, last_seen_at, {columns})
SELECT dataset_id, %(source)s, %(now)s, %(now)s, {columns}
FROM catalogue_entry WHERE harvest_id = %(harvest)s AND step = 'ready'
ON CONFLICT (id) DO UPDATE SET withdrawn_at = NULL, {changes}
WHERE catalogue_record.source_id = EXCLUDED.source_id"""

_SEE = """
UPDATE catalogue_record SET last_seen_at = %(now)s WHERE source_id = %(source)s AND withdrawn_at IS NULL
AND EXISTS (
    SELECT FROM catalogue_entry WHERE harvest_id = %(harvest)s AND dataset_id = catalogue_record.id)"""

_WITHDRAW = """
UPDATE catalogue_record SET withdrawn_at = %(now)s WHERE source_id = %(source)s AND withdrawn_at IS NULL
AND NOT EXISTS (
    SELECT FROM catalogue_entry WHERE harvest_id = %(harvest)s AND dataset_id = catalogue_record.id)
RETURNING id"""


@dataclass(frozen=True, slots=True)
class Shrinking:
    """The records of a source, and how many of them its list has no more."""

    known: int
    gone: int


def compare(harvest: Harvest) -> None:
    """Say of each dataset listed whether its record is wanted, as it stands, or another source's."""
    _do(_COMPARE, {**_names(harvest), "reader": READER, "taken": _TAKEN})


def shrinking(harvest: Harvest) -> Shrinking:
    """What applying this harvest would take away."""
    return Shrinking(*_do(_KNOWN, _names(harvest))[0])


def apply(harvest: Harvest, now: datetime) -> list[UUID]:
    """Make the list its source's catalogue, and write the numbers on the harvest; returns what is gone."""
    names = {**_names(harvest), "now": now}
    harvest.added, harvest.changed = _do(_COUNT, names)[0]
    changes = ", ".join(f"{column} = EXCLUDED.{column}" for column in _COLUMNS)
    _do(_TAKE.format(columns=", ".join(_COLUMNS), changes=changes), names)
    _do(_SEE, names)
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
