"""A question becomes SQL over the index: true or false of each row, never NULL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from caimera.cohort import And, Condition, Not, Or, Question, Range, SomeSeries
from caimera.node.sources import statements
from caimera.node.sources.layout import COLUMNS, IndexColumn, Storage
from caimera.vocabulary import VOCABULARY, Level, Operator

Codes = Mapping[tuple[str, str], int]
"""The number of each code in an index, by variable and CURIE."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of SQL and the parameters of its question marks, in order."""

    sql: str
    parameters: tuple[float, ...] = ()


NEVER = Fragment("FALSE")


def compile_question(question: Question, codes: Codes) -> Fragment:
    """The WHERE clause of a question. Every variable in it must be one of `COLUMNS`."""
    match question:
        case And(children):
            return _joined("AND", "TRUE", children, codes)
        case Or(children):
            return _joined("OR", "FALSE", children, codes)
        case Not(child):
            inner = compile_question(child, codes)
            return Fragment(f"(NOT {inner.sql})", inner.parameters)
        case SomeSeries(child, level):
            inner = compile_question(child, codes)
            shared = "patient" if level is Level.PATIENT else "study"
            return Fragment(statements.shared_with(shared, inner.sql), inner.parameters)
        case Condition():
            return _condition(question, codes)


def _joined(word: str, empty: str, children: Sequence[Question], codes: Codes) -> Fragment:
    fragments = [compile_question(child, codes) for child in children]
    sql = f" {word} ".join(fragment.sql for fragment in fragments) or empty
    return Fragment(f"({sql})", tuple(p for fragment in fragments for p in fragment.parameters))


def _condition(condition: Condition, codes: Codes) -> Fragment:
    column = COLUMNS[condition.variable]
    if column.storage is Storage.NUMBER:
        return _number(column.variable, condition)
    if condition.operator is Operator.MISSING:
        return Fragment(f"({column.variable} = 0)")
    numbers = _numbers_of_codes(column, condition, codes)
    if condition.operator is not Operator.NOT_EQUALS:
        return _one_of(column, numbers) if numbers else NEVER
    if not numbers:
        return Fragment(f"({column.variable} <> 0)")
    equal = _one_of(column, numbers)
    return Fragment(f"({column.variable} <> 0 AND NOT {equal.sql})", equal.parameters)


def _number(name: str, condition: Condition) -> Fragment:
    """A test of a number; `IS NOT NULL` first, so that what is missing makes it false and not NULL."""
    match condition:
        case Condition(operator=Operator.MISSING):
            return Fragment(f"({name} IS NULL)")
        case Condition(operator=Operator.BETWEEN, value=Range(low=low, high=high)):
            bounds = [(f"{name} >= ?", low), (f"{name} <= ?", high)]
            given = [(sql, bound) for sql, bound in bounds if bound is not None]
            tests = "".join(f" AND {sql}" for sql, _ in given)
            return Fragment(f"({name} IS NOT NULL{tests})", tuple(bound for _, bound in given))
        case Condition(operator=Operator.LOWER_THAN | Operator.GREATER_THAN, value=limit):
            sign = "<" if condition.operator is Operator.LOWER_THAN else ">"
            return Fragment(f"({name} IS NOT NULL AND {name} {sign} ?)", (float(cast(float, limit)),))
        case _:
            values = tuple(float(value) for value in _values(condition))
            word = "NOT IN" if condition.operator is Operator.NOT_EQUALS else "IN"
            return Fragment(f"({name} IS NOT NULL AND {name} {word} ({_marks(values)}))", values)


def _one_of(column: IndexColumn, numbers: tuple[int, ...]) -> Fragment:
    if column.storage is Storage.COMBINATION:
        having = statements.combinations_with(column, _marks(numbers))
        return Fragment(f"({column.variable} IN ({having}))", numbers)
    return Fragment(f"({column.variable} IN ({_marks(numbers)}))", numbers)


def _numbers_of_codes(column: IndexColumn, condition: Condition, codes: Codes) -> tuple[int, ...]:
    """The index's numbers for the values of a condition; a value no crate holds has none."""
    values = _values(condition)
    if column.storage is Storage.TRUTH:
        return tuple(2 if value else 1 for value in values)
    variable = VOCABULARY.variable(column.variable)
    numbers = (codes.get((column.variable, variable.value(str(value)).code)) for value in values)
    return tuple(number for number in numbers if number is not None)


def _values(condition: Condition) -> tuple[str | float, ...]:
    value = condition.value
    return value if isinstance(value, tuple) else (cast(str | float, value),)


def _marks(values: Sequence[float]) -> str:
    return ", ".join("?" * len(values))
