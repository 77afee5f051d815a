"""What a hub says about a question and about its nodes, as values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Document = Mapping[str, Any]
Row = dict[str, "str | int | float | None"]
"""One row of a table; every row of a list has the same keys."""


@dataclass(frozen=True, slots=True)
class Count:
    """A number about people, with its kind; `value` is None where the number may not be said.

    Kinds: `exact`; `rounded` to the nearest `step`; `fewer_than` `bound`, zero possible; `withheld`;
    `approximate`, a sum with inexact parts.
    """

    kind: str
    value: int | None = None
    step: int | None = None
    bound: int | None = None

    def __str__(self) -> str:
        if self.kind == "fewer_than":
            return f"fewer than {self.bound}"
        if self.value is None:
            return "not said"
        if self.kind == "approximate" and self.value == 0:
            return "none told"
        return f"{self.value:,}" if self.kind == "exact" else f"about {self.value:,}"


@dataclass(frozen=True, slots=True)
class Protection:
    """The rules a protected number was made under: numbers below `minimum` are not told, others got discrete
    Laplace noise of `epsilon` and are rounded to multiples of `step`."""

    minimum: int
    step: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class ValueRow:
    """The patients of one dataset that fit the question and have one value of a variable besides.

    `value` is a vocabulary name, `true` or `false`, the first number of a band of five, or empty where none
    is recorded.
    """

    by: str
    value: str
    subjects: Count


@dataclass(frozen=True, slots=True)
class DatasetRow:
    """What one dataset of one node says."""

    node: str
    id: str
    title: str
    version: str
    policy: str
    subjects: Count
    studies: Count
    series: Count
    budget_left: int | None = None
    reason: str = ""
    protection: Protection | None = None
    breakdowns: tuple[ValueRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """What a node did with one condition: `applied`, `approximated` or `unsupported`, and why."""

    text: str
    status: str
    why: str


@dataclass(frozen=True, slots=True)
class NodeRow:
    """What one node says; `state` is waiting, answered, slow, offline or refused."""

    id: str
    name: str
    state: str
    reason: str
    took_ms: float | None
    datasets: tuple[DatasetRow, ...]
    conditions: tuple[ConditionRow, ...]
    subjects: Count
    studies: Count
    series: Count


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over what was said; `left_out` tells in sentences what they do not contain."""

    subjects: Count
    studies: Count
    series: Count
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ValueTotal:
    """A value over all datasets; `few` of them have too few patients to say, and are not added."""

    value: str
    label: str
    subjects: Count
    few: int


@dataclass(frozen=True, slots=True)
class BreakdownTotal:
    """The answer once more for every value of a variable, over all datasets that tell it."""

    by: str
    label: str
    values: tuple[ValueTotal, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SavedQuestion:
    """A question kept under a name; `link` is where other members may see it, None while it is not shared."""

    id: str
    name: str
    text: str
    by: tuple[str, ...]
    link: str | None

    @classmethod
    def of(cls, document: Document) -> SavedQuestion:
        """Read one of `/api/saved`. Raises KeyError and TypeError when it is none."""
        return cls(
            document["id"], document["name"], document["text"], tuple(document["by"]), document["link"]
        )


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A question as it stands; `document` is the hub's JSON, unchanged."""

    id: str
    question: str
    in_words: str
    closed: bool
    nodes: tuple[NodeRow, ...]
    totals: Totals
    breakdowns: tuple[BreakdownTotal, ...]
    document: Document = field(repr=False)

    @property
    def datasets(self) -> tuple[DatasetRow, ...]:
        """All datasets of all nodes, one row each."""
        return tuple(row for node in self.nodes for row in node.datasets)

    def rows(self) -> list[Row]:
        """One flat row for each dataset, ready for `pandas.DataFrame(result.rows())`.

        Columns: `node`, `node_name`, `dataset` (its id), `title`, `version`, `policy` (open or protected);
        `patients`, `studies`, `series`, each a number or None where it may not be said, with its kind in
        `patients_kind`, `studies_kind`, `series_kind` (see `Count`); `patients_bound` (with `fewer_than`: the
        true number is below it, zero possible) and `patients_step` (with `rounded`); `minimum`, `step` and
        `epsilon`, None for open datasets (see `Protection`); `budget_left`, new questions you may still put
        to a protected dataset within seven days; `reason`, a sentence where everything is withheld.
        """
        names = {node.id: node.name for node in self.nodes}
        return [_flat(dataset, names[dataset.node]) for dataset in self.datasets]

    def breakdown_rows(self) -> list[Row]:
        """One flat row for each dataset and value counted by, ready for pandas; empty without `by`.

        Columns: `node`, `node_name`, `dataset`, `title`, `by` (the variable), `value` (see `ValueRow`),
        `patients`, `patients_kind`, `patients_bound`, `patients_step`.
        """
        names = {node.id: node.name for node in self.nodes}
        return [
            {
                **_whose(dataset, names[dataset.node]),
                "by": one.by,
                "value": one.value,
                **_patients(one.subjects),
            }
            for dataset in self.datasets
            for one in dataset.breakdowns
        ]

    @classmethod
    def of(cls, document: Document) -> SearchResult:
        """Read a QuestionState. Raises KeyError and TypeError when it is none."""
        question = document["question"]
        return cls(
            id=document["id"],
            question=question["text"],
            in_words=question["words"],
            closed=document["state"] == "closed",
            nodes=tuple(_node(node) for node in document["nodes"]),
            totals=_totals(document["totals"]),
            breakdowns=tuple(_breakdown_total(one) for one in document.get("breakdowns", ())),
            document=document,
        )


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """A node of the federation; `state` is present or away, `variables` what it can answer."""

    id: str
    name: str
    state: str
    last_heard_at: datetime | None
    software: str
    vocabulary: str
    dataset_count: int
    variables: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, document: Document) -> NodeStatus:
        """Read one node of `/api/nodes`. Raises KeyError and ValueError when it is none."""
        heard = document["last_heard_at"]
        return cls(
            id=document["id"],
            name=document["name"],
            state=document["state"],
            last_heard_at=datetime.fromisoformat(heard) if heard else None,
            software=document["software"],
            vocabulary=document["vocabulary"],
            dataset_count=document["dataset_count"],
            variables={name: tuple(operators) for name, operators in document["variables"].items()},
        )


def _node(document: Document) -> NodeRow:
    return NodeRow(
        id=document["id"],
        name=document["name"],
        state=document["state"],
        reason=document["reason"],
        took_ms=document["took_ms"],
        datasets=tuple(_dataset(document["id"], dataset) for dataset in document["datasets"]),
        conditions=tuple(_condition(condition) for condition in document["conditions"]),
        subjects=_count(document["subjects"]),
        studies=_count(document["studies"]),
        series=_count(document["series"]),
    )


def _condition(document: Document) -> ConditionRow:
    return ConditionRow(document["text"], document["status"], document["why"])


def _dataset(node: str, document: Document) -> DatasetRow:
    return DatasetRow(
        node=node,
        id=document["id"],
        title=document["title"],
        version=document["version"],
        policy=document["policy"],
        subjects=_count(document["subjects"]),
        studies=_count(document["studies"]),
        series=_count(document["series"]),
        budget_left=document.get("budget_left"),
        reason=document.get("reason", ""),
        protection=_protection(document.get("protection")),
        breakdowns=tuple(_values(document.get("breakdowns", ()))),
    )


def _protection(document: Document | None) -> Protection | None:
    if document is None:
        return None
    return Protection(document["minimum"], document["step"], document["epsilon"])


def _values(breakdowns: Iterable[Document]) -> Iterator[ValueRow]:
    for breakdown in breakdowns:
        for one in breakdown["values"]:
            yield ValueRow(breakdown["variable"], one["value"], _count(one["subjects"]))


def _breakdown_total(document: Document) -> BreakdownTotal:
    return BreakdownTotal(
        by=document["variable"],
        label=document["label"],
        values=tuple(
            ValueTotal(one["value"], one["label"], _count(one["subjects"]), one["few"])
            for one in document["values"]
        ),
        left_out=tuple(document["left_out"]),
    )


def _whose(dataset: DatasetRow, node_name: str) -> Row:
    return {"node": dataset.node, "node_name": node_name, "dataset": dataset.id, "title": dataset.title}


def _patients(count: Count) -> Row:
    return {
        "patients": count.value,
        "patients_kind": count.kind,
        "patients_bound": count.bound,
        "patients_step": count.step,
    }


def _flat(dataset: DatasetRow, node_name: str) -> Row:
    rules = dataset.protection
    return {
        **_whose(dataset, node_name),
        "version": dataset.version,
        "policy": dataset.policy,
        **_patients(dataset.subjects),
        "studies": dataset.studies.value,
        "studies_kind": dataset.studies.kind,
        "series": dataset.series.value,
        "series_kind": dataset.series.kind,
        "minimum": rules.minimum if rules else None,
        "step": rules.step if rules else None,
        "epsilon": rules.epsilon if rules else None,
        "budget_left": dataset.budget_left,
        "reason": dataset.reason,
    }


def _totals(document: Document) -> Totals:
    return Totals(
        subjects=_count(document["subjects"]),
        studies=_count(document["studies"]),
        series=_count(document["series"]),
        left_out=tuple(document["left_out"]),
    )


def _count(document: Document) -> Count:
    return Count(document["kind"], document.get("value"), document.get("step"), document.get("bound"))
