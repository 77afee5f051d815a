"""Documents of RDF: bytes to statements and back, by media type. A foreign document is a guest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import IO, Any
from xml.parsers import expat

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat, Triple

from caimera.dcat.errors import Unreadable
from caimera.dcat.graph import Graph, Subject, Term
from caimera.dcat.names import PREFIXES

TURTLE = "text/turtle"
JSON_LD = "application/ld+json"
RDF_XML = "application/rdf+xml"
N_TRIPLES = "application/n-triples"

FORMATS: Mapping[str, RdfFormat] = MappingProxyType(
    {
        TURTLE: RdfFormat.TURTLE,
        JSON_LD: RdfFormat.JSON_LD,
        RDF_XML: RdfFormat.RDF_XML,
        N_TRIPLES: RdfFormat.N_TRIPLES,
    }
)
"""What is written; Turtle is the default of FAIR Data Points."""
ALSO_READ: Mapping[str, RdfFormat] = MappingProxyType(
    {
        "application/x-turtle": RdfFormat.TURTLE,
        "application/json": RdfFormat.JSON_LD,
        "application/xml": RdfFormat.RDF_XML,
        "text/xml": RdfFormat.RDF_XML,
        "text/n3": RdfFormat.TURTLE,
        "text/plain": RdfFormat.N_TRIPLES,
    }
)

LARGEST = 64 * 1024 * 1024
"""Bytes of a document; a catalogue of six thousand datasets fits."""
DEEPEST = 64
"""Levels of nesting in JSON and XML: beyond it their readers take quadratic time."""
_HEAD = sum(len(f"@prefix {prefix}: <{iri}> .\n".encode()) for prefix, iri in PREFIXES.items())


def read(document: bytes, media_type: str, *, base: str | None = None, limit: int = LARGEST) -> Graph:
    """The statements of a document. `base` resolves relative addresses, `limit` is in bytes.

    Named graphs become part of the one graph. Nothing is ever fetched. Raises Unreadable with a sentence.
    """
    kind = _format(media_type)
    if len(document) > limit:
        raise Unreadable(f"The document has {len(document):,} bytes; at most {limit:,} are read.")
    _refuse_traps(document, kind)
    try:
        quads = pyoxigraph.parse(document, format=kind, base_iri=base, rename_blank_nodes=True)
        return Graph(_statements(quads))
    except (SyntaxError, ValueError, OverflowError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"The document is no valid {kind.name}: {_first_line(error)}") from error


def write(triples: Iterable[Triple], media_type: str = TURTLE) -> bytes:
    """A document of one of the `FORMATS`. Raises Unreadable where the format cannot say it."""
    try:
        document = pyoxigraph.serialize(triples, **_how(media_type)) or b""
    except ValueError as error:
        raise Unreadable(f"This cannot be written as {media_type}: {_first_line(error)}") from error
    return _in_order(document) if media_type == TURTLE else document


def _in_order(turtle: bytes) -> bytes:
    """The prefixes in order: they come in another each time, and the same should be the same."""
    head, body = turtle[: (end := turtle.rfind(b"@prefix ", 0, _HEAD))], turtle[end:]
    last, _, rest = body.partition(b"\n")
    return b"\n".join([*sorted([*filter(None, head.split(b"\n")), last]), rest])


def dump(triples: Iterable[Triple], output: IO[bytes], media_type: str = TURTLE) -> None:
    """Write statements to a file as they come, whatever their number."""
    pyoxigraph.serialize(triples, output, **_how(media_type))


def _how(media_type: str) -> dict[str, Any]:
    prefixes = {} if media_type == N_TRIPLES else {"prefixes": dict(PREFIXES)}
    return {"format": FORMATS[media_type], **prefixes}


def _format(media_type: str) -> RdfFormat:
    name = media_type.partition(";")[0].strip().lower()
    found = FORMATS.get(name) or ALSO_READ.get(name)
    if found is None:
        page = " This is a web page for people." if name in {"text/html", "application/xhtml+xml"} else ""
        raise Unreadable(f"Descriptions come as {', '.join(FORMATS)}, not as {name or 'nothing'}.{page}")
    return found


def _statements(quads: Iterable[Any]) -> Iterator[tuple[Subject, NamedNode, Term]]:
    for subject, predicate, value, _graph in quads:
        if isinstance(value, Triple):
            raise Unreadable("The document makes statements about statements (RDF-star), which are not read.")
        yield subject, predicate, value


def _refuse_traps(document: bytes, kind: RdfFormat) -> None:
    if kind == RdfFormat.JSON_LD:
        _refuse_json_traps(document)
    elif kind == RdfFormat.RDF_XML:
        _refuse_xml_traps(document)


def _refuse_json_traps(document: bytes) -> None:
    try:
        waiting: list[tuple[Any, int]] = [(json.loads(document), 1)]
    except RecursionError as error:
        raise Unreadable(f"The document is nested more than {DEEPEST} levels deep.") from error
    except ValueError as error:
        raise Unreadable(f"The document is no JSON: {_first_line(error)}") from error
    while waiting:
        value, depth = waiting.pop()
        if depth > DEEPEST:
            raise Unreadable(f"The document is nested more than {DEEPEST} levels deep.")
        if isinstance(value, dict):
            _refuse_remote(value)
            waiting.extend((each, depth + 1) for each in value.values())
        elif isinstance(value, list):
            waiting.extend((each, depth + 1) for each in value)


def _refuse_remote(value: Mapping[str, Any]) -> None:
    contexts = value.get("@context")
    listed = contexts if isinstance(contexts, list) else [contexts]
    remote = [each for each in listed if isinstance(each, str)]
    remote += [each for each in [value.get("@import")] if isinstance(each, str)]
    if remote:
        raise Unreadable(
            f"The document wants a context from {remote[0][:200]}; contexts are not fetched. "
            "Write the context into the document, or publish Turtle."
        )


def _refuse_xml_traps(document: bytes) -> None:
    depth = 0

    def opened(name: str, attributes: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise Unreadable(f"The document is nested more than {DEEPEST} levels deep.")

    def closed(name: str) -> None:
        nonlocal depth
        depth -= 1

    def declared(*_: object) -> None:
        raise Unreadable("The document declares a DOCTYPE; entities are not expanded. Leave it out.")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.StartDoctypeDeclHandler = declared
    try:
        parser.Parse(document, True)
    except expat.ExpatError as error:
        raise Unreadable(f"The document is no XML: {error}.") from error


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:300]
