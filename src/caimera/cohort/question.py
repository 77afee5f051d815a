"""The question as a value: a tree of And, Or, Not and SomeSeries over conditions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from caimera.cohort.errors import Problem, QuestionError
from caimera.vocabulary import VOCABULARY, Level, Operator

MAX_DEPTH = 16
MAX_CONDITIONS = 1_000
MAX_BYTES = 256 * 1024
"""Longest text of a question, in bytes of UTF-8."""


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`, both ends included; None leaves an end open."""

    low: float | None
    high: float | None


Scalar: TypeAlias = str | bool | float


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison. `value` is a vocabulary name, a number or a truth value for EQUALS and NOT_EQUALS,
    a tuple of names or numbers for IN, a Range for BETWEEN, a number for LOWER_THAN and GREATER_THAN, and
    None for MISSING. CONTAINS never stands here: reading turns it into IN. With `descendants`, the values an
    EQUALS or IN names stand for their kinds too."""

    variable: str
    operator: Operator
    value: Scalar | tuple[str | float, ...] | Range | None = None
    descendants: bool = False

    def __post_init__(self) -> None:
        if self.operator is Operator.CONTAINS:
            raise ValueError("CONTAINS is read into IN. Name the values, or read the question from text.")
        if self.descendants and self.operator not in (Operator.EQUALS, Operator.IN):
            raise ValueError("Only EQUALS and IN take descendants. Put Not around one of them.")


@dataclass(frozen=True, slots=True)
class And:
    """All children hold; without children, everything."""

    children: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one child holds."""

    children: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The child does not hold."""

    child: Question


@dataclass(frozen=True, slots=True)
class SomeSeries:
    """Some series of the same patient, or of the same study, answers the child; groups are not nested."""

    child: Question
    level: Level = Level.PATIENT

    def __post_init__(self) -> None:
        if self.level is Level.SERIES:
            raise ValueError("A group speaks of the series of a patient or of a study.")


Question: TypeAlias = And | Or | Not | SomeSeries | Condition

EVERYTHING = And(())
NOTHING = Not(EVERYTHING)


def children(question: Question) -> tuple[Question, ...]:
    """The questions directly inside this one."""
    match question:
        case And(inner) | Or(inner):
            return inner
        case Not(child) | SomeSeries(child):
            return (child,)
        case Condition():
            return ()


def conditions(question: Question, path: str = "") -> Iterator[tuple[str, Condition]]:
    """Every condition with its path: child numbers from the root, `0.2.1`; empty for a lone condition."""
    if isinstance(question, Condition):
        yield path, question
    for number, child in enumerate(children(question)):
        yield from conditions(child, f"{path}.{number}" if path else str(number))


def written_out(condition: Condition) -> Condition:
    """The condition with its descendants named one by one."""
    if not condition.descendants:
        return condition
    variable = VOCABULARY.variable(condition.variable)
    named = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    kinds = (kind.name for name in named for kind in variable.narrower(str(name)))
    return Condition(condition.variable, Operator.IN, tuple(dict.fromkeys(kinds)))


def plain(value: object) -> object:
    """A number without a needless fraction: 40.0 as 40. Anything else as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def text_of(value: object) -> str:
    """A value as the text form writes it: 40, 62.5, true, lung_cancer; an open end of a range is *."""
    match plain(value):
        case None:
            return "*"
        case bool(flag):
            return "true" if flag else "false"
        case float(number):
            # Decimal writes small numbers without an exponent.
            return f"{Decimal(repr(number)):f}"
        case other:
            return str(other)


def check_limits(question: Question) -> None:
    """Raises QuestionError if the question is larger than this room promises to handle.

    Sizes are those of the canonical form at worst, so a question that passes here passes again there.
    """
    depth, count = size(question)
    if depth > MAX_DEPTH:
        raise QuestionError(too_deep())
    if count > MAX_CONDITIONS:
        raise QuestionError(too_many())
    if sum(_length(condition) for _, condition in conditions(question)) > MAX_BYTES:
        raise QuestionError(too_long())


def too_deep() -> Problem:
    """The problem of a question nested too deeply."""
    return Problem("", f"The question is nested deeper than {MAX_DEPTH} levels.", "Take out inner brackets.")


def too_many() -> Problem:
    """The problem of a question with too many conditions."""
    message = f"The question has more than {MAX_CONDITIONS:,} conditions."
    return Problem("", message, "Use “in” for lists of values.")


def too_long() -> Problem:
    """The problem of a question whose text is too long."""
    message = f"The text is longer than {MAX_BYTES // 1024} kB, all values named."
    return Problem("", message, "Shorten the question.")


def _length(condition: Condition) -> int:
    """What a condition takes up in the canonical text, at most."""
    value = written_out(condition).value
    values = value if isinstance(value, tuple) else (value,)
    twice = 2 if condition.operator is Operator.NOT_EQUALS else 1
    return twice * (len(condition.variable) + sum(len(str(each)) + 2 for each in values) + 8)


def size(question: Question) -> tuple[int, int]:
    """Depth and number of conditions, as the canonical form has them at worst.

    A condition is one level, denied or not. `!=` counts as a row of two; a group holds a row of or, since
    groups side by side become one of that.
    """
    match question:
        case Condition(_, Operator.NOT_EQUALS):
            return 2, 2
        case Condition():
            return 1, 1
        case Not(Condition() as denied):
            return size(denied)
        case SomeSeries(child) if not isinstance(child, Or):
            depth, count = size(child)
            return 2 + depth, count
        case _:
            sizes = [size(child) for child in children(question)]
            return 1 + max((depth for depth, _ in sizes), default=0), sum(count for _, count in sizes)
