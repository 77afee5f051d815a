"""The rows of the index, one a series: identifiers become numbers, codes become small numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from caimera.cdm import recorded
from caimera.node.sources.layout import ARROW_TYPES, COLUMNS, IndexColumn, Storage

Tables = Mapping[str, pa.Table]
"""Tables of the common data model, by name."""


class Codebook:
    """The numbers given to codes and to combinations of codes, the same in all crates of one index."""

    def __init__(self) -> None:
        self._numbers: dict[str, dict[str, int]] = {}
        self._combinations: dict[str, dict[tuple[int, ...], int]] = {}

    def numbers(self, variable: str, words: pa.ChunkedArray) -> pa.Array:
        """The number of each word, from 1 on; 0 where there is none."""
        known = self._numbers.setdefault(variable, {})
        for word in pc.unique(words.drop_null()).to_pylist():
            known.setdefault(word, len(known) + 1)
        return _position(words, pa.array(list(known), pa.string()))

    def combinations(self, variable: str, held: pa.Table, patients: pa.ChunkedArray) -> pa.Array:
        """The number of each patient's combination of codes, from 1 on; 0 where none is recorded.

        `held` has a row a patient and code, with columns `patient_id` and `number`.
        """
        known = self._combinations.setdefault(variable, {})
        together = held.group_by("patient_id").aggregate([("number", "distinct")])
        codes = (tuple(sorted(numbers)) for numbers in together["number_distinct"].to_pylist())
        numbers = pa.array([known.setdefault(each, len(known) + 1) for each in codes], pa.uint32())
        at = pc.index_in(patients, value_set=together["patient_id"].combine_chunks())
        return pc.fill_null(numbers.take(at.combine_chunks()), 0)

    def codes_table(self) -> pa.Table:
        """Every code with its number, as `variable, number, word`."""
        rows = [(variable, n, word) for variable, known in self._numbers.items() for word, n in known.items()]
        return _table(rows, {"variable": pa.string(), "number": pa.uint16(), "word": pa.string()})

    def members_table(self) -> pa.Table:
        """Every combination with each of its codes, as `variable, combination, code`."""
        rows = [
            (variable, combination, code)
            for variable, known in self._combinations.items()
            for codes, combination in known.items()
            for code in codes
        ]
        return _table(rows, {"variable": pa.string(), "combination": pa.uint32(), "code": pa.uint16()})


def rows_of_crate(
    tables: Tables, codebook: Codebook, *, dataset: int, patients_before: int, studies_before: int
) -> pa.Table:
    """One row a series: `dataset`, `patient`, `study` as numbers, then every variable of `COLUMNS`.

    Patients and studies are numbered in the order of their tables, after those of earlier crates.
    """
    series, study, patient = tables["image_series"], tables["image_study"], tables["patient"]
    study_at = pc.index_in(series["study_id"], value_set=study["study_id"].combine_chunks()).combine_chunks()
    patient_of_study = pc.index_in(study["patient_id"], value_set=patient["patient_id"].combine_chunks())
    patient_at = patient_of_study.combine_chunks().take(study_at)
    place = {"image_study": study_at, "patient": patient_at}
    columns: dict[str, Any] = {
        "dataset": pa.repeat(pa.scalar(dataset, pa.uint16()), len(series)),
        "patient": pc.add(patient_at, patients_before).cast(pa.uint32()),
        "study": pc.add(study_at, studies_before).cast(pa.uint32()),
    }
    for column in COLUMNS.values():
        held = _held(column, tables, codebook).cast(ARROW_TYPES[column.storage])
        at = place.get(column.table) if column.storage is not Storage.COMBINATION else patient_at
        columns[column.variable] = held if at is None else held.take(at)
    return pa.table(columns).sort_by([("patient", "ascending"), ("study", "ascending")])


def recorded_variables(rows: pa.Table) -> Iterator[str]:
    """The variables that at least one row holds."""
    for column in COLUMNS.values():
        values = rows[column.variable]
        known = (
            values.drop_null() if column.storage is Storage.NUMBER else values.filter(pc.greater(values, 0))
        )
        if len(known):
            yield column.variable


def _held(column: IndexColumn, tables: Tables, codebook: Codebook) -> Any:
    """What the index holds of a variable, for each row of its table, or of `patient` for combinations."""
    given = tables[column.table][column.column]
    match column.storage:
        case Storage.NUMBER:
            return given
        case Storage.TRUTH:
            return pc.fill_null(pc.add(given.cast(pa.uint8()), 1), 0)
        case Storage.CODED:
            return codebook.numbers(column.variable, given)
        case Storage.COMBINATION:
            found = recorded(column.variable, tables)
            number = codebook.numbers(column.variable, found["value"])
            held = pa.table({"patient_id": found["owner"], "number": number})
            return codebook.combinations(column.variable, held, tables["patient"]["patient_id"])


def _position(words: pa.ChunkedArray, known: pa.Array) -> Any:
    return pc.fill_null(pc.add(pc.index_in(words, value_set=known, skip_nulls=True), 1), 0)


def _table(
    rows: list[tuple[str, int, str]] | list[tuple[str, int, int]], types: Mapping[str, Any]
) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else ([] for _ in types)
    return pa.table(
        {name: pa.array(list(values), types[name]) for name, values in zip(types, columns, strict=True)}
    )
