"""A dataset in the words of schema.org, for search engines; JSON-LD of its own context."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from caimera.dcat.concepts import concepts, label_of
from caimera.dcat.dataset import Dataset
from caimera.dcat.distribution import Distribution
from caimera.dcat.parts import Agent, Text
from caimera.dcat.sizes import sizes
from caimera.protocol.messages import Count

_PUBLIC = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
_SHORTEST, _LONGEST = 50, 5_000
"""Characters of a description that search engines take."""


def as_schema_org(dataset: Dataset, counts: Mapping[str, Count] | None = None) -> dict[str, Any]:
    """The dataset as `application/ld+json` for its page; fields that nobody filled are left out.

    `counts` are its numbers with their kinds (`counts_of`).
    """
    return _filled(
        {
            "@context": "https://schema.org/",
            "@type": "Dataset",
            "@id": dataset.id,
            "name": words(dataset.title),
            "description": _description(dataset),
            "alternateName": [text.value for text in dataset.alternative],
            "url": next(iter(dataset.landing_page), dataset.id),
            "identifier": [*filter(None, [dataset.identifier]), *_others(dataset)],
            "version": dataset.version,
            "keywords": [text.value for text in dataset.keyword],
            "license": next((each.licence for each in dataset.distribution if each.licence), None),
            "isAccessibleForFree": dataset.access_rights == _PUBLIC if dataset.access_rights else None,
            "conditionsOfAccess": "; ".join(dict.fromkeys(_conditions(dataset))),
            "creator": [organisation(each) for each in dataset.creator],
            "publisher": organisation(dataset.publisher) if dataset.publisher else None,
            "datePublished": dataset.issued.value if dataset.issued else None,
            "dateModified": dataset.modified.value if dataset.modified else None,
            "temporalCoverage": _coverage(dataset),
            "spatialCoverage": list(dataset.spatial),
            "measurementTechnique": [label_of(iri) for iri in dataset.modality],
            "about": [_concept(iri) for iri in (dataset.condition, *dataset.body_part) if iri],
            "variableMeasured": [each.measured for each in sizes(dataset, counts or {})],
            "citation": list(dataset.referenced_by),
            "isPartOf": list(dataset.in_series),
            "distribution": [_distribution(each) for each in dataset.distribution],
        }
    )


def words(texts: tuple[Text, ...]) -> str:
    """The English wording, else the one in no language, else the first; empty where there is none."""
    order = sorted(texts, key=lambda text: (not text.language.startswith("en"), text.language != ""))
    return order[0].value if order else ""


def organisation(agent: Agent) -> dict[str, Any]:
    """An agent as schema.org's Organization."""
    contact = agent.contact_point
    return _filled(
        {
            "@type": "Organization",
            "name": words(agent.name),
            "url": next(iter((*agent.homepage, *(contact.page if contact else ()))), None),
            "email": next(iter(contact.email if contact else ()), None),
        }
    )


def _description(dataset: Dataset) -> str:
    text = words(dataset.description) or words(dataset.title)
    if len(text) < _SHORTEST:
        text = f"{text} A dataset of cancer images, described by {words(dataset.title)}.".strip()
    return text[:_LONGEST]


def _others(dataset: Dataset) -> Iterator[str]:
    yield from (each.notation for each in dataset.other_identifier if each.notation)


def _conditions(dataset: Dataset) -> Iterator[str]:
    for distribution in dataset.distribution:
        for right in distribution.rights:
            if right.id is not None and right.id in concepts():
                yield concepts()[right.id].label
            elif right.label:
                yield words(right.label)


def _coverage(dataset: Dataset) -> str:
    for period in dataset.acquired:
        if period.start or period.end:
            ends = (each.value if each else ".." for each in (period.start, period.end))
            return "/".join(ends)
    return ""


def _concept(iri: str) -> dict[str, Any]:
    return {"@type": "DefinedTerm", "@id": iri, "name": label_of(iri)}


def _distribution(distribution: Distribution) -> dict[str, Any]:
    return _filled(
        {
            "@type": "DataDownload",
            "@id": distribution.id,
            "name": words(distribution.title),
            "contentUrl": next(iter(distribution.download_url or distribution.access_url), None),
            "encodingFormat": _media_type(distribution),
            "contentSize": f"{distribution.size} B" if distribution.size is not None else None,
            "license": distribution.licence,
        }
    )


def _media_type(distribution: Distribution) -> str:
    return (distribution.media_type or "").partition("/media-types/")[2]


def _filled(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value not in (None, "", [], {})}
