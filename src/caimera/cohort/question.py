"""The question as a value: a tree of And, Or and Not over conditions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from caimera.cohort.errors import Problem, QuestionError
from caimera.vocabulary import Operator

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
    a tuple of names or numbers for IN, a Range for BETWEEN, and None for MISSING."""

    variable: str
    operator: Operator
    value: Scalar | tuple[str | float, ...] | Range | None = None


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


Question: TypeAlias = And | Or | Not | Condition

EVERYTHING = And(())
NOTHING = Not(EVERYTHING)


def children(question: Question) -> tuple[Question, ...]:
    """The questions directly inside this one."""
    match question:
        case And(inner) | Or(inner):
            return inner
        case Not(child):
            return (child,)
        case Condition():
            return ()


def conditions(question: Question, path: str = "") -> Iterator[tuple[str, Condition]]:
    """Every condition with its path: child numbers from the root, `0.2.1`; empty for a lone condition."""
    if isinstance(question, Condition):
        yield path, question
    for number, child in enumerate(children(question)):
        yield from conditions(child, f"{path}.{number}" if path else str(number))


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
        raise QuestionError(
            Problem(
                "",
                f"The question has more than {MAX_CONDITIONS:,} conditions.",
                "Use “in” for lists of values.",
            )
        )


def too_deep() -> Problem:
    """The problem of a question nested too deeply."""
    return Problem("", f"The question is nested deeper than {MAX_DEPTH} levels.", "Take out inner brackets.")


def size(question: Question) -> tuple[int, int]:
    """Depth and number of conditions; `!=` counts as two at depth one, which is what it may become."""
    if isinstance(question, Condition):
        return (1, 2) if question.operator is Operator.NOT_EQUALS else (0, 1)
    sizes = [size(child) for child in children(question)]
    return 1 + max((depth for depth, _ in sizes), default=0), sum(count for _, count in sizes)
