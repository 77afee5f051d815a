"""The record of a dataset: what was typed, what the data say, and what holds for every dataset of a node."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from caimera import dcat
from caimera.dcat import Computed, Described, Text
from caimera.dcat.names import ACCESS_CONDITIONS, AUTHORITY, EHDS, HEALTH_AUTHORITY, HEALTH_THEME, expand
from caimera.dcat.parts import Column, Table, TableGroup
from caimera.node.datasets import web_addresses as addresses
from caimera.node.datasets.models import Release
from caimera.vocabulary import VOCABULARY

_TIER = {"": expand("eucaim:SPEC1000011"), "annotated": expand("eucaim:SPEC1000014")}
"""Tier 2, with annotations where there are any: what every node offers is answers to questions."""
_TYPE = {"": expand("eucaim:SPEC1000020"), "annotated": expand("eucaim:SPEC1000019")}
_ONLY_IMAGES, _ONE_DISEASE = expand("eucaim:SPEC1000003"), expand("eucaim:SPEC1000007")
_ANY_CANCER = expand("eucaim:CLIN1007977")
"""Malignant neoplastic disease: what is true where the data name none, or several."""
_FROM_DEVICES = f"{HEALTH_AUTHORITY}healthcategories/EMRD"
_CANCER = f"{HEALTH_AUTHORITY}health-theme/CANCER_DISEASE"
_NOT_PUBLIC = f"{AUTHORITY}access-right/NON_PUBLIC"
_ENGLISH = f"{AUTHORITY}language/ENG"
_DICOM = "https://www.iana.org/assignments/media-types/application/dicom"
_SPDX = re.compile(r"[A-Za-z0-9.+-]+")
_KEYWORDS = ("modality", "condition", "body_part")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a crate says of itself that a database does not: an SPDX expression and a bare DOI, or nothing."""

    licence: str = ""
    doi: str = ""


def record_of(release: Release, computed: Computed, terms: Terms) -> dcat.Dataset:
    """The record that is published: the data's own word wherever the data have one, and how to read it."""
    record = dcat.addressed(Described(_typed(release, computed, terms), computed).published())
    return replace(record, extra=(*record.extra, *dcat.figures(computed, record.id or "")))


def _typed(release: Release, computed: Computed, terms: Terms) -> dcat.Dataset:
    dataset, here = release.dataset, addresses.dataset(release.dataset_id)
    provider = dataset.provider or settings.SITE.site_name
    kind = "annotated" if computed.facet("has_segmentation") and computed.names("has_segmentation") else ""
    variables = _variables(computed)
    return dcat.Dataset(
        id=here,
        identifier=here,
        title=_english(dataset.title),
        description=_english(dataset.description or dataset.title),
        version=release.version,
        tier=_TIER[kind],
        distribution=(_distribution(release, terms),),
        contact_point=(dcat.Contact(name=Text(provider, "en"), page=settings.SITE.base_url),),
        theme=HEALTH_THEME,
        health_category=(_FROM_DEVICES,),
        health_theme=(_CANCER,),
        type=(_TYPE[kind],),
        access_rights=_NOT_PUBLIC,
        legislation=(EHDS,),
        publisher=organisation(provider),
        structured=bool(variables),
        variables=variables,
        collection_method=(_ONE_DISEASE if len(computed.iris("condition")) == 1 else _ONLY_IMAGES,),
        condition=_ANY_CANCER,
        keyword=_keywords(computed),
        provenance=(dcat.Provenance(label=_english(_provenance(release))),),
        custodian=organisation(settings.SITE.site_name),
        issued=_day(dataset.registered_at),
        modified=_day(release.released_at),
        language=(_ENGLISH,),
        landing_page=(here,),
        other_identifier=tuple(_identifiers(release, terms)),
    )


def organisation(name: str) -> dcat.Agent:
    """An organisation that is reached through this site."""
    return dcat.organisation(name, settings.SITE.base_url)


def _distribution(release: Release, terms: Terms) -> dcat.Distribution:
    """Where the data stay: questions and, once they are allowed, computations go to them."""
    return dcat.Distribution(
        id=addresses.distribution(release.dataset_id),
        title=_english("Images and clinical data, in place"),
        description=_english("The data stay with their holder and answer questions of the federation there."),
        access_url=(addresses.dataset(release.dataset_id),),
        legislation=(EHDS,),
        rights=(dcat.Rights(id=f"{ACCESS_CONDITIONS}REMOTE_PROCESSING"),),
        licence=f"https://spdx.org/licenses/{terms.licence}" if _SPDX.fullmatch(terms.licence) else None,
        media_type=_DICOM,
    )


def _identifiers(release: Release, terms: Terms) -> list[dcat.Identifier]:
    found = [dcat.Identifier(notation=release.dataset_id.urn)]
    if terms.doi:
        found.append(dcat.Identifier(notation=f"https://doi.org/{terms.doi}", agency="DOI"))
    return found


def _keywords(computed: Computed) -> tuple[Text, ...]:
    """What the data are searched by: values that may be told anyway."""
    told = [share.label for name in _KEYWORDS if (facet := computed.facet(name)) for share in facet.shares]
    return tuple(Text(word, "en") for word in dict.fromkeys(["cancer imaging", *told]))


def _variables(computed: Computed) -> tuple[TableGroup, ...]:
    """The tables of the common data model, each with those variables it may be told that anyone has."""
    tables: dict[str, list[Column]] = {}
    for facet in computed.facets:
        if facet.recorded.value:
            table = VOCABULARY.variable(facet.variable).cdm.partition(".")[0]
            tables.setdefault(table, []).append(Column(name=facet.variable, title=_english(facet.label)))
    listed = tuple(Table(title=_english(name), column=tuple(held)) for name, held in tables.items())
    return (TableGroup(table=listed),) if listed else ()


def _provenance(release: Release) -> str:
    return (
        f"Held by {settings.SITE.site_name}. Numbers of people, ages and years, and what was imaged how, "
        f"were computed from the data of version {release.version}."
    )


def _day(at: datetime) -> dcat.Moment:
    return dcat.Moment(at.date().isoformat())


def _english(words: str) -> tuple[Text, ...]:
    return (Text(words, "en"),)
