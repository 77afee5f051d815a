"""A FAIR Data Point, and what it adds to its records (https://specs.fairdatapoint.org/, version 1.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from pyoxigraph import Literal, NamedNode, Triple

from caimera.dcat.dataset import Record
from caimera.dcat.graph import Graph
from caimera.dcat.names import TYPE, expand, term
from caimera.dcat.parts import Agent, Text
from caimera.dcat.properties import Form, prop

SPECIFICATION = "https://specs.fairdatapoint.org/fdp-specs-v1.2.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class FairDataPoint(Record):
    """The root of a point: who runs it, and its catalogues."""

    CLASS: ClassVar[str] = "fdp-o:FAIRDataPoint"

    title: tuple[Text, ...] = prop("dct:title", "1..n M", Form.TEXT)
    description: tuple[Text, ...] = prop("dct:description", "0..n R", Form.TEXT)
    publisher: Agent | None = prop("dct:publisher", "1..1 M", Agent)
    licence: str | None = prop("dct:license", "1..1 M", Form.IRI)
    conforms_to: tuple[str, ...] = prop("dct:conformsTo", "1..n M", Form.IRI)
    endpoint: str | None = prop("dcat:endpointURL", "1..1 M", Form.IRI)
    specification: str | None = prop("fdp-o:conformsToFdpSpec", "1..1 M", Form.IRI)
    catalogue: tuple[str, ...] = prop("fdp-o:metadataCatalog", "1..n M", Form.IRI)
    language: tuple[str, ...] = prop("dct:language", "0..n R", Form.IRI)


@dataclass(frozen=True, slots=True, kw_only=True)
class Container(Record):
    """What a record holds, as programs list it (LDP 1.0, 5.4)."""

    CLASS: ClassVar[str] = "ldp:DirectContainer"

    title: tuple[Text, ...] = prop("dct:title", "0..n O", Form.TEXT)
    of: str | None = prop("ldp:membershipResource", "1..1 M", Form.IRI)
    relation: str | None = prop("ldp:hasMemberRelation", "1..1 M", Form.IRI)
    contains: tuple[str, ...] = prop("ldp:contains", "0..n O", Form.IRI)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """What a point says of the record at `about` itself: since when it is there, in what, by which shapes."""

    about: str
    issued: datetime
    modified: datetime
    part_of: str | None = None
    shapes: str | None = None
    also: tuple[str, ...] = ()
    """Further classes it is of, by their short names."""

    def statements(self) -> Iterator[Triple]:
        """The same as statements."""
        about, name = NamedNode(self.about), NamedNode(f"{self.about}#metadata-identifier")
        yield from (Triple(about, TYPE, term(kind)) for kind in self.also)
        yield Triple(about, term("fdp-o:metadataIdentifier"), name)
        yield Triple(about, term("fdp-o:metadataIssued"), _moment(self.issued))
        yield Triple(about, term("fdp-o:metadataModified"), _moment(self.modified))
        if self.part_of:
            yield Triple(about, term("dct:isPartOf"), NamedNode(self.part_of))
        if self.shapes:
            yield Triple(about, term("dct:conformsTo"), NamedNode(self.shapes))
        yield Triple(name, TYPE, term("adms:Identifier"))
        yield Triple(name, term("skos:notation"), Literal(self.about))


def container(*, of: str, name: str, relation: str, contains: tuple[str, ...], title: str) -> Container:
    """The container `name` of the record at `of`; it is described in that record's own document."""
    return Container(
        id=f"{of}#{name}", of=of, relation=expand(relation), contains=contains, title=(Text(title, "en"),)
    )


def part_of(graph: Graph, address: str) -> Graph:
    """What a document says of the thing at an address and of its parts. Raises NotADescription."""
    return graph.record(NamedNode(address))


def parts_at(graph: Graph, address: str, below: str) -> tuple[str, ...]:
    """The distributions of the dataset at `address` that have an address which begins with `below`."""
    found = graph.values(NamedNode(address), term("dcat:distribution"))
    return tuple(each.value for each in found if each.value.startswith(below))


def _moment(at: datetime) -> Literal:
    said = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Literal(said, datatype=term("xsd:dateTime"))
