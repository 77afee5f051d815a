"""What every kind of local data offers to the mediator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID

from caimera.cohort import Question
from caimera.protocol.messages import ConditionStatus
from caimera.vocabulary import Operator


@dataclass(frozen=True, slots=True, order=True)
class CrateRelease:
    """A published version of a dataset, as a source needs to know it. `digest` is the crate's, in hex."""

    dataset_id: UUID
    digest: str
    path: Path


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

    def prepare(self, releases: Sequence[CrateRelease]) -> None:
        """Do now what the first question to these releases would wait for. Raises SourceError."""

    def statuses(self, question: Question, releases: Sequence[CrateRelease]) -> tuple[ConditionStatus, ...]:
        """What this source does with each condition of the question. Raises SourceError."""

    def count(
        self, question: Question, releases: Sequence[CrateRelease], *, wait: float
    ) -> tuple[SourceCount, ...]:
        """Count exactly within `wait` seconds: one result a release, in their order. Raises SourceError."""

    def close(self) -> None:
        """End what is being counted and let go of the data; nothing is asked afterwards."""
