"""What a question means on one record: the reference every source is held against."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from caimera.cohort.question import And, Condition, Not, Or, Question, Range, SomeSeries, written_out
from caimera.vocabulary import VOCABULARY, Level, Operator

Record = Mapping[str, object]
"""One image series with its study and patient: variable name to value, None, or several values.

Under `study_id` it may say which study it belongs to; only questions about series of one study need that.
"""


def holds(question: Question, record: Record, siblings: Sequence[Record] = ()) -> bool:
    """Whether the series described by `record` answers the question.

    Of a whole variable, completed years of age, what is recorded counts without its fraction. A variable that
    is absent, None or empty in the record is missing there. `siblings` are all series of the
    same patient; the record counts as one of them, named or not.
    """
    match question:
        case And(parts):
            return all(holds(part, record, siblings) for part in parts)
        case Or(parts):
            return any(holds(part, record, siblings) for part in parts)
        case Not(child):
            return not holds(child, record, siblings)
        case SomeSeries(child, level):
            return any(holds(child, one) for one in _together(record, siblings, level))
        case Condition():
            whole = VOCABULARY.variable(question.variable).whole
            return _compare(written_out(question), _recorded(record.get(question.variable), whole=whole))


def _together(record: Record, siblings: Sequence[Record], level: Level) -> list[Record]:
    study = record.get("study_id")
    others = siblings if level is Level.PATIENT else [one for one in siblings if one.get("study_id") == study]
    return [record, *others]


def _recorded(value: object, *, whole: bool) -> tuple[object, ...]:
    if value is None:
        return ()
    several = tuple(value) if isinstance(value, tuple | list | set | frozenset) else (value,)
    return tuple(math.floor(one) if whole and isinstance(one, float) else one for one in several)


def _compare(condition: Condition, recorded: tuple[object, ...]) -> bool:
    wanted = condition.value
    match condition.operator:
        case Operator.MISSING:
            return not recorded
        case Operator.NOT_EQUALS:
            return bool(recorded) and wanted not in recorded
        case Operator.BETWEEN | Operator.LOWER_THAN | Operator.GREATER_THAN:
            return any(_fits(condition.operator, wanted, value) for value in recorded)
        case _:
            accepted = wanted if isinstance(wanted, tuple) else (wanted,)
            return any(value in accepted for value in recorded)


def _fits(operator: Operator, wanted: object, value: object) -> bool:
    match operator, wanted, value:
        case Operator.BETWEEN, Range(low, high), int() | float():
            return (low is None or low <= value) and (high is None or value <= high)
        case Operator.LOWER_THAN, int() | float(), int() | float():
            return value < wanted
        case Operator.GREATER_THAN, int() | float(), int() | float():
            return value > wanted
        case _:
            return False
