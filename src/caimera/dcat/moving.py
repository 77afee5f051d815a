"""A record under another address: what an aggregator publishes of a guest's."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import cast

from pyoxigraph import BlankNode, Literal, NamedNode

from caimera.dcat.graph import Graph, Subject, Term, Values
from caimera.dcat.names import PREFIXES, TYPE, expand, shrink

HERE = "https://point.invalid/"
"""Where moved records lie until it is known where they are read (`placed`); no host is called so."""

_NEXT = " ;\n\t"
_NUMBER_SHORT = "xsd:nonNegativeInteger"
_NUMBER = f"^^<{expand(_NUMBER_SHORT)}>"
_SIMPLE = re.compile(r"[a-z-]+:[A-Za-z][A-Za-z0-9_-]*")
_SAME = NamedNode("http://www.w3.org/2002/07/owl#sameAs")


def moved(graph: Graph, record: str, *, to: str, parts: Mapping[str, str], ours: Iterable[str] = ()) -> Graph:
    """The record at `record` as it is told at `to`, with `owl:sameAs` to where it was.

    `parts` gives the new addresses of its parts by their old ones; what begins with `record#` follows it,
    and blank nodes get an address below it. Statements about anything else at addresses that begin with one
    of `ours` are left out: a guest speaks of its own record only. Raises NotADescription.
    """
    subject = _subject(record)
    moving = _Moving(record, to, parts)
    told = moving.statements(graph.record(subject), {to, *parts.values()}, tuple(ours))
    same = [(NamedNode(to), _SAME, subject)] if isinstance(subject, NamedNode) else []
    return Graph(chain(told, same))


class _Moving:
    def __init__(self, record: str, to: str, parts: Mapping[str, str]) -> None:
        self._below, self._to = f"{record}#", to
        self._new: dict[Term, Term] = {_subject(old): NamedNode(new) for old, new in parts.items()}
        self._new[_subject(record)] = NamedNode(to)
        self._blanks = 0

    def statements(
        self, graph: Graph, new: Collection[str], ours: tuple[str, ...]
    ) -> Iterator[tuple[Subject, NamedNode, Term]]:
        """All that may be told, moved."""
        for old, about in graph.subjects_about():
            subject = cast(Subject, self.of(old))
            if _may_tell(subject, new, ours):
                for predicate, values in about.items():
                    moved = cast(NamedNode, self.of(predicate))
                    yield from ((subject, moved, self.of(value)) for value in values)

    def of(self, value: Term) -> Term:
        if isinstance(value, Literal):
            return value
        found = self._new.get(value)
        if found is None:
            found = self._new[value] = self._made(value)
        return found

    def _made(self, value: Subject) -> Subject:
        if isinstance(value, BlankNode):
            self._blanks += 1
            return NamedNode(f"{self._to}#blank-{self._blanks}")
        if value.value.startswith(self._below):
            return NamedNode(f"{self._to}#{value.value.removeprefix(self._below)}")
        return value


def _subject(name: str) -> Subject:
    return BlankNode(name[2:]) if name.startswith("_:") else NamedNode(name)


def _may_tell(subject: Subject, new: Collection[str], ours: tuple[str, ...]) -> bool:
    return not subject.value.startswith(ours) or subject.value.partition("#")[0] in new


def body(graph: Graph) -> str:
    """The statements as Turtle without its head: `HEAD` and any number of bodies are one document.

    Written here and not by `write`: a library's statement for each of ours takes most of the time.
    """
    return "".join(_block(subject, about) for subject, about in graph.subjects_about())


def _block(subject: Subject, about: Mapping[NamedNode, Values]) -> str:
    lines = (f"{_verb(each)} {' , '.join(map(_written, values))}" for each, values in about.items())
    return f"{_written(subject)} {_NEXT.join(lines)} .\n"


@lru_cache(5_000)
def _verb(predicate: NamedNode) -> str:
    return "a" if predicate == TYPE else _written(predicate)


def _written(value: Term) -> str:
    """A term in Turtle. `str` gives it in full; what every record repeats is written short."""
    if isinstance(value, NamedNode):
        return _short(value)
    text = str(value)
    return f"{text[: -len(_NUMBER)]}^^{_NUMBER_SHORT}" if text.endswith(_NUMBER) else text


@lru_cache(20_000)
def _short(name: NamedNode) -> str:
    found = shrink(name.value)
    return found if _SIMPLE.fullmatch(found) and found != name.value else str(name)


def placed(turtle: str, at: str) -> str:
    """A body with all that lies `HERE` at an address instead, which ends with a slash."""
    return turtle.replace(f"<{HERE}", f"<{at}")


HEAD = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in sorted(PREFIXES.items()))
"""What stands before bodies."""
