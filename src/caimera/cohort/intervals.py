"""Numbers between two ends, either of which may be open: what BETWEEN, LOWER_THAN and GREATER_THAN accept."""

from __future__ import annotations

import math
from typing import NamedTuple, TypeAlias

from caimera.cohort.question import Condition, Range
from caimera.vocabulary import Operator

End: TypeAlias = tuple[float, int]
"""A number, and 0 where it is taken in; +1 where the interval begins behind it, -1 where it stops short."""


class Interval(NamedTuple):
    """From `low` to `high`; so written, ends compare as tuples do."""

    low: End = (-math.inf, 0)
    high: End = (math.inf, 0)

    def touches(self, other: Interval, step: int = 0) -> bool:
        """Whether no number lies between the two; with a step of 1, no whole number."""
        first, second = sorted((self, other))
        number, openness = first.high
        return second.low <= (number, openness + 1) or (
            bool(step) and second.low <= (number + step, openness)
        )

    def without(self, number: float) -> Interval:
        """The interval less a number, if that is one of its ends and others are left."""
        low = (number, 1) if self.low == (number, 0) else self.low
        high = (number, -1) if self.high == (number, 0) else self.high
        return Interval(low, high) if low <= high else self


def interval_of(condition: Condition) -> Interval | None:
    """The numbers a BETWEEN, LOWER_THAN or GREATER_THAN accepts; None for other conditions."""
    match condition.operator, condition.value:
        case Operator.BETWEEN, Range(low, high):
            return Interval((-math.inf if low is None else low, 0), (math.inf if high is None else high, 0))
        case Operator.LOWER_THAN, int() | float() as limit:
            return Interval(high=(limit, -1))
        case Operator.GREATER_THAN, int() | float() as limit:
            return Interval(low=(limit, 1))
        case _:
            return None


def point(number: float) -> Interval:
    """One number."""
    return Interval((number, 0), (number, 0))


def overlap(one: Interval, other: Interval) -> Interval | None:
    """What two intervals have in common, if anything."""
    low, high = max(one.low, other.low), min(one.high, other.high)
    return Interval(low, high) if low <= high else None


def united(intervals: list[Interval], step: int = 0) -> list[Interval]:
    """The intervals with those that touch made one; `step` as in `touches`."""
    found: list[Interval] = []
    for each in sorted(intervals):
        if found and found[-1].touches(each, step):
            last = found.pop()
            found.append(Interval(last.low, max(last.high, each.high)))
        else:
            found.append(each)
    return found
