"""Policies, and what is released under them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from caimera.disclosure.errors import PolicyError
from caimera.protocol.messages import Count, CountKind

PolicyName = Literal["open", "protected"]


@dataclass(frozen=True, slots=True)
class Policy:
    """How a dataset protects its people; all numbers matter to `protected` alone.

    `minimum`: the smallest number of subjects that is told; `step`: the rounding above it; `epsilon`: of
    the noise, smaller is noisier; `overlap`: sets that differ by fewer patients get one answer;
    `weekly_per_person` and `weekly_in_all`: new questions answered in seven days.
    Raises PolicyError where they contradict.
    """

    name: PolicyName = "protected"
    minimum: int = 10
    step: int = 5
    epsilon: float = 0.28
    overlap: int = 10
    weekly_per_person: int = 50
    weekly_in_all: int = 500

    def __post_init__(self) -> None:
        if self.name not in ("open", "protected"):
            raise PolicyError(f"No policy is called {self.name!r}: use open or protected.")
        if self.minimum < 2 or self.step < 1 or self.minimum % self.step:
            raise PolicyError(
                f"A minimum of {self.minimum} with steps of {self.step} protects nobody: "
                "choose a minimum of at least 2 that is a multiple of the step."
            )
        if not 0 < self.epsilon <= 1:
            raise PolicyError(f"An epsilon of {self.epsilon} is not between 0 and 1: 0.28 is the default.")
        if self.overlap < 2:
            raise PolicyError(f"An overlap of {self.overlap} lets one patient be singled out: use 2 or more.")
        if min(self.weekly_per_person, self.weekly_in_all) < 0:
            raise PolicyError("A weekly budget cannot be negative: 0 answers nothing new.")


@dataclass(frozen=True, slots=True)
class Exact:
    """What was counted in an open dataset."""

    subjects: int
    studies: int
    series: int


@dataclass(frozen=True, slots=True)
class Released:
    """What may be said."""

    subjects: Count
    studies: Count
    series: Count


WITHHELD = Count(kind=CountKind.WITHHELD)
NOTHING_SAID = Released(WITHHELD, WITHHELD, WITHHELD)


def as_counted(exact: Exact) -> Released:
    """What an open dataset says: what was counted."""
    counts = (Count(kind=CountKind.EXACT, value=n) for n in (exact.subjects, exact.studies, exact.series))
    return Released(*counts)


def as_settled(noisy: int | None, policy: Policy) -> Released:
    """What a protected dataset says: subjects only, from their number with noise, None below the minimum.

    `policy` is today's: a minimum that was raised since holds for earlier answers too.
    """
    if noisy is None or noisy < policy.minimum:
        subjects = Count(kind=CountKind.FEWER_THAN, bound=policy.minimum)
    else:
        nearest = (noisy + policy.step // 2) // policy.step * policy.step
        subjects = Count(kind=CountKind.ROUNDED, value=nearest, step=policy.step)
    return Released(subjects, WITHHELD, WITHHELD)


def release(exact: Exact, policy: Policy) -> Released:
    """What `policy` lets be said about `exact` without noise and memory."""
    if policy.name == "open":
        return as_counted(exact)
    return as_settled(exact.subjects, policy)


def total(parts: Iterable[Count]) -> Count:
    """Add released counts; parts without a value are left out and make the total approximate."""
    counts = tuple(parts)
    values = [count.value for count in counts if count.value is not None]
    if counts and not values:
        return WITHHELD
    exact = all(count.kind is CountKind.EXACT for count in counts)
    return Count(kind=CountKind.EXACT if exact else CountKind.APPROXIMATE, value=sum(values))
