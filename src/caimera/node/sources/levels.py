"""Which levels a question speaks of, and which can tell it."""

from __future__ import annotations

from collections.abc import Sequence

from caimera.cohort import And, Condition, Question, SomeSeries
from caimera.cohort.question import children
from caimera.vocabulary import VOCABULARY, Level

FINEST_FIRST = (Level.SERIES, Level.STUDY, Level.PATIENT)


def level_of(question: Question) -> Level:
    """The coarsest level that can tell whether a series fits: two series of it fit or do not fit together."""
    match question:
        case Condition(variable):
            return VOCABULARY.variable(variable).level
        case SomeSeries(child, level):
            return max(level, level_of(child), key=FINEST_FIRST.index)
        case _:
            inside = map(level_of, children(question))
            return min(inside, key=FINEST_FIRST.index, default=Level.PATIENT)


def speaks_of(question: Question) -> frozenset[Level]:
    """The levels a question has conditions on, and those whose series it looks through."""
    match question:
        case Condition(variable):
            return frozenset({VOCABULARY.variable(variable).level})
        case SomeSeries(child, level) if level_of(child) is not level_of(question):
            return speaks_of(child) | {level}
        case _:
            return frozenset().union(*map(speaks_of, children(question)))


def is_finer(one: Level, other: Level) -> bool:
    """Whether one level is below the other."""
    return FINEST_FIRST.index(one) < FINEST_FIRST.index(other)


def all_of(parts: Sequence[Question]) -> Question:
    """Parts that all have to hold, as one question."""
    return parts[0] if len(parts) == 1 else And(tuple(parts))
