"""What every FAIR Data Point of ours says: its root, catalogues, records, and what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from caimera.dcat.catalogue import Catalogue
from caimera.dcat.dataset import Record
from caimera.dcat.graph import Graph
from caimera.dcat.mapping import triples
from caimera.dcat.names import AUTHORITY, EHDS, TYPE, term
from caimera.dcat.parts import Agent, ContactPoint, Moment, Text
from caimera.dcat.points import SPECIFICATION, FairDataPoint, Upkeep, container, part_of

ENGLISH = f"{AUTHORITY}language/ENG"
THEMES = f"{AUTHORITY}data-theme"
CATALOGUE_SHAPES, RECORD_SHAPES = "fair-data-point", "eucaim-v2"
"""The profiles that catalogues and records here follow."""
AS, LDES, TREE = "https://www.w3.org/ns/activitystreams#", "https://w3id.org/ldes#", "https://w3id.org/tree#"
_VOID_DUMP = NamedNode("http://rdfs.org/ns/void#dataDump")


@dataclass(frozen=True, slots=True)
class Times:
    """Since when there is something to tell, and when it last changed."""

    issued: datetime
    modified: datetime


@dataclass(frozen=True, slots=True)
class Document:
    """What is said of the thing at `address`."""

    address: str
    title: str
    graph: Graph
    findings: tuple[str, ...] = ()
    """Where it contradicts itself or its data, in sentences for its holder."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A catalogue of a point: its name there, its title and description, and who is behind it."""

    name: str
    title: str
    description: str
    publisher: Agent
    homepage: str


@dataclass(frozen=True, slots=True)
class Point:
    """A FAIR Data Point at `address`, and its addresses. `site` is its operator's web address."""

    address: str
    name: str
    description: str
    site: str
    licence: str

    def at(self, kind: str, name: object) -> str:
        """The address of something it says: a `catalog`, `dataset`, `distribution` or `profile`."""
        return f"{self.address}/{kind}/{name}"

    @property
    def dump(self) -> str:
        """All records in one document."""
        return f"{self.address}/dump"

    @property
    def changes(self) -> str:
        """What changed, in order of time."""
        return f"{self.address}/changes"

    def root(self, catalogues: Sequence[str], times: Times) -> Document:
        """The point itself: who runs it, and its catalogues by their names."""
        here = self.address
        held = tuple(self.at("catalog", name) for name in catalogues)
        said = FairDataPoint(
            id=here,
            title=_english(self.name),
            description=_english(self.description),
            publisher=organisation(self.name, self.site),
            licence=self.licence,
            conforms_to=(self.at("profile", CATALOGUE_SHAPES),),
            endpoint=here,
            specification=SPECIFICATION,
            catalogue=held,
            language=(ENGLISH,),
        )
        upkeep = Upkeep(
            about=here,
            issued=times.issued,
            modified=times.modified,
            also=("fdp-o:MetadataService", "dcat:DataService"),
        )
        listed = container(
            of=here,
            name="catalogs",
            relation="fdp-o:metadataCatalog",
            contains=held,
            title="Catalogues",
        )
        more = [
            Triple(NamedNode(here), _VOID_DUMP, NamedNode(self.dump)),
            Triple(NamedNode(self.changes), TYPE, NamedNode(f"{LDES}EventStream")),
            Triple(NamedNode(self.changes), NamedNode(f"{TREE}view"), NamedNode(self.changes)),
        ]
        return _document(here, self.name, [*triples(said), *more], upkeep, listed)

    def catalogue(self, holding: Holding, datasets: Sequence[object], times: Times) -> Document:
        """A catalogue with these of its datasets, by their names."""
        said = self.catalogue_record(holding, datasets, times)
        here = said.id or ""
        upkeep = self._upkeep(here, times, part_of=self.address, shapes=CATALOGUE_SHAPES)
        listed = container(
            of=here, name="datasets", relation="dcat:dataset", contains=said.dataset, title="Datasets"
        )
        return _document(here, holding.title, triples(said), upkeep, listed)

    def catalogue_record(self, holding: Holding, datasets: Sequence[object], times: Times) -> Catalogue:
        """The same without what a point adds."""
        return Catalogue(
            id=self.at("catalog", holding.name),
            title=_english(holding.title),
            description=_english(holding.description),
            legislation=(EHDS,),
            publisher=holding.publisher,
            homepage=holding.homepage,
            language=(ENGLISH,),
            issued=_moment(times.issued),
            modified=_moment(times.modified),
            themes=(THEMES,),
            licence=self.licence,
            dataset=tuple(self.at("dataset", name) for name in datasets),
        )

    def dataset(
        self,
        name: object,
        title: str,
        said: Graph,
        times: Times,
        *,
        catalogue: str,
        distributions: Sequence[str],
    ) -> Document:
        """The record of a dataset with what a point adds; `distributions` are addresses."""
        here = self.at("dataset", name)
        upkeep = self._upkeep(here, times, part_of=self.at("catalog", catalogue), shapes=RECORD_SHAPES)
        listed = container(
            of=here,
            name="distributions",
            relation="dcat:distribution",
            contains=tuple(distributions),
            title="Distributions",
        )
        return _document(here, title, said, upkeep, listed)

    def distribution(
        self, name: object, title: str, said: Graph, times: Times, *, dataset: object
    ) -> Document:
        """The record of the form in which a dataset can be had. Raises NotADescription."""
        here = self.at("distribution", name)
        upkeep = self._upkeep(here, times, part_of=self.at("dataset", dataset), shapes=RECORD_SHAPES)
        return _document(here, title, part_of(said, here), upkeep, None)

    def _upkeep(self, about: str, times: Times, *, part_of: str, shapes: str) -> Upkeep:
        shapes = self.at("profile", shapes)
        return Upkeep(
            about=about, issued=times.issued, modified=times.modified, part_of=part_of, shapes=shapes
        )


def _document(here: str, title: str, said: Iterable[Any], upkeep: Upkeep, held: Record | None) -> Document:
    parts = [*said, *upkeep.statements(), *(triples(held) if held else ())]
    return Document(here, title, Graph(parts))


def organisation(name: str, site: str) -> Agent:
    """An organisation that is reached through its page."""
    return Agent(name=_english(name), contact_point=ContactPoint(page=(site,)))


@dataclass(frozen=True, slots=True)
class Change:
    """What last happened to a dataset: `kind` is `Create`, `Update` or `Delete`."""

    name: str
    kind: str
    at: datetime

    @property
    def mark(self) -> str:
        """Its place among all changes, to go on after it."""
        return f"{self.at.isoformat()}~{self.name}"


def changes(point: Point, here: str, found: Sequence[Change], onward: str) -> Document:
    """A page at `here` of the stream of changes, which goes on at the address `onward` where there is one.

    It is a Linked Data Event Stream of ActivityStreams, as DCAT-AP Feeds has it
    (https://semiceu.github.io/LDES-DCAT-AP-feeds/): only the last change of each dataset is in it.
    """
    statements = [*_stream(point.changes, here), *_onward(here, found, onward)]
    for each in found:
        statements += _activity(point, each)
    return Document(here, f"Changes at {point.name}", Graph(statements))


def _stream(stream: str, here: str) -> Iterator[Triple]:
    subject, published = NamedNode(stream), NamedNode(f"{AS}published")
    yield Triple(subject, TYPE, NamedNode(f"{LDES}EventStream"))
    yield Triple(subject, NamedNode(f"{LDES}timestampPath"), published)
    yield Triple(subject, NamedNode(f"{LDES}versionOfPath"), NamedNode(f"{AS}object"))
    yield Triple(subject, NamedNode(f"{TREE}view"), NamedNode(here))
    yield Triple(NamedNode(here), TYPE, NamedNode(f"{TREE}Node"))


def _onward(here: str, found: Sequence[Change], onward: str) -> Iterator[Triple]:
    if not (found and onward):
        return
    relation = NamedNode(f"{here}#onward")
    yield Triple(NamedNode(here), NamedNode(f"{TREE}relation"), relation)
    yield Triple(relation, TYPE, NamedNode(f"{TREE}GreaterThanOrEqualToRelation"))
    yield Triple(relation, NamedNode(f"{TREE}path"), NamedNode(f"{AS}published"))
    yield Triple(relation, NamedNode(f"{TREE}value"), _at(found[-1].at))
    yield Triple(relation, NamedNode(f"{TREE}node"), NamedNode(onward))


def _activity(point: Point, change: Change) -> Iterator[Triple]:
    said = NamedNode(f"{point.changes}#{change.name}-{int(change.at.timestamp() * 1000)}")
    yield Triple(NamedNode(point.changes), NamedNode(f"{TREE}member"), said)
    yield Triple(said, TYPE, NamedNode(f"{AS}{change.kind}"))
    yield Triple(said, NamedNode(f"{AS}object"), NamedNode(point.at("dataset", change.name)))
    yield Triple(said, NamedNode(f"{AS}published"), _at(change.at))


def _at(moment: datetime) -> Literal:
    return Literal(moment.isoformat(), datatype=term("xsd:dateTime"))


def _moment(at: datetime) -> Moment:
    return Moment(at.isoformat(timespec="milliseconds"), "dateTime")


def _english(words: str) -> tuple[Text, ...]:
    return (Text(words, "en"),)
