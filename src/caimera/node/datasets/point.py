"""This node as a FAIR Data Point: the documents it consists of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.conf import settings

from caimera import dcat
from caimera.dcat import Document, Graph, Holding, Point, Times
from caimera.node.datasets import web_addresses as addresses
from caimera.node.datasets.models import Description
from caimera.node.datasets.queries import ids_of_all, times_of_catalogue


def point() -> Point:
    """This node's point; what the site is called, and where, is in all of its documents."""
    name = settings.SITE.site_name
    return Point(
        address=addresses.point(),
        name=name,
        description=f"Datasets described by {name}, a node of the federation. The data stay there.",
        site=settings.SITE.base_url,
        licence=settings.SITE.metadata_licence,
    )


def holding() -> Holding:
    """The one catalogue of this node."""
    name, site = settings.SITE.site_name, settings.SITE.base_url
    return Holding(
        name=settings.SITE.site_id,
        title=f"Datasets of {name}",
        description=f"What {name} publishes, each dataset described from its data.",
        publisher=dcat.organisation(name, site),
        homepage=site,
    )


def root(times: Times) -> Document:
    """The point itself: who runs it, and its catalogue."""
    return point().root([settings.SITE.site_id], times)


def catalogue(dataset_ids: Sequence[UUID], times: Times) -> Document:
    """The catalogue with these of its datasets."""
    return point().catalogue(holding(), dataset_ids, times)


def dataset(description: Description) -> Document:
    """The record of a dataset, as the hub gets it, with what a point adds."""
    document = point().dataset(
        description.dataset_id,
        description.dataset.title,
        _stored(description),
        times_of(description),
        catalogue=settings.SITE.site_id,
        distributions=[addresses.distribution(description.dataset_id)],
    )
    return replace(document, findings=findings_of(description))


def findings_of(description: Description) -> tuple[str, ...]:
    """What was typed against what the data say, and pairs that can hardly both be true, in sentences."""
    said, here = _stored(description), addresses.dataset(description.dataset_id)
    found = dcat.findings_in(said, dcat.record_of(said, here, dcat.Dataset).record)
    return tuple(each.sentence for each in found)


def distribution(description: Description) -> Document:
    """The record of the form in which a dataset can be had."""
    name, title = description.dataset_id, description.dataset.title
    return point().distribution(name, title, _stored(description), times_of(description), dataset=name)


def catalogue_body() -> str:
    """The catalogue with all its datasets as Turtle without its head."""
    record = point().catalogue_record(holding(), ids_of_all(), times_of_catalogue())
    return dcat.body(dcat.to_graph(record))


def body(description: Description) -> str:
    """The record of a dataset as Turtle without its head."""
    return dcat.body(_stored(description))


def times_of(description: Description) -> Times:
    """Since when a dataset is described here, and when that last changed."""
    return Times(description.issued_at, description.updated_at)


def _stored(description: Description) -> Graph:
    return dcat.read(description.turtle.encode(), dcat.TURTLE)
