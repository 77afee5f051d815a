"""Policies, and the release of exact numbers under them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from caimera.disclosure.errors import PolicyError
from caimera.protocol.messages import Count, CountKind

PolicyName = Literal["open", "protected"]


@dataclass(frozen=True, slots=True)
class Policy:
    """How a dataset protects its people.

    `minimum`: the smallest number of subjects that is told; `step`: the rounding above it.
    Both matter to `protected` alone. Raises PolicyError unless `minimum` is a multiple of `step`
    and above one.
    """

    name: PolicyName
    minimum: int = 10
    step: int = 5

    def __post_init__(self) -> None:
        if self.name not in ("open", "protected"):
            raise PolicyError(f"No policy is called {self.name!r}: use open or protected.")
        if self.minimum < 2 or self.step < 1 or self.minimum % self.step:
            raise PolicyError(
                f"A minimum of {self.minimum} with steps of {self.step} protects nobody: "
                "choose a minimum of at least 2 that is a multiple of the step."
            )


@dataclass(frozen=True, slots=True)
class Exact:
    """What was counted. Never leaves the node for a protected dataset."""

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


def release(exact: Exact, policy: Policy) -> Released:
    """Return what `policy` lets be said about `exact`."""
    if policy.name == "open":
        return Released(_as_counted(exact.subjects), _as_counted(exact.studies), _as_counted(exact.series))
    return Released(_protected(exact.subjects, policy), WITHHELD, WITHHELD)


def total(parts: Iterable[Count]) -> Count:
    """Add released counts; parts without a value are left out and make the total approximate."""
    counts = tuple(parts)
    values = [count.value for count in counts if count.value is not None]
    if counts and not values:
        return WITHHELD
    exact = all(count.kind is CountKind.EXACT for count in counts)
    return Count(kind=CountKind.EXACT if exact else CountKind.APPROXIMATE, value=sum(values))


def _as_counted(number: int) -> Count:
    return Count(kind=CountKind.EXACT, value=number)


def _protected(number: int, policy: Policy) -> Count:
    if number < policy.minimum:
        return Count(kind=CountKind.FEWER_THAN, bound=policy.minimum)
    nearest = (number + policy.step // 2) // policy.step * policy.step
    return Count(kind=CountKind.ROUNDED, value=nearest, step=policy.step)
