"""The question with one of its parts left out: what a differencing attack would ask beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from caimera.cohort.canonical import canonical
from caimera.cohort.literals import condition_of
from caimera.cohort.question import And, Condition, Not, Or, Question, SomeSeries
from caimera.vocabulary import Operator


def without_parts(question: Question, at_most: int | None = None) -> tuple[tuple[str, Question], ...]:
    """For every part of a canonical question, in reading order: its path, and the question without it.

    A part is a child of `And` or `Or` at any depth, or one value of an IN list, but never the only one. Paths
    are those of `conditions`, child numbers from the root: `0.2`; a listed value adds its number behind a
    colon: `0.2:1`. Each takes a canonical form of its own to make, so `at_most` bounds the work.
    """
    return tuple(
        (path, rest if path.isdigit() and _says_it_once(rest) else canonical(rest))
        for path, rest in islice(_rests(question, ""), at_most)
    )


def _says_it_once(rest: Question) -> bool:
    """Whether a canonical row that lost one condition is canonical as it stands, as its conditions are on a
    variable each and so say nothing of one another. Most are; finding the form again costs most of all."""
    match rest:
        case And(children) | Or(children) if len(children) > 1:
            about = [condition.variable for child in children if (condition := condition_of(child))]
            return len(set(about)) == len(children)
        case _:
            return False


def count_parts(question: Question) -> int:
    """How many parts `without_parts` finds."""
    match question:
        case And(children) | Or(children):
            own = len(children) if len(children) > 1 else 0
            return own + sum(map(count_parts, children))
        case Not(child) | SomeSeries(child):
            return count_parts(child)
        case Condition(_, Operator.IN, tuple(values)):
            return len(values) if len(values) > 1 else 0
        case _:
            return 0


def _rests(question: Question, path: str) -> Iterator[tuple[str, Question]]:
    match question:
        case And(children) | Or(children):
            for at in range(len(children)):
                yield from _rests_at(question, at, _inside(path, at))
        case Not(child) | SomeSeries(child):
            for below, rest in _rests(child, _inside(path, 0)):
                yield below, replace(question, child=rest)
        case Condition(_, Operator.IN, tuple(values)) if len(values) > 1:
            for at in range(len(values)):
                yield f"{path}:{at}", replace(question, value=values[:at] + values[at + 1 :])
        case Condition():
            return


def _rests_at(row: And | Or, at: int, path: str) -> Iterator[tuple[str, Question]]:
    before, child, after = row.children[:at], row.children[at], row.children[at + 1 :]
    if before or after:
        yield path, replace(row, children=before + after)
    for below, rest in _rests(child, path):
        yield below, replace(row, children=(*before, rest, *after))


def _inside(path: str, at: int) -> str:
    return f"{path}.{at}" if path else str(at)
