"""What the index is built from, drawn from the vocabulary and the common data model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from caimera.cdm import PLACES, TABLES
from caimera.cdm.places import CODE, places_in
from caimera.node.sources.source import SourceRelease
from caimera.vocabulary import VERSION as VOCABULARY_VERSION
from caimera.vocabulary import VOCABULARY, Level

VERSION = 3
"""Raised whenever a folder built by an earlier version could be misread."""

VARIABLES: Mapping[Level, tuple[str, ...]] = MappingProxyType(
    {
        level: tuple(variable.name for variable in VOCABULARY.variables if variable.level is level)
        for level in Level
    }
)
"""The variables of each level, in the order of the rows of its profiles."""

_BESIDES = frozenset({"dates_shifted", "patient_identifier"})
"""Columns of no variable that the index needs."""


def needed_columns(table: str) -> tuple[str, ...]:
    """The columns of a table of the common data model that the index is built from."""
    model, places = TABLES[table], places_in(table)
    keys = {model.key, *(foreign.column for foreign in model.foreign_keys[:1])}
    wanted = keys | {place.column for place in places} | {CODE for place in places if place.code} | _BESIDES
    return tuple(column.name for column in model.columns if column.name in wanted)


def _needed_tables() -> Iterator[str]:
    """The tables that record a variable, and those its rows belong to."""
    for place in PLACES.values():
        table = place.table
        yield table
        while owners := TABLES[table].foreign_keys:
            table = owners[0].table
            yield table


TABLES_READ: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {name: needed_columns(name) for name in TABLES if name in set(_needed_tables())}
)
"""The columns of each table that an origin is asked for."""


def fingerprint(releases: Sequence[SourceRelease]) -> str:
    """What an index of these releases is named by, 32 hex digits: other releases, another name."""
    sources = sorted((str(release.dataset_id), release.digest) for release in releases)
    described = [VERSION, VOCABULARY_VERSION, sources]
    return hashlib.sha256(json.dumps(described).encode()).hexdigest()[:32]
