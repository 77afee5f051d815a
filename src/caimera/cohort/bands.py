"""The question as protected datasets are asked it: ages and years only in whole bands.

Whole numbers fall into bands of `width`, each beginning at a multiple of it. Every comparison with a banded
variable is replaced, wherever it stands, by the smallest union of bands that holds all it accepts; the first
and the last band reach to the open end. So no answer can tell 62 from 63, under negation neither: what can be
asked is made of whole bands alone. `x != 62` says "recorded, and not 62", and becomes "recorded, and not
within 60 to 64".
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from caimera.cohort.canonical import canonical
from caimera.cohort.intervals import Interval, interval_of, point, united
from caimera.cohort.literals import recorded, values_of, within
from caimera.cohort.question import And, Condition, Not, Or, Question, SomeSeries, conditions
from caimera.vocabulary import VOCABULARY, Operator, Variable

WIDTH = 5
"""Years in a band."""


class Banded(NamedTuple):
    """A canonical question in bands; the paths, in the question given, of the conditions this changed."""

    question: Question
    changed: tuple[str, ...]


def banded(question: Question, width: int = WIDTH) -> Banded:
    """The question in bands of `width` whole numbers.

    Equal questions become equal ones. Where no banded variable is denied, everything the question accepts is
    accepted; where one is denied, everything the result accepts was. What was banded already stays.
    """
    changed = (
        path
        for path, condition in conditions(question)
        # In bands of one nothing is widened, but ends that bind nobody are opened just so.
        if _is_banded(condition) and _bands(condition, width) != _bands(condition, 1)
    )
    return Banded(canonical(_in_bands(canonical(question), width)), tuple(changed))


def _in_bands(question: Question, width: int) -> Question:
    match question:
        case And(parts):
            return And(tuple(_in_bands(part, width) for part in parts))
        case Or(parts):
            return Or(tuple(_in_bands(part, width) for part in parts))
        case Not(child):
            return Not(_in_bands(child, width))
        case SomeSeries(child, level):
            return SomeSeries(_in_bands(child, width), level)
        case Condition(name, operator):
            if not _is_banded(question):
                return question
            bands = _bands(question, width)
            found = Or(tuple(literal for each in bands for literal in within(name, each)))
            return And((recorded(name), Not(found))) if operator is Operator.NOT_EQUALS else found


def _is_banded(condition: Condition) -> bool:
    return condition.operator is not Operator.MISSING and VOCABULARY.variable(condition.variable).banded


def _bands(condition: Condition, width: int) -> list[Interval]:
    """The bands that hold all a comparison accepts, or names in order to exclude it."""
    variable, interval = VOCABULARY.variable(condition.variable), interval_of(condition)
    named = [point(float(value)) for value in values_of(condition)] if interval is None else [interval]
    return united([band for each in named for band in _widened(variable, each, width)], step=1)


def _widened(variable: Variable, interval: Interval, width: int) -> Iterator[Interval]:
    """The bands that hold what an interval accepts; none where no number in it may be recorded."""
    (low, above), (high, below) = interval
    least, most = _bounds(variable)
    first = max(least, low if math.isinf(low) else math.floor(low) + 1 if above else math.ceil(low))
    last = min(most, high if math.isinf(high) else math.ceil(high) - 1 if below else math.floor(high))
    if first > last:
        return
    start = first if math.isinf(first) else math.floor(first / width) * width
    end = last if math.isinf(last) else math.floor(last / width) * width + width - 1
    yield Interval(
        (-math.inf if start <= least else float(start), 0), (math.inf if end >= most else float(end), 0)
    )


def _bounds(variable: Variable) -> tuple[float, float]:
    """The least and the greatest number that may be recorded."""
    least, most = variable.minimum, variable.maximum
    return -math.inf if least is None else least, math.inf if most is None else most
