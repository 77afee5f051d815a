"""This node as a FAIR Data Point: the documents it consists of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from caimera import dcat
from caimera.dcat import Graph, Text, Upkeep
from caimera.dcat.names import AUTHORITY, EHDS
from caimera.dcat.points import SPECIFICATION
from caimera.node.datasets import web_addresses as addresses
from caimera.node.datasets.models import Description
from caimera.node.datasets.queries import Times
from caimera.node.datasets.record import organisation

_ENGLISH = f"{AUTHORITY}language/ENG"
_THEMES = f"{AUTHORITY}data-theme"
_PROFILE = "fair-data-point"


@dataclass(frozen=True, slots=True)
class Document:
    """What is said of the thing at `address`."""

    address: str
    title: str
    graph: Graph
    findings: tuple[str, ...] = ()
    """Where it contradicts itself or its data, in sentences for its holder."""


def root(times: Times) -> Document:
    """The point itself: who runs it, and its catalogue."""
    here, name = addresses.point(), settings.SITE.site_name
    point = dcat.FairDataPoint(
        id=here,
        title=_english(name),
        description=_english(f"Datasets described by {name}, a node of the federation. The data stay there."),
        publisher=organisation(name),
        licence=settings.SITE.metadata_licence,
        conforms_to=(addresses.profile(_PROFILE),),
        endpoint=here,
        specification=SPECIFICATION,
        catalogue=(addresses.catalogue(),),
        language=(_ENGLISH,),
    )
    upkeep = Upkeep(
        about=here,
        issued=times.issued,
        modified=times.modified,
        also=("fdp-o:MetadataService", "dcat:DataService"),
    )
    held = dcat.container(
        of=here,
        name="catalogs",
        relation="fdp-o:metadataCatalog",
        contains=(addresses.catalogue(),),
        title="Catalogues",
    )
    return _document(here, name, dcat.triples(point), upkeep, held)


def catalogue(dataset_ids: Sequence[UUID], times: Times) -> Document:
    """The catalogue with these of its datasets."""
    here, name = addresses.catalogue(), settings.SITE.site_name
    listed = tuple(map(addresses.dataset, dataset_ids))
    record = dcat.Catalogue(
        id=here,
        title=_english(f"Datasets of {name}"),
        description=_english(f"What {name} publishes, each dataset described from its data."),
        legislation=(EHDS,),
        publisher=organisation(name),
        homepage=settings.SITE.base_url,
        language=(_ENGLISH,),
        issued=_moment(times.issued),
        modified=_moment(times.modified),
        themes=(_THEMES,),
        licence=settings.SITE.metadata_licence,
        dataset=listed,
    )
    upkeep = _upkeep(here, times, part_of=addresses.point(), shapes=_PROFILE)
    held = dcat.container(
        of=here, name="datasets", relation="dcat:dataset", contains=listed, title="Datasets"
    )
    return _document(here, f"Datasets of {name}", dcat.triples(record), upkeep, held)


def dataset(description: Description) -> Document:
    """The record of a dataset, as the hub gets it, with what a point adds."""
    here = addresses.dataset(description.dataset_id)
    upkeep = _upkeep(here, _times(description), part_of=addresses.catalogue(), shapes="eucaim-v2")
    held = dcat.container(
        of=here,
        name="distributions",
        relation="dcat:distribution",
        contains=(addresses.distribution(description.dataset_id),),
        title="Distributions",
    )
    document = _document(here, description.dataset.title, _stored(description), upkeep, held)
    return replace(document, findings=findings_of(description))


def findings_of(description: Description) -> tuple[str, ...]:
    """What was typed against what the data say, and pairs that can hardly both be true, in sentences."""
    said, here = _stored(description), addresses.dataset(description.dataset_id)
    found = dcat.findings_in(said, dcat.record_of(said, here, dcat.Dataset).record)
    return tuple(each.sentence for each in found)


def distribution(description: Description) -> Document:
    """The record of the form in which a dataset can be had."""
    here = addresses.distribution(description.dataset_id)
    whole = addresses.dataset(description.dataset_id)
    upkeep = _upkeep(here, _times(description), part_of=whole, shapes="eucaim-v2")
    said = dcat.part_of(_stored(description), here)
    return _document(here, description.dataset.title, said, upkeep, None)


def signposts(document: Document) -> str:
    """The `Link` header of a dataset's record, for programs that find their way by it."""
    record = dcat.record_of(document.graph, document.address, dcat.Dataset).record
    links = dcat.links(record, page=document.address, profile=addresses.profile("eucaim-v2"))
    return dcat.header(links)


def _document(
    here: str,
    title: str,
    said: Iterable[Any],
    upkeep: Upkeep,
    held: dcat.Container | None,
) -> Document:
    parts = [*said, *upkeep.statements(), *(dcat.triples(held) if held else ())]
    return Document(here, title, Graph(parts))


def _stored(description: Description) -> Graph:
    return dcat.read(description.turtle.encode(), dcat.TURTLE)


def _upkeep(here: str, times: Times, *, part_of: str, shapes: str) -> Upkeep:
    shapes = addresses.profile(shapes)
    return Upkeep(about=here, issued=times.issued, modified=times.modified, part_of=part_of, shapes=shapes)


def _times(description: Description) -> Times:
    return Times(description.issued_at, description.updated_at)


def _moment(at: datetime) -> dcat.Moment:
    return dcat.Moment(at.isoformat(timespec="milliseconds"), "dateTime")


def _english(words: str) -> tuple[Text, ...]:
    return (Text(words, "en"),)
