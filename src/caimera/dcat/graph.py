"""Statements in memory. No store of triples: a store rewrites datatypes, and validity with them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import starmap
from types import MappingProxyType
from typing import NamedTuple, TypeAlias, cast

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from caimera.dcat.errors import NotADescription
from caimera.dcat.names import TYPE, term

Subject: TypeAlias = NamedNode | BlankNode
Term: TypeAlias = NamedNode | BlankNode | Literal
Values: TypeAlias = dict[Term, None]


class Statement(NamedTuple):
    """A triple whose parts are known not to be triples themselves."""

    subject: Subject
    predicate: NamedNode
    object: Term


RECORDS = tuple(
    term(name) for name in ("dcat:Dataset", "dcat:DatasetSeries", "dcat:Catalog", "fdp-o:FAIRDataPoint")
)
"""Classes of things with a description of their own: following a description stops at them."""
_RECORDS = frozenset(RECORDS)
MOST_STATEMENTS = 50_000
"""In one record; thirty times the largest seen."""

_NOTHING: Mapping[NamedNode, Values] = MappingProxyType({})


class Graph:
    """A set of statements that keeps the order in which they came."""

    def __init__(self, triples: Iterable[Triple | tuple[Subject, NamedNode, Term]] = ()) -> None:
        self._by_subject: dict[Subject, dict[NamedNode, Values]] = {}
        self._records: dict[Subject, Graph] = {}
        for subject, predicate, value in cast("Iterable[Statement]", triples):
            if (about := self._by_subject.get(subject)) is None:
                about = self._by_subject[subject] = {}
            if (values := about.get(predicate)) is None:
                values = about[predicate] = {}
            values[value] = None

    def __iter__(self) -> Iterator[Triple]:
        return starmap(Triple, self.statements())

    def statements(self) -> Iterator[Statement]:
        """Everything that is said, part by part."""
        for subject, about in self._by_subject.items():
            for predicate, values in about.items():
                for value in values:
                    yield Statement(subject, predicate, value)

    def __len__(self) -> int:
        return sum(len(values) for about in self._by_subject.values() for values in about.values())

    def __contains__(self, subject: Term) -> bool:
        return subject in self._by_subject

    def about(self, subject: Term) -> Mapping[NamedNode, Values]:
        """What is said of a subject: values by property."""
        return self._by_subject.get(cast(Subject, subject), _NOTHING)

    def values(self, subject: Term, predicate: NamedNode) -> Values:
        """The values of one property of a subject, each once."""
        return self.about(subject).get(predicate, {})

    def subjects_about(self) -> Iterator[tuple[Subject, Mapping[NamedNode, Values]]]:
        """Everything that something is said of, with what is said: values by property."""
        return iter(self._by_subject.items())

    def subjects(self) -> Iterator[Subject]:
        """Everything that something is said of."""
        return iter(self._by_subject)

    def instances(self, kind: NamedNode) -> tuple[Subject, ...]:
        """Everything that is said to be of a class."""
        return tuple(subject for subject, about in self._by_subject.items() if kind in about.get(TYPE, ()))

    def record(self, subject: Subject) -> Graph:
        """What a record says: everything reached from its subject, up to other records.

        Circles are followed once, and who asks again gets the same graph. Raises NotADescription for a
        record of more than `MOST_STATEMENTS`.
        """
        if (found := self._records.get(subject)) is None:
            found = self._records[subject] = self._reached(subject)
        return found

    def _reached(self, subject: Subject) -> Graph:
        found, waiting = Graph(), deque([subject])
        statements = 0
        while waiting:
            each = waiting.popleft()
            about = self._by_subject.get(each)
            if about is None or each in found or (each != subject and _is_record(about)):
                continue
            found._by_subject[each] = about
            for values in about.values():
                statements += len(values)
                waiting += [value for value in values if type(value) is not Literal]
            if statements > MOST_STATEMENTS:
                raise NotADescription(
                    f"What hangs together with {subject} has more than {MOST_STATEMENTS} statements; "
                    "no dataset needs that many. Publish each dataset as a record of its own."
                )
        return found


def _is_record(about: Mapping[NamedNode, Values]) -> bool:
    return not _RECORDS.isdisjoint(about.get(TYPE, ()))
