"""The hub as a FAIR Data Point over the whole federation: the documents it consists of."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings

from caimera import dcat
from caimera.dcat import Document, Graph, Holding, NotADescription, Point, Times
from caimera.hub.catalogue import own
from caimera.hub.catalogue.models import Record, Source


def point() -> Point:
    """This hub's point."""
    name = settings.SITE.site_name
    return Point(
        address=own.point(),
        name=name,
        description=f"Datasets of cancer images in the federation of {name}, as their holders describe them.",
        site=settings.SITE.base_url,
        licence=settings.SITE.metadata_licence,
    )


def holding(source: Source) -> Holding:
    """The catalogue of what comes from a source."""
    name, page = source.name, f"{settings.SITE.base_url}/catalogue/sources/{source.pk}"
    return Holding(
        name=source.pk,
        title=f"Datasets of {name}",
        description=f"What {name} publishes, as the federation's catalogue has it.",
        publisher=dcat.organisation(name, page),
        homepage=page,
    )


def root(sources: Sequence[str], times: Times) -> Document:
    """The point itself, and its catalogues."""
    return point().root(sources, times)


def catalogue(source: Source, dataset_ids: Sequence[UUID], times: Times) -> Document:
    """The catalogue of a source with these of its datasets."""
    return point().catalogue(holding(source), dataset_ids, times)


def catalogue_body(source: Source, dataset_ids: Sequence[UUID], times: Times) -> str:
    """The same as Turtle without its head, and without what a point adds."""
    return dcat.body(dcat.to_graph(point().catalogue_record(holding(source), dataset_ids, times)))


def dataset(record: Record) -> Document:
    """The record of a dataset under the hub's own address, with what a point adds."""
    said = _said(record)
    return point().dataset(
        record.pk,
        record.title,
        said,
        times_of(record),
        catalogue=record.source_id,
        distributions=_distributions(record, said),
    )


def distribution(record: Record, number: int) -> Document:
    """The record of one form in which a dataset can be had. Raises NotADescription where it has no such."""
    said, name = _said(record), f"{record.pk}-{number}"
    if point().at("distribution", name) not in _distributions(record, said):
        raise NotADescription(f"The dataset {record.pk} has no distribution {number}.")
    return point().distribution(name, record.title, said, times_of(record), dataset=record.pk)


def _distributions(record: Record, said: Graph) -> Sequence[str]:
    return dcat.parts_at(said, point().at("dataset", record.pk), f"{own.point()}/distribution/")


def times_of(record: Record) -> Times:
    """Since when a dataset is in the catalogue, and when that last changed."""
    return Times(record.first_seen_at, record.changed_at)


def body(told: str) -> str:
    """What is stored of a record, at this hub's address."""
    return dcat.placed(told, f"{own.point()}/")


def _said(record: Record) -> Graph:
    return dcat.read((dcat.HEAD + body(record.told)).encode(), dcat.TURTLE)
