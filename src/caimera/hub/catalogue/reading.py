"""A record as it came, read: what the catalogue shows, finds and counts it by. Texts are plain after it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from caimera.dcat import (
    TURTLE,
    Dataset,
    Graph,
    NotADescription,
    Unreadable,
    conformance,
    counts_of,
    label_of,
    read,
    records,
    upgraded,
)
from caimera.dcat.schema_org import words
from caimera.hub.catalogue.facets import FACET, LONGEST_KEY, keys_of, provider_of
from caimera.hub.catalogue.filters import MOST_YEARS
from caimera.hub.catalogue.own import told

READER = 2
"""Grows when records are read otherwise than before: then they are fetched and read again."""

LONGEST = 400_000
"""Characters of a record."""
_WORDS = 20_000
_COMPLAINTS = 100
_MANY = 100


@dataclass(frozen=True, slots=True)
class Reading:
    """The columns of a `Description` that are read from its Turtle."""

    address: str
    told: str
    title: str
    keywords: str
    description: str
    provider: str
    version: str
    changed_on: str
    facets: dict[str, list[str]]
    subjects: int | None
    studies: int | None
    minimum_age: int | None
    maximum_age: int | None
    counts: dict[str, Any]
    series: list[str]
    conformance: dict[str, Any]
    reader: int = READER


def digest_of(turtle: str) -> str:
    """SHA-256 of a record's Turtle, in hexadecimal."""
    return hashlib.sha256(turtle.encode()).hexdigest()


def unkeepable(turtle: str) -> str:
    """Why a record cannot even be kept; empty where it can."""
    if "\x00" in turtle:
        return _("The record holds NUL characters. Publish it as plain Turtle.")
    if len(turtle) > LONGEST:
        return _("The record has more than %d characters. Publish a shorter one.") % LONGEST
    return ""


def reading(turtle: str, dataset_id: UUID) -> Reading:
    """What a record says. Raises DcatError with a sentence where it cannot be shown."""
    graph, dataset = parsed(turtle, dataset_id, whole=False)
    title = words(dataset.title)
    if not title:
        raise NotADescription(_("The record has no title. Give the dataset one and publish it again."))
    facets = keys_of(dataset)
    return Reading(
        address="" if (name := dataset.id or "").startswith("_:") else name,
        told=told(graph, dataset, dataset_id),
        title=title,
        keywords=" ".join(_keywords(dataset, facets))[:_WORDS],
        description=words(dataset.description)[:_WORDS],
        provider=provider_of(dataset),
        version=dataset.version or "",
        changed_on=moment.value[:40] if (moment := dataset.modified or dataset.issued) else "",
        facets=facets,
        subjects=dataset.individuals,
        studies=dataset.studies,
        minimum_age=_years(dataset.minimum_age),
        maximum_age=_years(dataset.maximum_age),
        counts=_counts(graph, dataset.id or ""),
        series=[address[:LONGEST_KEY] for address in dataset.in_series][:_MANY],
        conformance=_judged(graph),
    )


def _years(age: int | None) -> int | None:
    """An age somebody can be; any other is shown as it is, but nothing is found by it."""
    return age if age is not None and 0 <= age <= MOST_YEARS else None


def parsed(turtle: str, dataset_id: UUID, *, whole: bool = True) -> tuple[Graph, Dataset]:
    """The statements of a record and the one dataset they describe, with its `extra` if `whole`.

    Raises DcatError.
    """
    if len(turtle) > LONGEST:
        raise Unreadable(_("The record has more than %d characters.") % LONGEST)
    graph = read(turtle.encode(), TURTLE)
    found = [reading.record for reading in records(upgraded(graph).graph, Dataset, whole=whole)]
    if len(found) > 1:
        found = [one for one in found if str(dataset_id) in f"{one.id} {one.identifier}"]
    if len(found) != 1:
        raise NotADescription(_("The record must describe one dataset, the one it was listed as."))
    return graph, found[0]


def _keywords(dataset: Dataset, facets: dict[str, list[str]]) -> list[str]:
    """Words to find a dataset by beside its title and description: those of its facets, too."""
    labels = [str(FACET[name].label(key)) for name, keys in facets.items() for key in keys]
    others = [text.value for text in (*dataset.keyword, *dataset.alternative, *dataset.code_values)]
    numbers = [each.notation or "" for each in dataset.other_identifier]
    places = [label_of(iri) for iri in dataset.health_theme]
    return [*labels, *others, *numbers, *places]


def _counts(graph: Graph, about: str) -> dict[str, Any]:
    """Its numbers with their kinds; nothing where the record does not tell them."""
    counts = counts_of(graph, about).items()
    return {name: count.model_dump(mode="json", exclude_none=True) for name, count in counts}


def _judged(graph: Graph) -> dict[str, Any]:
    """How a record conforms as it came, by profile."""
    return {
        name: {
            "state": judged.state.value,
            "complaints": [
                {"severity": each.severity.value, "sentence": each.sentence[:1_000]}
                for each in judged.complaints[:_COMPLAINTS]
            ],
        }
        for name, judged in conformance(graph).items()
    }
