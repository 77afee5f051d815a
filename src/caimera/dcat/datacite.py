"""A dataset in the DataCite Metadata Schema 4.5, for registering a DOI."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from caimera.dcat.concepts import label_of
from caimera.dcat.dataset import Dataset
from caimera.dcat.parts import Agent, Text
from caimera.dcat.schema_org import words
from caimera.dcat.sizes import sizes
from caimera.protocol.messages import Count

SCHEMA = "http://datacite.org/schema/kernel-4"
_NAME_OF_LICENCES = "https://spdx.org/licenses/"


def as_datacite(
    dataset: Dataset, *, doi: str, today: date, counts: Mapping[str, Count] | None = None
) -> dict[str, Any]:
    """The attributes of a DOI. `today` stands in where nobody said when the dataset was published.

    `counts` are its numbers with their kinds (`counts_of`).
    """
    document: dict[str, Any] = {
        "doi": doi,
        "schemaVersion": SCHEMA,
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": "Cancer imaging dataset"},
        "creators": [_party(each) for each in dataset.creator] or [_party(dataset.publisher)],
        "titles": [*_titles(dataset)] or [{"title": dataset.identifier or doi}],
        "publisher": {"name": _name(dataset.publisher)},
        "publicationYear": dataset.issued.value[:4] if dataset.issued else f"{today.year:04d}",
        "contributors": [*_contributors(dataset)],
        "subjects": [*_subjects(dataset)],
        "dates": [*_dates(dataset)],
        "descriptions": [*_descriptions(dataset)],
        "rightsList": [*_rights(dataset)],
        "alternateIdentifiers": [*_identifiers(dataset, doi)],
        "relatedIdentifiers": [*_related(dataset)],
        "sizes": [each.words for each in sizes(dataset, counts or {})],
        "formats": [*_formats(dataset)],
        "version": dataset.version,
        "url": next(iter(dataset.landing_page), dataset.id),
    }
    said = {name: _once(value) if isinstance(value, list) else value for name, value in document.items()}
    return {name: value for name, value in said.items() if value not in (None, [], "")}


def _once(values: list[Any]) -> list[Any]:
    """Each entry once, in their order: two statements may say the same, and DataCite takes no entry twice."""
    return list({json.dumps(one, sort_keys=True): one for one in values}.values())


def _name(agent: Agent | None) -> str:
    return (words(agent.name) if agent else "") or "(:unav)"


def _party(agent: Agent | None) -> dict[str, Any]:
    return {"name": _name(agent), "nameType": "Organizational"}


def _titles(dataset: Dataset) -> Iterator[dict[str, Any]]:
    yield from (_spoken("title", text) for text in dataset.title)
    yield from ({**_spoken("title", text), "titleType": "AlternativeTitle"} for text in dataset.alternative)


def _spoken(field: str, text: Text) -> dict[str, Any]:
    return {field: text.value, **({"lang": text.language} if text.language else {})}


def _contributors(dataset: Dataset) -> Iterator[dict[str, Any]]:
    if dataset.custodian:
        yield {**_party(dataset.custodian), "contributorType": "DataCurator"}


def _subjects(dataset: Dataset) -> Iterator[dict[str, Any]]:
    yield from (_spoken("subject", text) for text in dataset.keyword)
    coded = (dataset.condition, *dataset.modality, *dataset.body_part)
    yield from ({"subject": label_of(iri), "valueUri": iri} for iri in dict.fromkeys(filter(None, coded)))


def _dates(dataset: Dataset) -> Iterator[dict[str, Any]]:
    for kind, moment in (("Issued", dataset.issued), ("Updated", dataset.modified)):
        if moment:
            yield {"date": moment.value, "dateType": kind}
    for period in dataset.acquired:
        if period.start and period.end:
            yield {"date": f"{period.start.value}/{period.end.value}", "dateType": "Collected"}


def _descriptions(dataset: Dataset) -> Iterator[dict[str, Any]]:
    yield from (
        {**_spoken("description", text), "descriptionType": "Abstract"} for text in dataset.description
    )
    for statement in dataset.provenance:
        for text in statement.label:
            yield {**_spoken("description", text), "descriptionType": "Methods"}


def _rights(dataset: Dataset) -> Iterator[dict[str, Any]]:
    for licence in dict.fromkeys(each.licence for each in dataset.distribution if each.licence):
        spdx = licence.removeprefix(_NAME_OF_LICENCES) if licence.startswith(_NAME_OF_LICENCES) else None
        named = {"rightsIdentifier": spdx, "rightsIdentifierScheme": "SPDX"} if spdx else {}
        yield {"rights": spdx or licence, "rightsUri": licence, **named}
    if dataset.access_rights:
        yield {"rights": label_of(dataset.access_rights), "rightsUri": dataset.access_rights}


def _identifiers(dataset: Dataset, doi: str) -> Iterator[dict[str, Any]]:
    if dataset.identifier and dataset.identifier != doi:
        yield {"alternateIdentifier": dataset.identifier, "alternateIdentifierType": "EUCAIM"}


def _related(dataset: Dataset) -> Iterator[dict[str, Any]]:
    for relation, addresses in (
        ("IsDerivedFrom", dataset.source),
        ("IsCitedBy", dataset.referenced_by),
        ("IsPartOf", dataset.in_series),
        ("HasVersion", dataset.has_version),
        ("IsDocumentedBy", dataset.documentation),
    ):
        for address in addresses:
            yield {"relatedIdentifier": address, "relatedIdentifierType": "URL", "relationType": relation}


def _formats(dataset: Dataset) -> Iterator[str]:
    for each in dataset.distribution:
        if each.media_type:
            yield each.media_type.partition("/media-types/")[2] or each.media_type
