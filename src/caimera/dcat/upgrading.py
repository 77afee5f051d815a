"""Records of EUCAIM DCAT-AP v1 (HealthDCAT-AP Release 5) read as v2, saying what was changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode

from caimera.dcat.graph import Graph, Statement, Subject, Term
from caimera.dcat.mapping import Note
from caimera.dcat.names import ACCESS_CONDITIONS, HEALTH_AUTHORITY, PREFIXES, TYPE, shrink, term

_OLD_HEALTH = "https://w3id.org/healthdcat-ap#"
_OLD_AUTHORITY = "http://13.81.34.152:1101/resource/authority/"
_ACCESS = {
    term("eucaim:SPEC1000024"): NamedNode(ACCESS_CONDITIONS + "DOWNLOAD"),
    term("eucaim:SPEC1000023"): NamedNode(ACCESS_CONDITIONS + "IN_SITU_PROCESSING"),
    term("eucaim:SPEC1000022"): NamedNode(ACCESS_CONDITIONS + "REMOTE_PROCESSING"),
}
_CANCER = NamedNode(HEALTH_AUTHORITY + "health-theme/CANCER_DISEASE")
_WHOLE = term("xsd:nonNegativeInteger")
_ADDRESS = NamedNode("http://www.w3.org/ns/locn#address")


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A document as v2 says it, and every change."""

    graph: Graph
    changes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class _Change:
    """Statements taken out and put in, and why; `about` and `path` say where."""

    about: Subject
    path: str
    sentence: str
    out: tuple[Statement, ...]
    into: tuple[Statement, ...] = ()


def upgraded(graph: Graph) -> Upgrade:
    """What a document says, in the terms of v2; a v2 document comes back as it was."""
    notes: list[Note] = []
    for step in _STEPS:
        changes = tuple(step(graph))
        if changes:
            notes += [Note(_name(each.about), each.path, each.sentence) for each in changes]
            graph = _changed(graph, changes)
    return Upgrade(graph, tuple(dict.fromkeys(notes)))


def _changed(graph: Graph, changes: tuple[_Change, ...]) -> Graph:
    instead: dict[Statement, tuple[Statement, ...]] = {}
    for each in changes:
        instead[each.out[0]] = instead.get(each.out[0], ()) + each.into
        for triple in each.out[1:]:
            instead.setdefault(triple, ())
    return Graph(new for triple in graph.statements() for new in instead.get(triple, (triple,)))


def _name(subject: Subject) -> str:
    return f"_:{subject.value}" if isinstance(subject, BlankNode) else subject.value


def _namespaces(graph: Graph) -> Iterator[_Change]:
    for subject, about in graph.subjects_about():
        for predicate, values in about.items():
            named = _renamed(predicate)
            for value in values:
                moved = _moved(value) if type(value) is NamedNode else value
                if named is not predicate or moved is not value:
                    old, new = Statement(subject, predicate, value), Statement(subject, named, moved)
                    sentence = "used names of HealthDCAT-AP Release 5 and now uses those of Release 7"
                    yield _Change(subject, shrink(named.value), sentence, (old,), (new,))


def _renamed(name: NamedNode) -> NamedNode:
    if name.value.startswith(_OLD_HEALTH):
        return NamedNode(PREFIXES["healthdcatap"] + name.value.removeprefix(_OLD_HEALTH))
    return name


def _moved(value: NamedNode) -> NamedNode:
    if value in _ACCESS:
        return _ACCESS[value]
    if (text := value.value).startswith(_OLD_AUTHORITY):
        moved = NamedNode(HEALTH_AUTHORITY + text.removeprefix(_OLD_AUTHORITY))
        return _CANCER if moved.value.endswith("health-theme/CANCER") else moved
    return _renamed(value) if text.startswith(_OLD_HEALTH) else value


def _contacts(graph: Graph) -> Iterator[_Change]:
    """Publishers and access bodies: dcat:contactPoint with a vcard becomes cv:contactPoint."""
    for agent in _agents(graph):
        for contact in graph.values(agent, term("dcat:contactPoint")):
            ways = tuple(_ways(graph, contact, contact))
            if isinstance(contact, Literal) or not ways:
                continue
            old = Statement(agent, term("dcat:contactPoint"), contact)
            new = (Statement(agent, term("cv:contactPoint"), contact), *ways)
            sentence = "had a vcard for a contact point and now has a cv:ContactPoint"
            yield _Change(agent, "cv:contactPoint", sentence, (old,), new)


def _addresses(graph: Graph) -> Iterator[_Change]:
    """Publishers whose name and ways of contact stand in a postal address."""
    for agent in _agents(graph):
        for address in graph.values(agent, _ADDRESS):
            contact = BlankNode()
            names = tuple(
                Statement(agent, term("foaf:name"), name) for name in graph.values(address, term("foaf:name"))
            )
            ways = tuple(_ways(graph, address, contact))
            link = (Statement(agent, term("cv:contactPoint"), contact),) if ways else ()
            if names and not graph.values(agent, term("foaf:name")):
                old = Statement(agent, _ADDRESS, address)
                sentence = "had name and contact in its postal address and now has them itself"
                yield _Change(agent, "foaf:name", sentence, (old,), (old, *names, *link, *ways))


def _agents(graph: Graph) -> Iterator[Subject]:
    for curie in ("dct:publisher", "healthdcatap:hdab", "geodcatap:custodian"):
        yield from (each.object for each in _with(graph, curie) if not isinstance(each.object, Literal))


def _ways(graph: Graph, source: Term, contact: Term) -> Iterator[Statement]:
    """The ways of contact of a vcard or an address, as those of a contact point."""
    pages = (*graph.values(source, term("vcard:hasURL")), *graph.values(source, term("foaf:homepage")))
    emails = (*graph.values(source, term("vcard:hasEmail")), *graph.values(source, term("foaf:mbox")))
    if (pages or emails) and not isinstance(contact, Literal):
        yield Statement(contact, TYPE, term("cv:ContactPoint"))
        for page in pages:
            yield Statement(contact, term("cv:contactPage"), page)
        for email in emails:
            yield Statement(contact, term("cv:email"), Literal(email.value.removeprefix("mailto:")))


def _trusted_holders(graph: Graph) -> Iterator[_Change]:
    for triple in _with(graph, "healthdcatap:trustedDataHolder"):
        sentence = "said whether the publisher is a trusted data holder, which v2 no longer says"
        yield _Change(triple.subject, "healthdcatap:trustedDataHolder", sentence, (triple,))


def _publisher_types(graph: Graph) -> Iterator[_Change]:
    for triple in _with(graph, "healthdcatap:publisherType"):
        sentence = "had a publisherType and now has a dct:type"
        yield _Change(
            triple.subject,
            "dct:type",
            sentence,
            (triple,),
            (Statement(triple.subject, term("dct:type"), triple.object),),
        )


def _code_values(graph: Graph) -> Iterator[_Change]:
    """A concept becomes `ICD-10: C61`."""
    for triple in _with(graph, "healthdcatap:hasCodeValues"):
        words = "" if isinstance(triple.object, Literal) else _in_words(graph, triple.object)
        if words:
            new = Statement(triple.subject, triple.predicate, Literal(words))
            sentence = f"had a concept for a code value and now has the text “{words[:80]}”"
            yield _Change(triple.subject, "healthdcatap:hasCodeValues", sentence, (triple,), (new,))


def _in_words(graph: Graph, concept: Term) -> str:
    code = _first(graph, concept, "skos:notation") or _first(graph, concept, "skos:prefLabel")
    schemes = graph.values(concept, term("skos:inScheme"))
    system = next(filter(None, (_first(graph, scheme, "skos:notation") for scheme in schemes)), "")
    return f"{system}: {code}" if system and code else code


def _first(graph: Graph, subject: Term, curie: str) -> str:
    return next((value.value for value in graph.values(subject, term(curie))), "")


def _sizes(graph: Graph) -> Iterator[_Change]:
    for triple in _with(graph, "dcat:byteSize"):
        size = triple.object
        whole = size.value.partition(".")[0] if isinstance(size, Literal) else ""
        if whole.isdecimal() and isinstance(size, Literal) and size.datatype == term("xsd:decimal"):
            new = Statement(triple.subject, triple.predicate, Literal(whole, datatype=_WHOLE))
            yield _Change(
                triple.subject, "dcat:byteSize", "was a decimal and is now a whole number", (triple,), (new,)
            )


def _checksums(graph: Graph) -> Iterator[_Change]:
    """A value and an algorithm on a distribution become a checksum."""
    for triple in _with(graph, "spdx:checksumValue"):
        if term("dcat:Distribution") not in graph.values(triple.subject, TYPE):
            continue
        algorithms = _about(graph, triple.subject, "spdx:algorithm")
        node = BlankNode()
        new = (
            Statement(triple.subject, term("spdx:checksum"), node),
            Statement(node, TYPE, term("spdx:Checksum")),
            *(Statement(node, each.predicate, each.object) for each in (triple, *algorithms)),
        )
        sentence = "had value and algorithm of a checksum and now has a checksum with both"
        yield _Change(triple.subject, "spdx:checksum", sentence, (triple, *algorithms), new)


def _hexadecimal(graph: Graph) -> Iterator[_Change]:
    for triple in _with(graph, "spdx:checksumValue"):
        value = triple.object
        if isinstance(value, Literal) and value.datatype == term("xsd:string"):
            new = Statement(
                triple.subject, triple.predicate, Literal(value.value, datatype=term("xsd:hexBinary"))
            )
            yield _Change(
                triple.subject, "spdx:checksumValue", "was text and is now hexadecimal", (triple,), (new,)
            )


def _resolutions(graph: Graph) -> Iterator[_Change]:
    for triple in _with(graph, "dct:temporal"):
        value = triple.object
        if isinstance(value, Literal) and value.datatype == term("xsd:duration"):
            new = Statement(triple.subject, term("dcat:temporalResolution"), value)
            sentence = "had its temporal resolution under dct:temporal and now under dcat:temporalResolution"
            yield _Change(triple.subject, "dcat:temporalResolution", sentence, (triple,), (new,))


def _with(graph: Graph, curie: str) -> Iterator[Statement]:
    predicate = term(curie)
    for subject, about in graph.subjects_about():
        if predicate in about:
            yield from _about(graph, subject, curie)


def _about(graph: Graph, subject: Subject, curie: str) -> tuple[Statement, ...]:
    return tuple(Statement(subject, term(curie), value) for value in graph.values(subject, term(curie)))


_STEPS: tuple[Callable[[Graph], Iterator[_Change]], ...] = (
    _namespaces,
    _contacts,
    _addresses,
    _trusted_holders,
    _publisher_types,
    _code_values,
    _sizes,
    _checksums,
    _hexadecimal,
    _resolutions,
)
