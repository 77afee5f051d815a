"""What is sought of protected datasets: a question in bands, and its breakdowns."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from caimera.cohort import And, Condition, Operator, Question, Range, banded, canonical, to_text
from caimera.vocabulary import VOCABULARY, Kind, Variable, VocabularyError

_WIDTH = 5
_OLDEST, _FIRST_YEAR = 100, 1980
"""Ages from 100 on are one band, and so are years before 1985."""


in_bands = lru_cache(maxsize=64)(banded)
"""A question in bands; asked for twice in answering one."""


@dataclass(frozen=True, slots=True)
class Facet:
    """A question with one value of a variable besides; `name` is empty for "not recorded"."""

    name: str
    condition: Condition
    hash: bytes


@dataclass(frozen=True, slots=True)
class Split:
    """A question broken down by a variable."""

    variable: str
    hash: bytes
    facets: tuple[Facet, ...]


@dataclass(frozen=True, slots=True)
class Sought:
    """A canonical question in bands, known by its hash, and how it is to be broken down."""

    question: Question
    hash: bytes
    splits: tuple[Split, ...]

    def hashes(self) -> Iterator[bytes]:
        """All that is settled for it."""
        yield self.hash
        for split in self.splits:
            yield split.hash
            yield from (facet.hash for facet in split.facets)


def sought(question: Question, breakdown: Sequence[str], today: date) -> Sought:
    """What a canonical question seeks of protected datasets."""
    asked = in_bands(question).question
    splits = tuple(_split(asked, VOCABULARY.variable(name), today) for name in dict.fromkeys(breakdown))
    return Sought(asked, _hash(to_text(asked)), splits)


def with_value(question: Question, condition: Condition) -> Question:
    """The question with one value of a variable besides."""
    return canonical(And((question, condition)))


def can_be_broken_down(word: str) -> bool:
    """Whether a variable has values that can be counted one by one."""
    try:
        variable = VOCABULARY.variable(word)
    except VocabularyError:
        return False
    return variable.name == word and (variable.kind is not Kind.NUMBER or variable.banded)


def values_of(variable: Variable, today: date) -> Iterator[tuple[str, Condition]]:
    """The name of each value with its condition: the vocabulary's, or bands of five, and "not recorded"."""
    if variable.kind is Kind.CODED:
        yield from (
            (value.name, Condition(variable.name, Operator.EQUALS, value.name)) for value in variable.values
        )
    elif variable.kind is Kind.BOOLEAN:
        yield from (
            (str(truth).lower(), Condition(variable.name, Operator.EQUALS, truth)) for truth in (True, False)
        )
    else:
        yield from _bands(variable, today)
    yield "", Condition(variable.name, Operator.MISSING)


def _bands(variable: Variable, today: date) -> Iterator[tuple[str, Condition]]:
    """The same bands whatever is in the data; the first and the last are open."""
    of_years = variable.unit is None
    first, last = (_FIRST_YEAR, today.year // _WIDTH * _WIDTH) if of_years else (0, _OLDEST)
    for start in range(first, last + 1, _WIDTH):
        low = None if start == first else float(start)
        high = None if start == last else float(start + _WIDTH - 1)
        yield str(start), Condition(variable.name, Operator.BETWEEN, Range(low, high))


def _split(question: Question, variable: Variable, today: date) -> Split:
    facets = tuple(
        Facet(name, condition, _hash(to_text(with_value(question, condition))))
        for name, condition in values_of(variable, today)
    )
    return Split(variable.name, _hash(f"{to_text(question)} by {variable.name}"), facets)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
