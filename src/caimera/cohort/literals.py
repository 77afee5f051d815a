"""Literals, a condition or its negation: their one form, and when one implies another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from caimera.cohort.meaning import holds
from caimera.cohort.question import Condition, Not, Question, Range, Scalar
from caimera.vocabulary import VOCABULARY, Kind, Operator

Literal: TypeAlias = Condition | Not

_COMPARISONS = (Operator.EQUALS, Operator.IN, Operator.BETWEEN)


def condition_of(question: Question) -> Condition | None:
    """The condition of a literal, without its negation; None for what is not a literal."""
    inner = question.child if isinstance(question, Not) else question
    return inner if isinstance(inner, Condition) else None


def literal(condition: Condition) -> Literal:
    """The one form of a condition: lists sorted, lists of one and ranges of one number as EQUALS."""
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
        case _:
            return condition


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


def values_of(condition: Condition) -> tuple[Scalar, ...]:
    """The values an EQUALS, NOT_EQUALS or IN condition names."""
    value = condition.value
    if isinstance(value, tuple):
        return value
    return () if value is None or isinstance(value, Range) else (value,)


def overlap(one: Range, other: Range) -> Range | None:
    """What two ranges have in common, if anything."""
    lows = [end for end in (one.low, other.low) if end is not None]
    highs = [end for end in (one.high, other.high) if end is not None]
    low, high = max(lows, default=None), min(highs, default=None)
    return None if low is not None and high is not None and low > high else Range(low, high)


def implies(one: Question, other: Question) -> bool:
    """Whether `other` holds wherever `one` does. Sound, but it does not see every implication."""
    left, right = condition_of(one), condition_of(other)
    if one == other or left is None or right is None or left.variable != right.variable:
        return one == other
    match isinstance(one, Not), isinstance(other, Not):
        case False, False:
            return _within(left, right)
        case False, True:
            return _apart(left, right)
        case True, True:
            return implies(right, left)
        case _:
            return False


def _within(one: Condition, other: Condition) -> bool:
    if one.operator not in _COMPARISONS:
        return False
    if other.operator is Operator.NOT_EQUALS:
        return is_single(other.variable) and not _meet(
            one, Condition(other.variable, Operator.EQUALS, other.value)
        )
    if isinstance(one.value, Range):
        return isinstance(other.value, Range) and overlap(one.value, other.value) == one.value
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
    if isinstance(one.value, Range) and isinstance(other.value, Range):
        return overlap(one.value, other.value) is not None
    first, second = (other, one) if isinstance(one.value, Range) else (one, other)
    return any(holds(second, {second.variable: value}) for value in values_of(first))


def _ordered(values: set[Scalar]) -> tuple[str | float, ...]:
    words = [value for value in values if isinstance(value, str)]
    numbers = [value for value in values if not isinstance(value, str)]
    return (*sorted(numbers), *sorted(words))
