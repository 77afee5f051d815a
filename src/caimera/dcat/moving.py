"""A record under another address: what an aggregator publishes of a guest's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from caimera.dcat.documents import TURTLE, write
from caimera.dcat.graph import Graph, Subject, Term
from caimera.dcat.names import PREFIXES

HERE = "https://point.invalid/"
"""Where moved records lie until it is known where they are read (`placed`); no host is called so."""

_SAME = NamedNode("http://www.w3.org/2002/07/owl#sameAs")


def moved(graph: Graph, record: str, *, to: str, parts: Mapping[str, str], ours: Iterable[str] = ()) -> Graph:
    """The record at `record` as it is told at `to`, with `owl:sameAs` to where it was.

    `parts` gives the new addresses of its parts by their old ones; what begins with `record#` follows it,
    and blank nodes get an address below it. Statements about anything else at addresses that begin with one
    of `ours` are left out: a guest speaks of its own record only. Raises NotADescription.
    """
    subject = _subject(record)
    moving = _Moving(record, to, parts)
    told = [Triple(*map(moving.of, each)) for each in graph.record(subject).statements()]  # type: ignore[arg-type]
    new = {to, *parts.values()}
    kept = [each for each in told if _may_tell(each.subject, new, tuple(ours))]
    same = [Triple(NamedNode(to), _SAME, subject)] if isinstance(subject, NamedNode) else []
    return Graph([*kept, *same])


class _Moving:
    def __init__(self, record: str, to: str, parts: Mapping[str, str]) -> None:
        self._below, self._to = f"{record}#", to
        self._new: dict[Term, Term] = {_subject(old): NamedNode(new) for old, new in parts.items()}
        self._new[_subject(record)] = NamedNode(to)
        self._blanks = 0

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


def _may_tell(subject: Subject | Triple, new: Iterable[str], ours: tuple[str, ...]) -> bool:
    address = getattr(subject, "value", "")
    return not address.startswith(ours) or address.partition("#")[0] in new


def body(graph: Graph) -> str:
    """The statements as Turtle without its head: `HEAD` and any number of bodies are one document."""
    document = write(graph, TURTLE).decode()
    return document.split("\n", len(PREFIXES))[-1] if len(graph) else ""


def placed(turtle: str, at: str) -> str:
    """A body with all that lies `HERE` at an address instead, which ends with a slash."""
    return turtle.replace(f"<{HERE}", f"<{at}")


HEAD = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in sorted(PREFIXES.items()))
"""What stands before bodies."""
