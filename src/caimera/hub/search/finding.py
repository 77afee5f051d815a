"""Finding variables and values by what they are called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from caimera.vocabulary import VOCABULARY, Coding, Value, Variable, fold

SHORTEST = 2
"""Fewer letters than this find nothing."""

SHOWN = 6
"""Values of one variable that are shown; the others are counted."""


@dataclass(frozen=True, slots=True)
class Found:
    """A variable that is called so itself, or has values that are; `more` of them are not shown."""

    variable: Variable
    itself: bool
    values: tuple[Value, ...]
    more: int

    @property
    def all(self) -> int:
        """How many values are called so."""
        return len(self.values) + self.more


def find(text: str) -> tuple[Found, ...]:
    """What is called so, best first: every word is in a name, label or synonym, or the whole is a code."""
    wanted = fold(text[:200])
    if len(wanted) < SHORTEST:
        return ()
    found = [one for variable in VOCABULARY.variables if (one := _in_variable(variable, wanted))]
    return tuple(sorted(found, key=lambda one: _rank(one, wanted)))


def _in_variable(variable: Variable, wanted: str) -> Found | None:
    called = "\n".join(map(fold, (variable.name, variable.label)))
    itself = _holds(called, wanted) or wanted in _codes(variable.codes)
    hits = [
        value for value, words, codes in _spelled(variable.name) if _holds(words, wanted) or wanted in codes
    ]
    hits.sort(key=lambda value: _nearness(value, wanted))
    if not (itself or hits):
        return None
    return Found(variable, itself, tuple(hits[:SHOWN]), max(len(hits) - SHOWN, 0))


@cache
def _spelled(name: str) -> tuple[tuple[Value, str, frozenset[str]], ...]:
    """The values of a variable with their words and their codes, folded."""
    values = VOCABULARY.variable(name).values
    return tuple((value, "\n".join(map(fold, value.words)), _codes(value.codes)) for value in values)


def _codes(codes: tuple[Coding, ...]) -> frozenset[str]:
    def spelled() -> Iterator[str]:
        for coding in codes:
            yield from map(fold, coding.spellings())

    return frozenset(spelled())


def _holds(called: str, wanted: str) -> bool:
    return all(word in called for word in wanted.split())


def _nearness(value: Value, wanted: str) -> tuple[int, int, str]:
    """Exact names first, then those that begin so, shorter ones before longer ones."""
    words = [fold(word) for word in value.words]
    place = 0 if wanted in words else 1 if any(word.startswith(wanted) for word in words) else 2
    return place, len(value.label), value.label


def _rank(found: Found, wanted: str) -> tuple[bool, bool]:
    """Variables called so themselves, then those with a value that begins so; else their usual order."""
    begins = any(_nearness(value, wanted)[0] < 2 for value in found.values)
    return not found.itself, not begins
