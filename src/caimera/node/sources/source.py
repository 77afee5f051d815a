"""What every kind of local data offers to the mediator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from caimera.cohort import Question
from caimera.node.sources.origins import Columns, Origin, Tables
from caimera.protocol.messages import ConditionStatus
from caimera.vocabulary import Operator

PatientSet: TypeAlias = NDArray[np.bool_]
"""Which patients of one release fit a question, read-only, in the order of `Source.patients`."""


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


@dataclass(frozen=True, slots=True, eq=False)
class Contributions:
    """How many studies and series of each patient of a release fit, in the order of `Source.patients`."""

    studies: NDArray[np.uint32]
    series: NDArray[np.uint32]


class Source(Protocol):
    """Local data that questions can be put to. Safe to call from several threads.

    The releases of a call are those last prepared or some of them; where others are among them, they are
    prepared first, in place of the earlier ones. All but `close` and `capabilities` raise SourceError.
    """

    def capabilities(self) -> Mapping[str, tuple[Operator, ...]]:
        """The variables the prepared releases record, each with the operators this source answers."""

    def prepare(self, releases: Sequence[SourceRelease]) -> None:
        """Do now what the first question to these releases would wait for."""

    def statuses(self, question: Question, releases: Sequence[SourceRelease]) -> tuple[ConditionStatus, ...]:
        """What this source does with each condition of the question."""

    def patients(self, release: SourceRelease) -> tuple[str, ...]:
        """The identifiers, the same in all versions of a dataset, of its patients that have a series."""

    def count(
        self, question: Question, releases: Sequence[SourceRelease], *, wait: float
    ) -> tuple[SourceCount, ...]:
        """Count exactly within `wait` seconds: one result a release, in their order."""

    def sets(
        self, questions: Sequence[Question], releases: Sequence[SourceRelease], *, wait: float
    ) -> tuple[tuple[PatientSet, ...], ...]:
        """For each question, each release: the patients with a series that fits, within `wait` seconds."""

    def contributions(self, question: Question, release: SourceRelease, *, wait: float) -> Contributions:
        """What each patient of a release adds to the numbers of studies and series, within `wait` seconds."""

    def close(self) -> None:
        """End what is being counted and let go of the data; nothing is asked afterwards."""
