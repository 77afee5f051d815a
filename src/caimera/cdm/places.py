"""Where the tables record the variables of the vocabulary, and what they record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from caimera.cdm.tables import TABLES, Type
from caimera.vocabulary import VOCABULARY, Level, Variable

OWNERS: Mapping[Level, str] = MappingProxyType(
    {Level.PATIENT: "patient", Level.STUDY: "image_study", Level.SERIES: "image_series"}
)
"""The table whose rows a variable of each level describes."""
CODE = "code"
"""The column that says what a row speaks of, where several variables share a table."""


@dataclass(frozen=True, slots=True)
class Place:
    """`column` of `table`, in the rows whose `CODE` is `code`, or in all where that is empty."""

    variable: str
    table: str
    column: str
    code: str

    def rows(self, data: pa.Table) -> pa.Table:
        """The rows that speak of this variable."""
        return data.filter(pc.equal(data[CODE], self.code)) if self.code else data


def _place(variable: Variable) -> Place:
    table, _, column = variable.cdm.partition(".")
    return Place(variable.name, table, column, variable.cdm_code)


PLACES: Mapping[str, Place] = MappingProxyType({each.name: _place(each) for each in VOCABULARY.variables})
"""The place of every variable, by its name."""


def places_in(table: str) -> tuple[Place, ...]:
    """The variables a table answers."""
    return tuple(place for place in PLACES.values() if place.table == table)


def recorded(variable: str, tables: Mapping[str, pa.Table]) -> pa.Table:
    """What the tables record of a variable: one row a value, `owner` and `value`, none of them null.

    `owner` is the key of the patient, study or series the variable describes, by its level; `value` a code, a
    number (of a day: its year) or a truth. The same value may stand there twice. Tables that are absent, and
    columns that may be, count as empty.
    """
    place = PLACES[variable]
    owner = TABLES[OWNERS[VOCABULARY.variable(variable).level]]
    rows = place.rows(_given(place.table, tables))
    values = rows[place.column]
    if TABLES[place.table].column(place.column).type is Type.DATE:
        values = pc.year(values).cast(pa.int32())
    found = pa.table({"owner": _owners(place.table, rows, owner.name, tables), "value": values})
    return found.drop_null()


def _given(name: str, tables: Mapping[str, pa.Table]) -> pa.Table:
    table = TABLES[name]
    return table.complete(tables[name]) if name in tables else table.schema.empty_table()


def _owners(name: str, rows: pa.Table, owner: str, tables: Mapping[str, pa.Table]) -> Any:
    """The key of the `owner` each row belongs to, found by following owners upwards."""
    if name == owner:
        return rows[TABLES[name].key]
    foreign = TABLES[name].foreign_keys[0]
    if foreign.table == owner:
        return rows[foreign.column]
    parents = _given(foreign.table, tables)
    above = _owners(foreign.table, parents, owner, tables)
    at = pc.index_in(rows[foreign.column], value_set=parents[TABLES[foreign.table].key].combine_chunks())
    return above.take(at)
