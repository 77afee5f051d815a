"""What is asked about a dataset: one table for the template, the form, and what reads them.

After EUCAIM DCAT-AP v2.0; theme, law and health theme are the same for every dataset and are not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from caimera.dcat import iri_of, listed
from caimera.dcat.names import AUTHORITY
from caimera.hub.catalogue.places import COUNTRIES
from caimera.vocabulary import VOCABULARY

Words = str | Promise


class Kind(StrEnum):
    """What a value is."""

    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    YES = "yes"
    DAY = "day"
    ADDRESS = "address"
    MAIL = "mail"
    TERM = "term"


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of a list: what people call it, its short name, its address."""

    label: str
    key: str
    iri: str


@dataclass(frozen=True, slots=True)
class Field:
    """One thing asked for. `answers` are the properties that complaints about it name, after their part."""

    name: str
    label: Words
    help: Words = ""
    kind: Kind = Kind.LINE
    many: bool = False
    needed: bool = False
    list: str = ""
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together."""

    name: str
    title: Words
    fields: tuple[Field, ...]


def _term(name: str, label: Words, list: str, answer: str, help: Words = "", **more: bool) -> Field:
    return Field(name, label, help, Kind.TERM, list=list, answers=(answer,), **more)


def _reached(part: str, title: Words, answer: str, *, needed: bool = False) -> tuple[Field, ...]:
    """Name, mail and page of an organisation: at least one of the last two."""
    return (
        Field(f"{part}_name", title, needed=needed, answers=(answer, f"{part} foaf:name")),
        Field(
            f"{part}_mail",
            format_lazy("{}: {}", title, _("e-mail address")),
            _("An address of a desk lives longer than that of a person."),
            Kind.MAIL,
            answers=(f"{part} cv:contactPoint", f"{part}-contact_point "),
        ),
        Field(
            f"{part}_page",
            format_lazy("{}: {}", title, _("contact page")),
            _("Mail or page: one of them is needed."),
            Kind.ADDRESS,
        ),
    )


GROUPS: tuple[Group, ...] = (
    Group(
        "identity",
        _("What it is"),
        (
            Field(
                "title",
                _("Title"),
                _("In English, as people would look for it."),
                needed=True,
                answers=("dct:title",),
            ),
            Field(
                "description",
                _("Description"),
                _("A few sentences in English."),
                Kind.TEXT,
                needed=True,
                answers=("dct:description",),
            ),
            Field(
                "version",
                _("Version"),
                _("Such as 1.0.0 or 2026.08."),
                needed=True,
                answers=("dcat:version",),
            ),
            Field(
                "keyword",
                _("Keywords"),
                _("Several: one a line."),
                many=True,
                needed=True,
                answers=("dcat:keyword",),
            ),
            _term("type", _("Collection type"), "dataset_type", "dct:type", many=True, needed=True),
            _term(
                "health_category",
                _("Health category"),
                "health_category",
                "healthdcatap:healthCategory",
                _("Of Article 51 of the European Health Data Space."),
                many=True,
                needed=True,
            ),
            _term(
                "tier",
                _("Interoperability tier"),
                "tier",
                "eucaim:interoperabilityLevel",
                _("1: described here; 2: its node answers searches; 3: tools can be run on it."),
                needed=True,
            ),
        ),
    ),
    Group(
        "subjects",
        _("Subjects"),
        (
            Field(
                "individuals",
                _("Number of subjects"),
                _("A whole number; an approximate one will do."),
                Kind.NUMBER,
                needed=True,
                answers=("healthdcatap:numberOfUniqueIndividuals",),
            ),
            _term("sex", _("Sex at birth"), "sex", "eucaim:hasBirthSex", many=True, needed=True),
            Field(
                "minimum_age",
                _("Youngest, in years"),
                kind=Kind.NUMBER,
                answers=("healthdcatap:minTypicalAge",),
            ),
            Field(
                "maximum_age",
                _("Oldest, in years"),
                kind=Kind.NUMBER,
                answers=("healthdcatap:maxTypicalAge",),
            ),
            _term(
                "condition",
                _("Cancer condition"),
                "condition",
                "eucaim:hasCondition",
                _("The one primary condition."),
                needed=True,
            ),
            Field(
                "population",
                _("Population"),
                _("Who was included, in a sentence."),
                Kind.TEXT,
                answers=("healthdcatap:populationCoverage",),
            ),
            _term("spatial", _("Countries"), "place", "dct:spatial", many=True),
        ),
    ),
    Group(
        "images",
        _("Images"),
        (
            Field(
                "studies",
                _("Number of imaging studies"),
                kind=Kind.NUMBER,
                needed=True,
                answers=("healthdcatap:numberOfRecords",),
            ),
            _term("modality", _("Modality"), "modality", "eucaim:hasImageModality", many=True, needed=True),
            _term(
                "body_part", _("Body part"), "body_part", "eucaim:hasImageBodyPart", many=True, needed=True
            ),
            _term(
                "manufacturer",
                _("Vendor"),
                "manufacturer",
                "eucaim:hasEquipmentManufacturer",
                many=True,
                needed=True,
            ),
            Field(
                "acquired_from",
                _("Images from"),
                _("A day, month or year: 2019-03-31, 2019-03 or 2019."),
                Kind.DAY,
                answers=("dct:temporal", "acquired-1 dcat:startDate"),
            ),
            Field("acquired_to", _("Images to"), kind=Kind.DAY, answers=("acquired-1 dcat:endDate",)),
            Field(
                "segmented_studies",
                _("Studies with a segmentation"),
                kind=Kind.NUMBER,
                answers=("eucaim:nbrOfSegmentations",),
            ),
        ),
    ),
    Group(
        "collection",
        _("How it was collected"),
        (
            _term(
                "collection_method",
                _("Collection method"),
                "collection_method",
                "eucaim:collectionMethod",
                many=True,
                needed=True,
            ),
            Field(
                "provenance",
                _("Provenance"),
                _("How the data were collected and processed, in a sentence."),
                Kind.TEXT,
                needed=True,
                answers=("dct:provenance",),
            ),
            Field("purpose", _("Collected for"), kind=Kind.TEXT, answers=("dpv:hasPurpose",)),
            Field(
                "structured",
                _("Has tables besides images"),
                _("Yes, when clinical or other data come in tables."),
                Kind.YES,
                needed=True,
                answers=("healthdcatap:hasStructuredData",),
            ),
            Field(
                "variables",
                _("Tables and variables"),
                _("Needed with tables. One table a line, such as: patients: age, sex"),
                many=True,
                answers=("healthdcatap:hasVariables", ""),
            ),
        ),
    ),
    Group(
        "access",
        _("Access and terms"),
        (
            _term(
                "access_rights",
                _("Access rights"),
                "access_right",
                "dct:accessRights",
                _("Public, on request, or not at all."),
                needed=True,
            ),
            Field(
                "access_url",
                _("Where to ask for it"),
                _("The page of the negotiator, or of the holder."),
                Kind.ADDRESS,
                needed=True,
                answers=("dcat:distribution", "distribution-1 dcat:accessURL"),
            ),
            _term(
                "access_condition",
                _("What may be done"),
                "access_condition",
                "distribution-1 dct:rights",
                many=True,
                needed=True,
            ),
            _term("terms", _("Terms of use"), "data_use", "", many=True),
            Field(
                "licence",
                _("Licence"),
                _("Its address, such as https://creativecommons.org/licenses/by/4.0/"),
                Kind.ADDRESS,
                answers=("distribution-1 dct:license",),
            ),
        ),
    ),
    Group(
        "people",
        _("Who is behind it"),
        (
            *_reached("publisher", _("Publisher"), "dct:publisher", needed=True),
            *_reached("custodian", _("Data holder, if not the publisher"), "geodcatap:custodian"),
            Field("contact_name", _("Whom to ask about the dataset")),
            Field(
                "contact_mail",
                _("Whom to ask: e-mail address"),
                kind=Kind.MAIL,
                answers=("dcat:contactPoint", "contact_point-1 "),
            ),
            Field("contact_page", _("Whom to ask: contact page"), kind=Kind.ADDRESS),
            *_reached("hdab", _("Health data access body, once appointed"), "healthdcatap:hdab"),
            Field("landing_page", _("Page of the dataset"), kind=Kind.ADDRESS, answers=("dcat:landingPage",)),
            Field("issued", _("Published on"), kind=Kind.DAY, answers=("dct:issued",)),
        ),
    ),
)

FIELDS: tuple[Field, ...] = tuple(field for group in GROUPS for field in group.fields)
FIELD: Mapping[str, Field] = MappingProxyType({field.name: field for field in FIELDS})

KEY = Field(
    "key",
    _("Key"),
    _("Your own short name of the dataset. Keep it: a later sheet changes the dataset with the same key."),
    needed=True,
)
"""What tells datasets of one source apart."""


@cache
def terms(name: str) -> tuple[Term, ...]:
    """The entries of a list, in its own order; of the vocabulary only what EUCAIM has a concept for."""
    if name == "place":
        return tuple(Term(label, code, _place(code)) for code, label in COUNTRIES.items())
    if name in {"sex", "modality", "body_part", "manufacturer", "condition"}:
        values = VOCABULARY.variable(name).values
        return tuple(Term(_capital(one.label), one.name, iri) for one in values if (iri := iri_of(one)))
    return tuple(Term(each.label, each.code, each.iri) for each in listed(name))


def _place(code: str) -> str:
    """A country or continent in the EU's lists."""
    kind = "country" if len(code) == 3 else "continent"
    return f"{AUTHORITY}{kind}/{code}"


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]
