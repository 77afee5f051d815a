"""What a question means on one record: the reference every source is held against."""

from __future__ import annotations

from collections.abc import Mapping

from caimera.cohort.question import And, Condition, Not, Or, Question, Range
from caimera.vocabulary import Operator

Record = Mapping[str, object]
"""One image series with its study and patient: variable name to value, None, or several values."""


def holds(question: Question, record: Record) -> bool:
    """Whether the series described by `record` answers the question.

    A variable that is absent, None or empty in the record is missing there.
    """
    match question:
        case And(parts):
            return all(holds(part, record) for part in parts)
        case Or(parts):
            return any(holds(part, record) for part in parts)
        case Not(child):
            return not holds(child, record)
        case Condition():
            return _compare(question, _recorded(record.get(question.variable)))


def _recorded(value: object) -> tuple[object, ...]:
    if value is None:
        return ()
    return tuple(value) if isinstance(value, tuple | list | set | frozenset) else (value,)


def _compare(condition: Condition, recorded: tuple[object, ...]) -> bool:
    wanted = condition.value
    match condition.operator:
        case Operator.MISSING:
            return not recorded
        case Operator.NOT_EQUALS:
            return bool(recorded) and wanted not in recorded
        case Operator.EQUALS | Operator.IN:
            accepted = wanted if isinstance(wanted, tuple) else (wanted,)
            return any(value in accepted for value in recorded)
        case Operator.BETWEEN:
            return any(_within(wanted, value) for value in recorded)


def _within(wanted: object, value: object) -> bool:
    if not isinstance(wanted, Range) or not isinstance(value, int | float):
        return False
    return (wanted.low is None or wanted.low <= value) and (wanted.high is None or value <= wanted.high)
