"""Every way a set of tables departs from the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from caimera.cdm.places import Place, places_in
from caimera.cdm.tables import ARROW_TYPES, TABLES, Column, ForeignKey, Pair, Rule, Table, Type
from caimera.vocabulary import VOCABULARY, Kind

YEARS = ("a", "year", "years")
"""What the unit of an age at diagnosis may say; questions ask in years."""


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

    `tables` maps names of `TABLES` to Arrow tables. A table that is absent is empty, and so is a column that
    is absent and may be empty. Values are only looked at, and references only
    followed, when all columns are sound.
    """
    shape = tuple(_shape(tables))
    if shape:
        return shape
    whole = {
        name: table.complete(tables[name]) if name in tables else table.schema.empty_table()
        for name, table in TABLES.items()
    }
    return tuple(
        violation
        for name, table in TABLES.items()
        for violation in (
            *_values(table, whole[name]),
            *_pairs(table, whole[name]),
            *_references(table, whole),
            *_special(table, whole),
        )
    )


def _shape(tables: Mapping[str, pa.Table]) -> Iterator[Violation]:
    for name in tables:
        if name not in TABLES:
            yield Violation(name, "", "table", 0, f"The model has no table {name!r}; leave it out.")
    for name, table in TABLES.items():
        if name in tables:
            yield from _columns(table, tables[name].schema)


def _columns(table: Table, schema: Any) -> Iterator[Violation]:
    known = {column.name for column in table.columns}
    for extra in (name for name in schema.names if name not in known):
        yield Violation(table.name, extra, "column", 0, f"Table {table.name!r} has no column {extra!r}.")
    for column in table.columns:
        if column.name not in schema.names:
            if column.required:
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
        if column.type is Type.NUMBER and (endless := _count(pc.invert(pc.is_finite(values.drop_null())))):
            message = f"{endless} values of {table.name}.{column.name} are no finite numbers; empty them."
            yield Violation(table.name, column.name, "range", endless, message)
    for place in places_in(table.name):
        yield from _vocabulary(place, table.column(place.column), place.rows(data)[place.column])


def _vocabulary(place: Place, column: Column, values: Any) -> Iterator[Violation]:
    variable = VOCABULARY.variable(place.variable)
    given = values.drop_null()
    if variable.kind is Kind.CODED:
        known = pa.array([value.code for value in variable.values], pa.string())
        wrong = given.filter(pc.invert(pc.is_in(given, value_set=known)))
        rule, wanted = "vocabulary", f"codes of {variable.name!r} in vocabulary {VOCABULARY.version}"
    elif variable.kind is Kind.NUMBER:
        numbers = pc.year(given) if column.type is Type.DATE else given
        wrong = given.filter(_outside(numbers, variable.minimum, variable.maximum))
        rule, wanted = "range", f"{_range(variable.minimum, variable.maximum)} ({variable.name})"
    else:
        return
    if len(wrong):
        example = wrong[0].as_py()
        shown = example.isoformat() if column.type is Type.DATE else repr(example)
        message = f"{len(wrong)} values of {place.table}.{place.column} (such as {shown}) are not {wanted}."
        yield Violation(place.table, place.column, rule, len(wrong), message)


def _outside(values: Any, minimum: float | None, maximum: float | None) -> Any:
    low = pc.less(values, minimum if minimum is not None else float("-inf"))
    return pc.or_(low, pc.greater(values, maximum if maximum is not None else float("inf")))


def _range(minimum: float | None, maximum: float | None) -> str:
    return f"at least {minimum}" if maximum is None else f"between {minimum} and {maximum}"


_BROKEN = {
    Rule.NEEDS: "{rows} rows of {table} have a {first} without its {second}; give both or none.",
    Rule.EITHER: "{rows} rows of {table} have a {first} and a {second}; give one of them.",
    Rule.BEFORE: "{rows} rows of {table} have a {first} after the {second}; one of them is wrong.",
}


def _pairs(table: Table, data: pa.Table) -> Iterator[Violation]:
    for pair in table.pairs:
        if rows := _count(_breaks(pair, data[pair.first], data[pair.second])):
            said = _BROKEN[pair.rule].format(
                rows=rows, table=table.name, first=pair.first, second=pair.second
            )
            yield Violation(table.name, pair.first, pair.rule, rows, said)


def _breaks(pair: Pair, first: Any, second: Any) -> Any:
    match pair.rule:
        case Rule.NEEDS:
            return pc.and_(pc.is_valid(first), pc.is_null(second))
        case Rule.EITHER:
            return pc.and_(pc.is_valid(first), pc.is_valid(second))
        case Rule.BEFORE:
            return pc.greater(first, second)


def _references(table: Table, tables: Mapping[str, pa.Table]) -> Iterator[Violation]:
    for foreign in table.foreign_keys:
        lost = _dangling(tables[table.name], foreign, tables)
        if lost:
            message = (
                f"{lost} rows of {table.name} name a {foreign.column} that {foreign.table} does not have."
            )
            yield Violation(table.name, foreign.column, "reference", lost, message)


def _dangling(data: pa.Table, foreign: ForeignKey, tables: Mapping[str, pa.Table]) -> int:
    return _unknown(data[foreign.column], foreign.table, tables)


def _unknown(given: Any, table: str, tables: Mapping[str, pa.Table]) -> int:
    """How many of the keys given the table does not have."""
    known = tables[table][TABLES[table].key].combine_chunks()
    return _count(pc.invert(pc.is_in(given.drop_null(), value_set=known)))


def _special(table: Table, tables: Mapping[str, pa.Table]) -> Iterator[Violation]:
    """The rules that hold for one table only."""
    data = tables[table.name]
    match table.name:
        case "cancer_condition":
            yield from _ages_in_years(data)
        case "episode_event":
            yield from _events(data, tables)


def _ages_in_years(data: pa.Table) -> Iterator[Violation]:
    unit = data["age_at_diagnosis_unit"]
    if rows := _count(pc.invert(pc.is_in(unit.drop_null(), value_set=pa.array(YEARS)))):
        message = (
            f"{rows} ages of cancer_condition are not in years; convert them and give the unit as {YEARS[0]}."
        )
        yield Violation("cancer_condition", "age_at_diagnosis_unit", "unit", rows, message)


def _events(data: pa.Table, tables: Mapping[str, pa.Table]) -> Iterator[Violation]:
    for name in pc.unique(data["event_table_name"]).drop_null().to_pylist():
        events = data.filter(pc.equal(data["event_table_name"], name))
        if name not in TABLES or TABLES[name].schema.field(TABLES[name].key).type != pa.int32():
            message = f"{len(events)} events stand in {name!r}, which is no table an episode can point to."
            yield Violation("episode_event", "event_table_name", "reference", len(events), message)
        elif lost := _unknown(events["event_table_id"], name, tables):
            message = f"{lost} events name a row that {name} does not have."
            yield Violation("episode_event", "event_table_id", "reference", lost, message)


def _count(flags: Any) -> int:
    return pc.sum(flags).as_py() or 0
