"""What is released under a policy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from caimera.disclosure.policy import Policy
from caimera.protocol.messages import Count, CountKind


class Noisy(NamedTuple):
    """Numbers with noise, before rounding; None where the policy tells none of the kind."""

    subjects: int
    studies: int | None = None
    series: int | None = None


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


# Counts are values, so one of a kind is enough: a question to many datasets says the same few often.
_kept = lru_cache(maxsize=4_096)

WITHHELD = Count(kind=CountKind.WITHHELD)
NOTHING_SAID = Released(WITHHELD, WITHHELD, WITHHELD)


def as_counted(exact: Exact) -> Released:
    """What an open dataset says: what was counted."""
    counts = (Count(kind=CountKind.EXACT, value=n) for n in (exact.subjects, exact.studies, exact.series))
    return Released(*counts)


def as_settled(noisy: Noisy | None, policy: Policy) -> Released:
    """What a protected dataset says, from its numbers with noise; None where they are too small to tell.

    `policy` is today's: a minimum that was raised since holds for earlier answers too.
    """
    if noisy is None or noisy.subjects < policy.minimum:
        return _fewer_than(policy.minimum)
    return Released(
        _rounded(noisy.subjects, policy.step),
        _told(noisy.studies, policy.studies_clip, policy.step),
        _told(noisy.series, policy.series_clip, policy.step),
    )


def _told(number: int | None, clip: int | None, step: int) -> Count:
    return WITHHELD if number is None or clip is None else _rounded(max(0, number), step)


@_kept
def _fewer_than(minimum: int) -> Released:
    return Released(Count(kind=CountKind.FEWER_THAN, bound=minimum), WITHHELD, WITHHELD)


@_kept
def _rounded(number: int, step: int) -> Count:
    nearest = (number + step // 2) // step * step
    return Count(kind=CountKind.ROUNDED, value=nearest, step=step)


def broken_down(noisy: Sequence[Noisy | None], policy: Policy) -> tuple[Count, ...]:
    """What is said of every value of a variable, in their order.

    A value that alone is hidden could be had from the total: the smallest that is told is then hidden too.
    """
    counts = [as_settled(each, policy).subjects for each in noisy]
    told = [place for place, count in enumerate(counts) if count.value is not None]
    if told and len(counts) - len(told) == 1:
        smallest = min(told, key=lambda place: (counts[place].value, place))
        counts[smallest] = as_settled(None, policy).subjects
    return tuple(counts)


def total(parts: Iterable[Count]) -> Count:
    """Add released counts; parts without a value are left out and make the total approximate."""
    counts = tuple(parts)
    values = [count.value for count in counts if count.value is not None]
    if counts and not values:
        return WITHHELD
    exact = all(count.kind is CountKind.EXACT for count in counts)
    return Count(kind=CountKind.EXACT if exact else CountKind.APPROXIMATE, value=sum(values))
