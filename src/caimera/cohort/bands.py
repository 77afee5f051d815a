"""The question as protected datasets are asked it: ages and years only in whole bands.

Whole numbers fall into bands of `width`, each beginning at a multiple of it. Every comparison with a banded
variable is replaced, wherever it stands, by the smallest union of bands that holds all it accepts; the first
and the last band reach to the open end. So no answer can tell 62 from 63, under negation neither: what can be
asked is made of whole bands alone. `x != 62` says "recorded, and not 62", and becomes "recorded, and not
within 60 to 64".
"""

from __future__ import annotations

import math
from typing import NamedTuple

from caimera.cohort.canonical import canonical
from caimera.cohort.intervals import Interval, interval_of, point
from caimera.cohort.literals import recorded, values_of
from caimera.cohort.question import NOTHING, And, Condition, Not, Or, Question, Range, SomeSeries, conditions
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
        if canonical(_in_bands(condition, width)) != canonical(_in_bands(condition, 1))
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
            variable = VOCABULARY.variable(name)
            asked_whole = operator is Operator.MISSING or not variable.banded
            return question if asked_whole else _condition(variable, question, width)


def _condition(variable: Variable, condition: Condition, width: int) -> Question:
    if condition.operator is Operator.NOT_EQUALS:
        equal = Condition(variable.name, Operator.EQUALS, condition.value)
        return And((recorded(variable.name), Not(_condition(variable, equal, width))))
    interval = interval_of(condition)
    accepted = [point(float(value)) for value in values_of(condition)] if interval is None else [interval]
    return Or(tuple(_widened(variable, each, width) for each in accepted))


def _widened(variable: Variable, interval: Interval, width: int) -> Question:
    """The bands that hold what an interval accepts; none where no number in it may be recorded."""
    (low, above), (high, below) = interval
    least, most = _bounds(variable)
    first = max(least, low if math.isinf(low) else math.floor(low) + 1 if above else math.ceil(low))
    last = min(most, high if math.isinf(high) else math.ceil(high) - 1 if below else math.floor(high))
    if first > last:
        return NOTHING
    start = first if math.isinf(first) else math.floor(first / width) * width
    end = last if math.isinf(last) else math.floor(last / width) * width + width - 1
    ends = Range(None if start <= least else float(start), None if end >= most else float(end))
    return Condition(variable.name, Operator.BETWEEN, ends)


def _bounds(variable: Variable) -> tuple[float, float]:
    """The least and the greatest number that may be recorded."""
    least, most = variable.minimum, variable.maximum
    return -math.inf if least is None else least, math.inf if most is None else most
