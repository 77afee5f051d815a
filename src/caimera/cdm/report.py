"""What became of a site's raw values, for people and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Outcome(StrEnum):
    """The fate of a raw value."""

    MAPPED = "mapped"
    UNMAPPED = "unmapped"
    """Given, but no value of the vocabulary is known for it."""
    IMPLAUSIBLE = "implausible"
    """Given, but it cannot be what the column says."""
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Spelling:
    """One raw spelling (empty when missing), its fate and how many rows of the source hold it."""

    raw: str
    outcome: Outcome
    value: str = ""
    reason: str = ""
    count: int = 0

    @staticmethod
    def sum(counted: Iterable[tuple[Spelling, int]]) -> tuple[Spelling, ...]:
        """Equal spellings added up, the most frequent first, then by text."""
        totals: Counter[Spelling] = Counter()
        for spelling, count in counted:
            totals[replace(spelling, count=0)] += count
        ordered = sorted(totals.items(), key=lambda item: (-item[1], item[0].raw, item[0].outcome))
        return tuple(replace(spelling, count=count) for spelling, count in ordered)

    def as_json(self) -> dict[str, object]:
        """The spelling as plain JSON values."""
        return {
            "raw": self.raw,
            "outcome": self.outcome.value,
            "value": self.value,
            "reason": self.reason,
            "count": self.count,
        }


@dataclass(frozen=True, slots=True)
class VariableReport:
    """How one variable fared.

    `spellings` count rows of the source (`counted` says which); `recorded`, `contradictory` and
    `not_recorded` count what the variable describes (`level`: patients, studies or series) and add up
    to all of them.
    """

    variable: str
    counted: str
    spellings: tuple[Spelling, ...]
    level: str
    recorded: int
    contradictory: int
    not_recorded: int

    @property
    def totals(self) -> Mapping[Outcome, int]:
        """Rows of the source by fate."""
        totals = dict.fromkeys(Outcome, 0)
        for spelling in self.spellings:
            totals[spelling.outcome] += spelling.count
        return totals

    def plus(self, other: VariableReport) -> VariableReport:
        """Both reports of the same variable added up."""
        return replace(
            self,
            spellings=Spelling.sum((s, s.count) for s in (*self.spellings, *other.spellings)),
            recorded=self.recorded + other.recorded,
            contradictory=self.contradictory + other.contradictory,
            not_recorded=self.not_recorded + other.not_recorded,
        )

    def as_json(self) -> dict[str, object]:
        """The report as plain JSON values."""
        return {
            "variable": self.variable,
            "counted": self.counted,
            "totals": {outcome.value: count for outcome, count in self.totals.items()},
            "spellings": [spelling.as_json() for spelling in self.spellings],
            "level": self.level,
            "recorded": self.recorded,
            "contradictory": self.contradictory,
            "not_recorded": self.not_recorded,
        }

    def as_text(self) -> str:
        """The report as lines a person reads."""
        head = (
            f"{self.variable}: of the {self.level}, {self.recorded:,} recorded, "
            f"{self.contradictory:,} contradictory, {self.not_recorded:,} not recorded"
        )
        return "\n".join([head, *(_line(spelling, self.counted) for spelling in self.spellings)])


def _line(spelling: Spelling, counted: str) -> str:
    shown = f"{spelling.raw!r}" if spelling.raw else "(nothing)"
    value = f" -> {spelling.value}" if spelling.value else ""
    reason = f" ({spelling.reason})" if spelling.reason else ""
    return f"  {spelling.outcome:<11} {spelling.count:>9,} {counted}  {shown}{value}{reason}"


@dataclass(frozen=True, slots=True)
class MappingReport:
    """How every variable of a dataset, or of several, fared; `notes` are sentences for the reader."""

    title: str
    vocabulary: str
    variables: tuple[VariableReport, ...]
    notes: tuple[str, ...] = field(default=())

    @staticmethod
    def merge(title: str, reports: Iterable[MappingReport]) -> MappingReport:
        """All reports added up, variable by variable; notes are named by the report they come from."""
        variables: dict[str, VariableReport] = {}
        notes: list[str] = []
        vocabulary = ""
        for report in reports:
            vocabulary = report.vocabulary
            notes += [f"{report.title}: {note}" for note in report.notes]
            for one in report.variables:
                before = variables.get(one.variable)
                variables[one.variable] = before.plus(one) if before else one
        return MappingReport(title, vocabulary, tuple(variables.values()), tuple(notes))

    def as_json(self) -> dict[str, object]:
        """The report as plain JSON values."""
        return {
            "title": self.title,
            "vocabulary": self.vocabulary,
            "notes": list(self.notes),
            "variables": [variable.as_json() for variable in self.variables],
        }

    def as_text(self) -> str:
        """The report as lines a person reads."""
        head = [f"{self.title} (vocabulary {self.vocabulary})", *(f"- {note}" for note in self.notes)]
        return "\n\n".join(["\n".join(head), *(variable.as_text() for variable in self.variables)]) + "\n"
