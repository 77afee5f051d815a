"""What a hub says about a question and about its nodes, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Document = Mapping[str, Any]


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
        return f"{self.value:,}" if self.kind == "exact" else f"about {self.value:,}"


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
class SearchResult:
    """A question as it stands; `document` is the hub's JSON, unchanged."""

    id: str
    question: str
    in_words: str
    closed: bool
    nodes: tuple[NodeRow, ...]
    totals: Totals
    document: Document = field(repr=False)

    @property
    def datasets(self) -> tuple[DatasetRow, ...]:
        """All datasets of all nodes, one row each."""
        return tuple(row for node in self.nodes for row in node.datasets)

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
    )


def _totals(document: Document) -> Totals:
    return Totals(
        subjects=_count(document["subjects"]),
        studies=_count(document["studies"]),
        series=_count(document["series"]),
        left_out=tuple(document["left_out"]),
    )


def _count(document: Document) -> Count:
    return Count(document["kind"], document.get("value"), document.get("step"), document.get("bound"))
