"""What the tables of a crate say exactly: which patients have which value. Secret of protected datasets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from caimera.cdm import TABLES, Table
from caimera.crate import Crate
from caimera.vocabulary import VOCABULARY, Kind, UnknownValue, Variable

WIDTH = 5
"""Years in a band of ages or years."""
YES = "yes"
_CODE = "code"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One variable: the patients (row numbers, each once) of each value, and those with any.

    `values` is keyed by the vocabulary's name, by `yes`, or by the first year of a band; `lowest` and
    `highest` are those of a number.
    """

    variable: Variable
    values: Mapping[str | int, Any]
    anyone: Any
    lowest: int | None = None
    highest: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """`patients` are identifiers by row number, `studies` and `segmented` studies per patient."""

    patients: tuple[str, ...]
    studies: Any
    segmented: Any
    series: int
    recorded: tuple[Recorded, ...]


def tables_of(crate: Crate) -> dict[str, pa.Table]:
    """The tables of a crate that are there."""
    return {name: pq.read_table(crate.table(name)) for name in TABLES if crate.table(name).exists()}


def facts(tables: Mapping[str, pa.Table]) -> Facts:
    """What tables that satisfy the common data model say.

    Tables and columns left out count as empty: that one is there would tell that somebody is in it.
    """
    tables = {name: _complete(tables.get(name), table) for name, table in TABLES.items()}
    patients = tables["patient"]
    count = patients.num_rows
    studies = _owners("image_study", tables)
    marked = tables["image_study"]["has_segmentation"].fill_null(False).to_numpy()
    return Facts(
        patients=tuple(patients["patient_identifier"].to_pylist()),
        studies=np.bincount(studies, minlength=count),
        segmented=np.bincount(studies[marked], minlength=count),
        series=tables["image_series"].num_rows,
        recorded=tuple(_all_recorded(tables)),
    )


def _all_recorded(tables: Mapping[str, pa.Table]) -> Iterator[Recorded]:
    for variable in VOCABULARY.variables:
        table, _, column = variable.cdm.partition(".")
        if _describes(variable) and column in tables.get(table, _NOTHING).column_names:
            yield _recorded(variable, tables, table, column)


_NOTHING = pa.table({})


def _complete(given: pa.Table | None, table: Table) -> pa.Table:
    """A table with all its columns, those that were left out empty."""
    if given is None:
        return table.schema.empty_table()
    for column in table.schema:
        if column.name not in given.column_names:
            given = given.append_column(column.name, pa.nulls(given.num_rows, column.type))
    return given


def _describes(variable: Variable) -> bool:
    """Whether a description tells a variable: measurements other than ages and years have no bands here."""
    return variable.kind is not Kind.NUMBER or variable.unit == "years" or variable.whole


def _recorded(variable: Variable, tables: Mapping[str, pa.Table], table: str, column: str) -> Recorded:
    values, owners = tables[table][column].combine_chunks(), _owners(table, tables)
    if variable.cdm_code:
        speaks = pc.equal(tables[table][_CODE], variable.cdm_code).fill_null(False).to_numpy()
        values, owners = values.filter(pa.array(speaks)), owners[speaks]
    given = pc.is_valid(values).to_numpy(zero_copy_only=False)
    values, owners = values.drop_null(), owners[given]
    if variable.kind is Kind.NUMBER:
        return _numbers(variable, values, owners)
    return Recorded(variable, dict(_valued(variable, values, owners)), np.unique(owners))


def _valued(variable: Variable, values: Any, owners: Any) -> Iterator[tuple[str, Any]]:
    if variable.kind is Kind.BOOLEAN:
        marked = np.unique(owners[values.to_numpy(zero_copy_only=False)])
        yield from ((YES, marked),) if len(marked) else ()
        return
    coded = values.dictionary_encode()
    indices = coded.indices.to_numpy()
    for number, code in enumerate(coded.dictionary.to_pylist()):
        if (name := _name_of(variable, code)) is not None:
            yield name, np.unique(owners[indices == number])


def _name_of(variable: Variable, code: str) -> str | None:
    try:
        return variable.value(code).name
    except UnknownValue:
        return None


def _numbers(variable: Variable, values: Any, owners: Any) -> Recorded:
    if pa.types.is_date(values.type):
        values = pc.year(values)
    numbers = np.floor(values.to_numpy(zero_copy_only=False)).astype(np.int64)
    bands = numbers // WIDTH * WIDTH
    found: dict[str | int, Any] = {int(band): np.unique(owners[bands == band]) for band in np.unique(bands)}
    ends = (int(numbers.min()), int(numbers.max())) if len(numbers) else (None, None)
    return Recorded(variable, found, np.unique(owners), *ends)


def _owners(name: str, tables: Mapping[str, pa.Table]) -> Any:
    """The row number of the patient each row of a table belongs to, found by following owners upwards."""
    if name == "patient":
        return np.arange(tables["patient"].num_rows)
    foreign = TABLES[name].foreign_keys[0]
    parents = tables[foreign.table][TABLES[foreign.table].key].combine_chunks()
    at = pc.index_in(tables[name][foreign.column].combine_chunks(), value_set=parents)
    return _owners(foreign.table, tables)[at.to_numpy(zero_copy_only=False).astype(np.int64)]
