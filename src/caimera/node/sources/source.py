"""What every kind of local data offers to the mediator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from caimera.cohort import Question
from caimera.node.sources.origins import Columns, Origin, Tables
from caimera.protocol.messages import ConditionStatus
from caimera.vocabulary import Operator


@dataclass(frozen=True, slots=True)
class SourceRelease:
    """A published version of a dataset, as a source needs to know it.

    `digest` (SHA-256, hex) names what was released; `origin` is where that is read.
    """

    dataset_id: UUID
    digest: str
    origin: Origin

    def read(self, columns: Columns) -> Tables:
        """The released tables with these columns. Raises OriginUnusable."""
        return self.origin.read(columns, digest=self.digest)


@dataclass(frozen=True, slots=True)
class SourceCount:
    """Exact numbers of one dataset. They never leave the node for a protected dataset."""

    dataset_id: UUID
    subjects: int
    studies: int
    series: int


class Source(Protocol):
    """Local data that questions can be put to. Safe to call from several threads."""

    def capabilities(self) -> Mapping[str, tuple[Operator, ...]]:
        """The variables this source knows, each with the operators it answers."""

    def prepare(self, releases: Sequence[SourceRelease]) -> None:
        """Do now what the first question to these releases would wait for. Raises SourceError."""

    def statuses(self, question: Question, releases: Sequence[SourceRelease]) -> tuple[ConditionStatus, ...]:
        """What this source does with each condition of the question. Raises SourceError."""

    def count(
        self, question: Question, releases: Sequence[SourceRelease], *, wait: float
    ) -> tuple[SourceCount, ...]:
        """Count exactly within `wait` seconds: one result a release, in their order. Raises SourceError."""

    def close(self) -> None:
        """End what is being counted and let go of the data; nothing is asked afterwards."""
