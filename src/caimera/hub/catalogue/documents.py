"""The record of a dataset in every form programs take."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.utils import timezone

from caimera.dcat import (
    JSON_LD,
    N_TRIPLES,
    RDF_XML,
    TURTLE,
    Dataset,
    Graph,
    as_croissant,
    as_datacite,
    as_schema_org,
    counts_of,
    write,
)


@dataclass(frozen=True, slots=True)
class Form:
    """A form: the ending of its file, its media type, what people call it."""

    name: str
    media_type: str
    title: str
    make: Callable[[Graph, Dataset], bytes]


def doi_of(dataset: Dataset) -> str:
    """The dataset's DOI without its resolver; empty where it has none."""
    notations = (each.notation or "" for each in dataset.other_identifier)
    return next((each.partition("doi.org/")[2] for each in notations if "doi.org/" in each), "")


def _rdf(media_type: str) -> Callable[[Graph, Dataset], bytes]:
    """The statements as they came: reading them must not change what a holder says."""
    return lambda graph, dataset: write(graph, media_type)


def _json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=2).encode()


def _schema_org(graph: Graph, dataset: Dataset) -> bytes:
    return _json(as_schema_org(dataset, counts_of(graph, dataset.id or "")))


def _datacite(graph: Graph, dataset: Dataset) -> bytes:
    today, counts = timezone.now().date(), counts_of(graph, dataset.id or "")
    return _json(as_datacite(dataset, doi=doi_of(dataset), today=today, counts=counts))


FORMS: Mapping[str, Form] = MappingProxyType(
    {
        form.name: form
        for form in (
            Form("ttl", TURTLE, "Turtle", _rdf(TURTLE)),
            Form("jsonld", JSON_LD, "JSON-LD", _rdf(JSON_LD)),
            Form("rdf", RDF_XML, "RDF/XML", _rdf(RDF_XML)),
            Form("nt", N_TRIPLES, "N-Triples", _rdf(N_TRIPLES)),
            Form("schema-org", JSON_LD, "schema.org", _schema_org),
            Form("croissant", JSON_LD, "Croissant", lambda _, dataset: _json(as_croissant(dataset))),
            Form("datacite", "application/json", "DataCite", _datacite),
        )
    }
)
"""Every form by the word of `?format=`; the first four are the record itself as it came."""
