"""Signposting (https://signposting.org/FAIR/): links in a page's header, for programs to find their way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from caimera.dcat.dataset import Dataset
from caimera.dcat.documents import FORMATS

SCHEMA_DATASET = "https://schema.org/Dataset"
SCHEMA_PAGE = "https://schema.org/AboutPage"


@dataclass(frozen=True, slots=True)
class Link:
    """One link of RFC 8288."""

    target: str
    relation: str
    media_type: str = ""
    profile: str = ""

    def __str__(self) -> str:
        given = (("rel", self.relation), ("type", self.media_type), ("profile", self.profile))
        return "; ".join([f"<{self.target}>", *(f'{name}="{value}"' for name, value in given if value)])


def links(dataset: Dataset, *, page: str, profile: str) -> tuple[Link, ...]:
    """The links of a dataset's page at level 1: what it is, how to cite it, its licence, its metadata.

    `page` is the page's address, whose `?format=` gives the metadata; `profile` the address of its shapes.
    """
    return tuple(_links(dataset, page, profile))


def header(links: tuple[Link, ...]) -> str:
    """The value of the `Link` header."""
    return ", ".join(map(str, links))


def _links(dataset: Dataset, page: str, profile: str) -> Iterator[Link]:
    yield Link(_doi(dataset) or dataset.id or page, "cite-as")
    yield from (Link(each, "type") for each in (SCHEMA_PAGE, SCHEMA_DATASET))
    yield from (
        Link(agent.id, "author") for agent in dataset.creator if agent.id and agent.id.startswith("http")
    )
    yield from (Link(each, "license") for each in dict.fromkeys(_licences(dataset)))
    for media_type in FORMATS:
        yield Link(f"{page}?format={NAMES[media_type]}", "describedby", media_type, profile)
    for each in dataset.distribution:
        media_type = (each.media_type or "").partition("/media-types/")[2]
        yield from (Link(address, "item", media_type) for address in each.download_url)


def _doi(dataset: Dataset) -> str | None:
    notations = (each.notation or "" for each in dataset.other_identifier)
    return next((each for each in notations if each.startswith("https://doi.org/")), None)


def _licences(dataset: Dataset) -> Iterator[str]:
    return (each.licence for each in dataset.distribution if each.licence)


NAMES = {
    "text/turtle": "ttl",
    "application/ld+json": "jsonld",
    "application/rdf+xml": "rdf",
    "application/n-triples": "nt",
}
"""The word of `?format=` for each media type, as FAIR Data Points take it."""
