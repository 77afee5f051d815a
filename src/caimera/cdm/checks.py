"""Every way a set of tables departs from the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from caimera.cdm.tables import ARROW_TYPES, TABLES, Column, ForeignKey, Table
from caimera.vocabulary import VOCABULARY, Kind


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule a table breaks, in how many rows, and what to do about it."""

    table: str
    column: str
    rule: str
    rows: int
    message: str


def check(tables: Mapping[str, pa.Table]) -> tuple[Violation, ...]:
    """All violations of the model in `tables`; empty when they are sound.

    `tables` maps the names of `TABLES` to Arrow tables with exactly the model's columns. References are
    only followed between tables whose columns are sound.
    """
    shape = tuple(_shape(tables))
    if shape:
        return shape
    return tuple(
        violation
        for name, table in TABLES.items()
        for violation in (*_values(table, tables[name]), *_references(table, tables))
    )


def _shape(tables: Mapping[str, pa.Table]) -> Iterator[Violation]:
    for name in tables:
        if name not in TABLES:
            yield Violation(name, "", "table", 0, f"The model has no table {name!r}; leave it out.")
    for name, table in TABLES.items():
        if name not in tables:
            yield Violation(name, "", "table", 0, f"Table {name!r} is missing; give it, empty if need be.")
            continue
        yield from _columns(table, tables[name].schema)


def _columns(table: Table, schema: Any) -> Iterator[Violation]:
    known = {column.name for column in table.columns}
    for extra in (name for name in schema.names if name not in known):
        yield Violation(table.name, extra, "column", 0, f"Table {table.name!r} has no column {extra!r}.")
    for column in table.columns:
        if column.name not in schema.names:
            message = f"Column {column.name!r} of table {table.name!r} is missing."
            yield Violation(table.name, column.name, "column", 0, message)
        elif schema.field(column.name).type != ARROW_TYPES[column.type]:
            found = schema.field(column.name).type
            message = f"{table.name}.{column.name} holds {found}; the model wants {column.type}."
            yield Violation(table.name, column.name, "type", 0, message)


def _values(table: Table, data: pa.Table) -> Iterator[Violation]:
    distinct = pc.count_distinct(data[table.key]).as_py()
    if distinct < data.num_rows:
        rows = data.num_rows - distinct
        message = f"{rows} rows of {table.name} repeat a {table.key}; each row needs its own."
        yield Violation(table.name, table.key, "unique", rows, message)
    for column in table.columns:
        values = data[column.name]
        if column.required and values.null_count:
            message = f"{table.name}.{column.name} is empty in {values.null_count} rows; it must be given."
            yield Violation(table.name, column.name, "required", values.null_count, message)
        yield from _vocabulary(table, column, values)


def _vocabulary(table: Table, column: Column, values: Any) -> Iterator[Violation]:
    if column.variable is None:
        return
    variable = VOCABULARY.variable(column.variable)
    given = values.drop_null()
    if variable.kind is Kind.CODED:
        known = pa.array([value.code for value in variable.values], pa.string())
        wrong = given.filter(pc.invert(pc.is_in(given, value_set=known)))
        rule, wanted = "vocabulary", f"codes of {variable.name!r} in vocabulary {VOCABULARY.version}"
    elif variable.kind is Kind.NUMBER:
        wrong = _outside(given, variable.minimum, variable.maximum)
        rule, wanted = "range", f"between {variable.minimum} and {variable.maximum}"
    else:
        return
    if len(wrong):
        example = wrong[0].as_py()
        message = f"{len(wrong)} values of {table.name}.{column.name} (such as {example!r}) are not {wanted}."
        yield Violation(table.name, column.name, rule, len(wrong), message)


def _outside(values: Any, minimum: float | None, maximum: float | None) -> Any:
    low = values.filter(pc.less(values, minimum)) if minimum is not None else values.slice(0, 0)
    high = values.filter(pc.greater(values, maximum)) if maximum is not None else values.slice(0, 0)
    return pa.chunked_array([*low.chunks, *high.chunks], values.type)


def _references(table: Table, tables: Mapping[str, pa.Table]) -> Iterator[Violation]:
    for foreign in table.foreign_keys:
        lost = _dangling(tables[table.name], foreign, tables)
        if lost:
            message = (
                f"{lost} rows of {table.name} name a {foreign.column} that {foreign.table} does not have."
            )
            yield Violation(table.name, foreign.column, "reference", lost, message)


def _dangling(data: pa.Table, foreign: ForeignKey, tables: Mapping[str, pa.Table]) -> int:
    known = tables[foreign.table][TABLES[foreign.table].key].combine_chunks()
    given = data[foreign.column].drop_null()
    found: int = pc.sum(pc.is_in(given, value_set=known)).as_py() or 0
    return len(given) - found
