"""The versions of a dataset and the series it is part of, linked to pages here where they are known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from caimera.dcat import Dataset, DatasetSeries, Graph, NotADescription, label_of, named, record_of
from caimera.dcat.schema_org import words
from caimera.hub.catalogue.models import Record
from caimera.hub.catalogue.queries import visible_records
from caimera.hub.catalogue.words import is_web

_RELATIONS = (
    ("dcat:hasCurrentVersion", _("Current version")),
    ("dcat:previousVersion", _("Version before this one")),
    ("dcat:hasVersion", _("Other versions")),
    ("dcat:isVersionOf", _("A version of")),
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Other:
    """A dataset or series that belongs with this one; `address` is empty where no page may be linked."""

    label: str | Promise
    text: str
    address: str


def others(graph: Graph, dataset: Dataset) -> tuple[Other, ...]:
    """Versions and series of a dataset, those the catalogue has by their titles."""
    told = [(label, iri) for name, label in _RELATIONS for iri in named(graph, dataset.id, name)]
    here = _here([iri for _label, iri in told])
    versions = (_version(label, iri, here) for label, iri in told)
    return (*versions, *_series(graph, dataset))


def _version(label: str | Promise, iri: str, here: dict[str, Record]) -> Other:
    record = here.get(_identifier(iri))
    if record is None:
        return Other(label, iri, iri if is_web(iri) else "")
    text = f"{record.title} ({record.version})" if record.version else record.title
    return Other(label, text, reverse("catalogue:dataset", args=[record.pk]))


def _here(iris: list[str]) -> dict[str, Record]:
    """The records some addresses name by their UUID."""
    wanted = {UUID(found) for iri in iris if (found := _identifier(iri))}
    if not wanted:
        return {}
    return {str(one.pk): one for one in visible_records().filter(pk__in=wanted).defer("turtle")}


def _identifier(iri: str) -> str:
    found = _UUID.findall(iri)
    return found[-1].lower() if found else ""


def _series(graph: Graph, dataset: Dataset) -> Iterator[Other]:
    for iri in dataset.in_series:
        address = f"{reverse('catalogue:series')}?{urlencode({'address': iri})}"
        yield Other(_("Part of the series"), series_title(graph, iri), address)


def series_title(graph: Graph, iri: str) -> str:
    """What a series is called, where the record that is part of it says so; else the end of its address."""
    try:
        return words(record_of(graph, iri, DatasetSeries).record.title) or label_of(iri)
    except (NotADescription, ValueError):
        return label_of(iri)
