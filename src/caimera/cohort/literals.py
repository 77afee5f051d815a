"""Literals, a condition or its negation: their one form, and when one implies another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from caimera.cohort.intervals import Interval, interval_of, overlap
from caimera.cohort.meaning import holds
from caimera.cohort.question import Condition, Not, Question, Range, Scalar, written_out
from caimera.vocabulary import VOCABULARY, Kind, Operator

Literal: TypeAlias = Condition | Not

_BOUNDS = (Operator.BETWEEN, Operator.LOWER_THAN, Operator.GREATER_THAN)
_COMPARISONS = (Operator.EQUALS, Operator.IN, *_BOUNDS)


def condition_of(question: Question) -> Condition | None:
    """The condition of a literal, without its negation; None for what is not a literal."""
    inner = question.child if isinstance(question, Not) else question
    return inner if isinstance(inner, Condition) else None


def literal(condition: Condition) -> Literal:
    """The one form of a condition: descendants named, lists sorted, lists of one and ranges of one number as
    EQUALS, whole numbers below 5 as at most 4."""
    condition = written_out(condition)
    name, value = condition.variable, condition.value
    match condition.operator, value:
        case ((Operator.EQUALS | Operator.IN), tuple(values)):
            return among(name, values)
        case Operator.BETWEEN, Range(low, high) if low is None and high is None:
            return recorded(name)
        case Operator.BETWEEN, Range(low, high) if low is not None and low == high:
            return Condition(name, Operator.EQUALS, low)
        case Operator.NOT_EQUALS, bool(flag):
            return Condition(name, Operator.EQUALS, not flag)
        case ((Operator.LOWER_THAN | Operator.GREATER_THAN), int() | float() as limit):
            return _strict(condition, limit)
        case _:
            return condition


def _strict(condition: Condition, limit: float) -> Condition:
    """The strict comparison; with its end included where numbers are whole and that end may be written."""
    variable = VOCABULARY.variable(condition.variable)
    if not variable.whole:
        return condition
    lower = condition.operator is Operator.LOWER_THAN
    end = float(math.ceil(limit) - 1 if lower else math.floor(limit) + 1)
    if (variable.minimum is not None and end < variable.minimum) or (
        variable.maximum is not None and end > variable.maximum
    ):
        return condition
    return Condition(condition.variable, Operator.BETWEEN, Range(None, end) if lower else Range(end, None))


def within(variable: str, interval: Interval) -> Iterator[Literal]:
    """The literals that, held together, accept the numbers of the interval."""
    (low, above), (high, below) = interval
    if above:
        yield literal(Condition(variable, Operator.GREATER_THAN, low))
    if below:
        yield literal(Condition(variable, Operator.LOWER_THAN, high))
    ends = Range(
        None if above or math.isinf(low) else low,
        None if below or math.isinf(high) else high,
    )
    if ends != Range(None, None) or not (above or below):
        yield literal(Condition(variable, Operator.BETWEEN, ends))


def among(variable: str, values: Iterable[Scalar]) -> Literal:
    """At least one recorded value of the variable is one of these."""
    ordered = _ordered(set(values))
    if len(ordered) == 1:
        return Condition(variable, Operator.EQUALS, ordered[0])
    if is_boolean(variable):
        return recorded(variable)
    return Condition(variable, Operator.IN, ordered)


def missing(variable: str) -> Condition:
    """Nothing is recorded."""
    return Condition(variable, Operator.MISSING)


def recorded(variable: str) -> Not:
    """Something is recorded."""
    return Not(missing(variable))


def negation(one: Literal) -> Question:
    """The literal that holds where this one does not."""
    return one.child if isinstance(one, Not) else Not(one)


def is_boolean(variable: str) -> bool:
    """Whether the variable is true or false."""
    return VOCABULARY.variable(variable).kind is Kind.BOOLEAN


def is_single(variable: str) -> bool:
    """Whether a record holds at most one value of the variable."""
    return not VOCABULARY.variable(variable).multiple


def is_whole(variable: str) -> bool:
    """Whether the variable's numbers have no fraction."""
    return VOCABULARY.variable(variable).whole


def values_of(condition: Condition) -> tuple[Scalar, ...]:
    """The values an EQUALS, NOT_EQUALS or IN condition names."""
    value = condition.value
    if isinstance(value, tuple):
        return value
    return () if value is None or isinstance(value, Range) else (value,)


class Fact(NamedTuple):
    """A part of a row, taken apart to be compared with many; `condition` is None if it is no literal."""

    question: Question
    condition: Condition | None
    negated: bool
    interval: Interval | None


def fact(question: Question) -> Fact:
    """The part, taken apart."""
    condition = condition_of(question)
    interval = None if condition is None else interval_of(condition)
    return Fact(question, condition, isinstance(question, Not), interval)


def implies(one: Fact, other: Fact) -> bool:
    """Whether `other` holds wherever `one` does. Sound, but it does not see every implication."""
    left, right = one.condition, other.condition
    if left is None or right is None or left.variable != right.variable:
        return left is None and right is None and one.question == other.question
    if one.negated or other.negated:
        return one.question == other.question or _implies_denied(one, other)
    if one.interval is not None and other.interval is not None:
        return _covers(other.interval, one.interval)
    return left == right or _within(left, right)


def _implies_denied(one: Fact, other: Fact) -> bool:
    if one.condition is None or other.condition is None or not other.negated:
        return False
    if one.negated:
        return implies(fact(other.condition), fact(one.condition))
    return _apart(one.condition, other.condition)


def _within(one: Condition, other: Condition) -> bool:
    if one.operator not in _COMPARISONS:
        return False
    if other.operator is Operator.NOT_EQUALS:
        return is_single(other.variable) and not _meet(
            one, Condition(other.variable, Operator.EQUALS, other.value)
        )
    if interval_of(one) is not None:
        return False
    return all(holds(other, {other.variable: value}) for value in values_of(one))


def _apart(one: Condition, other: Condition) -> bool:
    """Whether no record answers both."""
    if Operator.MISSING in (one.operator, other.operator):
        return one.operator is not other.operator
    if Operator.NOT_EQUALS in (one.operator, other.operator):
        return values_of(one) == values_of(other)
    return is_single(one.variable) and not _meet(one, other)


def _meet(one: Condition, other: Condition) -> bool:
    """Whether a single value can answer both comparisons."""
    left, right = interval_of(one), interval_of(other)
    if left is not None and right is not None:
        return overlap(left, right) is not None
    first, second = (one, other) if left is None else (other, one)
    return any(holds(second, {second.variable: value}) for value in values_of(first))


def _covers(outer: Interval, inner: Interval) -> bool:
    return outer.low <= inner.low and inner.high <= outer.high


def _ordered(values: set[Scalar]) -> tuple[str | float, ...]:
    words = [value for value in values if isinstance(value, str)]
    numbers = [value for value in values if not isinstance(value, str)]
    return (*sorted(numbers), *sorted(words))
