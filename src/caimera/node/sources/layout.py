"""The columns of the index, drawn from the common data model: one for each searchable variable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from caimera.cdm import PLACES, TABLES, Type
from caimera.cdm.places import CODE
from caimera.node.sources.source import SourceRelease

VERSION = 1
"""Raised whenever a file built by an earlier version could be misread."""

ROW_TABLES = ("image_series", "image_study", "patient")
"""The tables of which each row of the index has exactly one row; variables of others hold several values."""


class Storage(StrEnum):
    """How the index holds a variable."""

    CODED = "coded"
    """A number for each code; 0 where nothing is recorded."""
    TRUTH = "truth"
    """1 for false, 2 for true; 0 where nothing is recorded."""
    NUMBER = "number"
    """The number itself; NULL where nothing is recorded."""
    COMBINATION = "combination"
    """A number for each combination of codes of one patient; 0 where nothing is recorded."""


SQL_TYPES: Mapping[Storage, str] = MappingProxyType(
    {
        Storage.CODED: "USMALLINT NOT NULL",
        Storage.TRUTH: "UTINYINT NOT NULL",
        Storage.NUMBER: "DOUBLE",
        Storage.COMBINATION: "UINTEGER NOT NULL",
    }
)
ARROW_TYPES: Mapping[Storage, Any] = MappingProxyType(
    {
        Storage.CODED: pa.uint16(),
        Storage.TRUTH: pa.uint8(),
        Storage.NUMBER: pa.float64(),
        Storage.COMBINATION: pa.uint32(),
    }
)
_STORAGE_OF_TYPE = {Type.TEXT: Storage.CODED, Type.BOOLEAN: Storage.TRUTH, Type.INTEGER: Storage.NUMBER}


@dataclass(frozen=True, slots=True)
class IndexColumn:
    """A variable in the index, and the table and column of the common data model it comes from."""

    variable: str
    table: str
    column: str
    storage: Storage


def _columns() -> Iterator[IndexColumn]:
    for place in PLACES.values():
        held = TABLES[place.table].column(place.column).type
        if place.table in ROW_TABLES:
            yield IndexColumn(place.variable, place.table, place.column, _STORAGE_OF_TYPE[held])
        elif held is Type.TEXT:
            yield IndexColumn(place.variable, place.table, place.column, Storage.COMBINATION)


COLUMNS: Mapping[str, IndexColumn] = MappingProxyType({column.variable: column for column in _columns()})
"""Every searchable variable this index holds, by name."""


def needed_columns(table: str) -> tuple[str, ...]:
    """The columns of a table of the common data model that the index is built from."""
    model = TABLES[table]
    keys = {model.key, *(foreign.column for foreign in model.foreign_keys)}
    held = {column.column for column in COLUMNS.values() if column.table == table} | {"dates_shifted"}
    selecting = {CODE for place in PLACES.values() if place.table == table and place.code}
    return tuple(column.name for column in model.columns if column.name in keys | held | selecting)


def fingerprint(releases: Sequence[SourceRelease]) -> str:
    """What an index of these releases is named by, 32 hex digits: other releases, another name."""
    sources = sorted((str(release.dataset_id), release.digest) for release in releases)
    return hashlib.sha256(json.dumps([VERSION, sources]).encode()).hexdigest()[:32]
