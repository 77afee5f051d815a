"""Things described to statements and back, driven by their table of properties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from caimera.dcat.addresses import Naming, child
from caimera.dcat.dataset import Record
from caimera.dcat.errors import NotADescription
from caimera.dcat.graph import Graph, Statement, Subject, Term
from caimera.dcat.guests import is_address
from caimera.dcat.literals import Reworded, Unfit, decode, encode
from caimera.dcat.names import TYPE, term
from caimera.dcat.properties import Form, Property, Thing, properties

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a document that was read otherwise than written, or not at all."""

    about: str
    path: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Reading(Generic[R]):
    """A record as it was understood, and what could not be taken as it stood."""

    record: R
    notes: tuple[Note, ...]


def triples(record: Record) -> Iterator[Triple]:
    """What a record says, parts addressed, unlisted statements last; the same record says the same."""
    naming = Naming(record)
    yield from _statements(record, naming.of(record, ""), naming)
    yield from map(naming.renamed, record.extra)


def to_graph(record: Record) -> Graph:
    """What a record says, each statement once."""
    return Graph(triples(record))


def _statements(thing: Thing, subject: Subject, naming: Naming) -> Iterator[Triple]:
    """Its own statements, then those of its parts, so that each stands together in a document."""
    parts: list[tuple[Thing, Subject]] = []
    yield Triple(subject, TYPE, term(thing.CLASS))
    for name, predicate, each in _lines(type(thing)):
        value = getattr(thing, name)
        if value is None or value == ():
            continue
        if each.form is Form.NODE:
            named = [(part, naming.of(part, address)) for part, address in _offered(value, subject, name)]
            yield from (Triple(subject, predicate, node) for _, node in named)
            parts += named
        elif each.many:
            yield from (Triple(subject, predicate, encode(each.form, one)) for one in value)
        else:
            yield Triple(subject, predicate, encode(each.form, value))
    for part, node in parts:
        yield from _statements(part, node, naming)


def _offered(value: Any, subject: Subject, name: str) -> Iterator[tuple[Thing, str]]:
    """The parts a property holds, with the addresses they may take."""
    if isinstance(value, Thing):
        yield value, child(subject.value, name)
    else:
        yield from ((part, child(subject.value, name, n)) for n, part in enumerate(value, 1))


def _lines(kind: type[Thing]) -> tuple[tuple[str, NamedNode, Property], ...]:
    if (found := _LINES.get(kind)) is None:
        found = _LINES[kind] = tuple((name, term(each.curie), each) for name, each in properties(kind))
    return found


_LINES: dict[type[Thing], tuple[tuple[str, NamedNode, Property], ...]] = {}


def _by_predicate(kind: type[Thing]) -> Mapping[NamedNode, list[tuple[str, Property]]]:
    """The fields of a kind of thing by the property they are read from, two where two read the same."""
    if (found := _FIELDS.get(kind)) is None:
        found = _FIELDS[kind] = {}
        for name, predicate, each in _lines(kind):
            found.setdefault(predicate, []).append((name, each))
    return found


_FIELDS: dict[type[Thing], dict[NamedNode, list[tuple[str, Property]]]] = {}


def named(graph: Graph, about: str | None, curie: str) -> tuple[str, ...]:
    """The addresses a property of a thing leads to, whether or not the profile lists it."""
    if about is None or about.startswith("_:"):
        return ()
    values = graph.values(NamedNode(about), term(curie))
    return tuple(value.value for value in values if isinstance(value, NamedNode))


def records(graph: Graph, kind: type[R], *, whole: bool = True) -> Iterator[Reading[R]]:
    """Every record of a kind in a document, as `record_of` reads it."""
    for subject in graph.instances(term(kind.CLASS)):
        yield record_of(graph, subject, kind, whole=whole)


def record_of(graph: Graph, subject: Subject | str, kind: type[R], *, whole: bool = True) -> Reading[R]:
    """Read what a document says about one record; what is not understood goes into its `extra`.

    Who needs only what is understood saves half the time without the `whole`: `extra` is then empty.
    Raises NotADescription where the document says nothing about it.
    """
    subject = NamedNode(subject) if isinstance(subject, str) else subject
    if subject not in graph:
        raise NotADescription(f"The document says nothing about {subject}.")
    reader = _Reader(graph.record(subject))
    fields = reader.fields(subject, kind)
    extra = tuple(Triple(*each) for each in reader.left()) if whole else ()
    return Reading(kind(id=_id(subject), extra=extra, **fields), tuple(reader.notes))


def _id(subject: Subject) -> str:
    return f"_:{subject.value}" if isinstance(subject, BlankNode) else subject.value


@dataclass(slots=True)
class _Reader:
    graph: Graph
    understood: set[tuple[Subject, NamedNode, Term]] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)

    def left(self) -> Iterator[Statement]:
        """What was not understood, in the document's order."""
        return (each for each in self.graph.statements() if each not in self.understood)

    def fields(self, subject: Subject, kind: type[Thing]) -> dict[str, Any]:
        about = self.graph.about(subject)
        if term(kind.CLASS) in about.get(TYPE, ()):
            self.understood.add((subject, TYPE, term(kind.CLASS)))
        known, found = _by_predicate(kind), {}
        for predicate, values in about.items():
            for name, each in known.get(predicate, ()):
                found[name] = self._values(subject, predicate, each, values)
        return found

    def _values(self, subject: Subject, predicate: NamedNode, each: Property, values: Iterable[Term]) -> Any:
        found: list[Any] = []
        for value in values:
            if found and not each.many:
                self._note(subject, each, f"is given more than once; {_show(value)} was not taken")
                break
            try:
                found.append(self._value(subject, each, value))
            except Unfit as problem:
                self._note(subject, each, str(problem))
            else:
                self.understood.add((subject, predicate, value))
        return tuple(found) if each.many else next(iter(found), None)

    def _value(self, subject: Subject, each: Property, value: Term) -> Any:
        if each.thing is not None:
            return self._thing(each.thing, value)
        found = decode(each.form, value)
        if isinstance(found, Reworded):
            self._note(subject, each, found.how)
            return found.value
        return found

    def _thing(self, kind: type[Thing], value: Term) -> Thing:
        if isinstance(value, Literal):
            raise Unfit("expected a thing with properties of its own, found text")
        if isinstance(value, NamedNode) and not is_address(value.value):
            raise Unfit(f"{value.value[:80]!r} is no address that may be followed")
        return kind(id=_id(value), **self.fields(value, kind))

    def _note(self, subject: Subject, each: Property, sentence: str) -> None:
        self.notes.append(Note(_id(subject), each.curie, sentence))


def _show(value: Term) -> str:
    return "another" if isinstance(value, BlankNode) else repr(value.value[:60])
