"""A record under another address: what an aggregator publishes of a guest's."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache

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


def moved(graph: Graph, record: str, *, to: str, parts: Mapping[str, str], ours: Iterable[str] = ()) -> str:
    """The record at `record` as it is told at `to`, with `owl:sameAs` to where it was: a body.

    `parts` gives the new addresses of its parts by their old ones; what begins with `record#` follows it,
    and blank nodes get an address below it. Statements about anything else at addresses that begin with one
    of `ours` are left out: a guest speaks of its own record only. Raises NotADescription.
    """
    subject = _subject(record)
    moving = _Moving(record, to, parts)
    told = moving.blocks(graph.record(subject), {to, *parts.values()}, tuple(ours))
    same: Values = {subject: None} if isinstance(subject, NamedNode) else {}
    return "".join([*told, _block(NamedNode(to), {_SAME: same}, _written) if same else ""])


class _Moving:
    """Where things are told, and how that is written: most stand in a record more than once."""

    def __init__(self, record: str, to: str, parts: Mapping[str, str]) -> None:
        self._below, self._to = f"{record}#", to
        self._new: dict[Term, NamedNode] = {_subject(old): NamedNode(new) for old, new in parts.items()}
        self._new[_subject(record)] = NamedNode(to)
        self._known: dict[Term, str] = {}
        self._blanks = 0

    def blocks(self, graph: Graph, new: Collection[str], ours: tuple[str, ...]) -> Iterator[str]:
        """All that may be told, moved and written."""
        for old, about in graph.subjects_about():
            subject = self._of(old)
            if _may_tell(subject, new, ours):
                yield _block(subject, about, self._said)

    def _said(self, value: Term) -> str:
        if (found := self._known.get(value)) is None:
            moved = value if isinstance(value, Literal) else self._of(value)
            found = self._known[value] = _written(moved)
        return found

    def _of(self, value: Subject) -> Subject:
        if (found := self._new.get(value)) is not None:
            return found
        if isinstance(value, BlankNode):
            self._blanks += 1
            found = self._new[value] = NamedNode(f"{self._to}#blank-{self._blanks}")
            return found
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
    return "".join(_block(subject, about, _written) for subject, about in graph.subjects_about())


def _block(subject: Subject, about: Mapping[NamedNode, Values], written: Callable[[Term], str]) -> str:
    lines = (f"{_verb(each)} {' , '.join(map(written, values))}" for each, values in about.items())
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
