"""From a site's own values to the vocabulary's, decided once for each distinct spelling."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from caimera.cdm.errors import MappingTableError
from caimera.cdm.report import Outcome, Spelling
from caimera.cdm.tables import ARROW_TYPES, Type
from caimera.vocabulary import VOCABULARY, UnknownValue


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one raw spelling.

    `value` is what the column will hold (a CURIE, a number, a day), `label` its name for readers and
    `shown_as` the spelling under which the report counts it, where thousands of spellings share one fate.
    """

    outcome: Outcome
    value: str | int | date | None = None
    label: str = ""
    reason: str = ""
    shown_as: str = ""


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """The mapped values, row for row (null where nothing was mapped), and the fate of each spelling."""

    values: Any
    spellings: tuple[Spelling, ...]


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How the raw column of one vocabulary variable is read."""

    variable: str
    decide: Callable[[str], Decision]
    type: Type = Type.TEXT

    def apply(self, column: Any) -> MappedColumn:
        """Map an Arrow column of text; nulls and blank text are missing."""
        encoded = _encoded(column)
        raw_values = encoded.dictionary.to_pylist()
        decisions = [self._decision(raw) for raw in raw_values]
        values = pa.array([decision.value for decision in decisions], ARROW_TYPES[self.type])
        counts = [(_fate(raw_values, decisions, index), count) for index, count in _counted(encoded)]
        return MappedColumn(values.take(encoded.indices), Spelling.sum(counts))

    def _decision(self, raw: str) -> Decision:
        if not raw.strip():
            return Decision(Outcome.MISSING)
        return self.decide(raw.strip())


def _encoded(column: Any) -> Any:
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column.dictionary_encode()


def _counted(encoded: Any) -> list[tuple[int | None, int]]:
    return [(row["values"], row["counts"]) for row in pc.value_counts(encoded.indices).to_pylist()]


def _fate(raw_values: list[str], decisions: list[Decision], index: int | None) -> Spelling:
    if index is None:
        return Spelling("", Outcome.MISSING)
    decision = decisions[index]
    shown = decision.shown_as or raw_values[index].strip()
    return Spelling(shown, decision.outcome, decision.label, decision.reason)


HEADER = ["raw", "outcome", "value", "reason"]


def coded_mapping(variable: str, path: Path) -> ColumnMapping:
    """A mapping read from a CSV file with the columns `raw`, `outcome`, `value` and `reason`.

    `outcome` is a word of `Outcome`; a mapped spelling names a value of `variable`, any other gives its
    reason. A spelling the file does not list is unmapped.
    """
    decisions = read_decisions(variable, path)
    unlisted = Decision(Outcome.UNMAPPED, reason=f"not listed in {path.name}")
    return ColumnMapping(variable, lambda raw: decisions.get(raw, unlisted))


def read_decisions(variable: str, path: Path) -> Mapping[str, Decision]:
    """The decisions of a mapping file by raw spelling; raises MappingTableError naming the line."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if rows.fieldnames != HEADER:
            raise MappingTableError(f"{path}: the first line must be {','.join(HEADER)}.")
        decisions: dict[str, Decision] = {}
        for line, row in enumerate(rows, start=2):
            if row["raw"] in decisions:
                raise MappingTableError(f"{path}, line {line}: {row['raw']!r} is listed twice; keep one.")
            decisions[row["raw"]] = _listed(variable, row, f"{path}, line {line}")
    return decisions


def _listed(variable: str, row: Mapping[str, str], place: str) -> Decision:
    if row["outcome"] not in set(Outcome):
        raise MappingTableError(f"{place}: the outcome is one of {', '.join(Outcome)}.")
    outcome = Outcome(row["outcome"])
    if outcome is not Outcome.MAPPED:
        if row["value"] or not row["reason"]:
            raise MappingTableError(f"{place}: what is {outcome} has no value, and a reason why.")
        return Decision(outcome, reason=row["reason"])
    try:
        value = VOCABULARY.variable(variable).value(row["value"])
    except UnknownValue as error:
        raise MappingTableError(f"{place}: {error}") from error
    return Decision(Outcome.MAPPED, value.code, value.name, row["reason"])


@dataclass(frozen=True, slots=True)
class Settled:
    """One value for each group (null where none or several), and how the groups fared."""

    values: Any
    recorded: int
    contradictory: int
    not_recorded: int


def settle(groups: Any, values: Any) -> Settled:
    """One value per group of rows: the one distinct value given, else null.

    `groups` are numbers that never fall from row to row; `values` are the mapped values of the rows; the
    answer has one value per group, in order. A group with several distinct values is contradictory and
    gets null.
    """
    encoded = values.dictionary_encode()
    rows = pa.table({"group": groups, "value": encoded.indices})
    aggregates = [("value", "count_distinct"), ("value", "min")]
    found = rows.group_by("group", use_threads=False).aggregate(aggregates)
    distinct = found["value_count_distinct"].combine_chunks()
    only = pc.if_else(pc.equal(distinct, 1), found["value_min"].combine_chunks(), None)
    recorded: int = pc.sum(pc.equal(distinct, 1)).as_py() or 0
    contradictory: int = pc.sum(pc.greater(distinct, 1)).as_py() or 0
    none = len(distinct) - recorded - contradictory
    return Settled(encoded.dictionary.take(only), recorded, contradictory, none)
