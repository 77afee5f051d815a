"""Catalogues and dataset series: what datasets stand in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from caimera.dcat.dataset import Record
from caimera.dcat.distribution import DataService
from caimera.dcat.parts import Agent, Contact, Moment, Period, Rights, Text
from caimera.dcat.properties import Form, Thing, prop


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueRecord(Thing):
    """When an entry was made, and about what."""

    CLASS: ClassVar[str] = "dcat:CatalogRecord"

    about: str | None = prop("foaf:primaryTopic", "1..1 M", Form.IRI)
    modified: Moment | None = prop("dct:modified", "1..1 M", Form.MOMENT)
    issued: Moment | None = prop("dct:issued", "0..1 R", Form.MOMENT)
    conforms_to: tuple[str, ...] = prop("dct:conformsTo", "0..n R", Form.IRI)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue(Record):
    """A list of datasets and services, after EUCAIM DCAT-AP v2.0, which is HealthDCAT-AP Release 7 here."""

    CLASS: ClassVar[str] = "dcat:Catalog"

    title: tuple[Text, ...] = prop("dct:title", "1..n M", Form.TEXT)
    description: tuple[Text, ...] = prop("dct:description", "1..n M", Form.TEXT)
    legislation: tuple[str, ...] = prop("dcatap:applicableLegislation", "1..n M", Form.IRI)
    publisher: Agent | None = prop("dct:publisher", "1..1 M", Agent)
    homepage: str | None = prop("foaf:homepage", "0..1 R", Form.IRI)
    language: tuple[str, ...] = prop("dct:language", "0..n R", Form.IRI)
    modified: Moment | None = prop("dct:modified", "0..1 R", Form.MOMENT)
    issued: Moment | None = prop("dct:issued", "0..1 R", Form.MOMENT)
    themes: tuple[str, ...] = prop("dcat:themeTaxonomy", "0..n R", Form.IRI)
    spatial: tuple[str, ...] = prop("dct:spatial", "0..n R", Form.IRI)
    licence: str | None = prop("dct:license", "0..1 R", Form.IRI)
    service: tuple[DataService, ...] = prop("dcat:service", "0..n R", DataService)
    dataset: tuple[str, ...] = prop("dcat:dataset", "0..n R", Form.IRI)
    catalogue: tuple[str, ...] = prop("dcat:catalog", "0..n O", Form.IRI)
    part: tuple[str, ...] = prop("dct:hasPart", "0..n O", Form.IRI)
    record: tuple[CatalogueRecord, ...] = prop("dcat:record", "0..n O", CatalogueRecord)
    rights: tuple[Rights, ...] = prop("dct:rights", "0..n O", Rights)
    temporal: tuple[Period, ...] = prop("dct:temporal", "0..n O", Period)
    creator: Agent | None = prop("dct:creator", "0..1 O", Agent)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSeries(Record):
    """Datasets published one by one that belong together, after HealthDCAT-AP Release 7."""

    CLASS: ClassVar[str] = "dcat:DatasetSeries"

    title: tuple[Text, ...] = prop("dct:title", "1..n M", Form.TEXT)
    description: tuple[Text, ...] = prop("dct:description", "1..n M", Form.TEXT)
    legislation: tuple[str, ...] = prop("dcatap:applicableLegislation", "0..n R", Form.IRI)
    contact_point: tuple[Contact, ...] = prop("dcat:contactPoint", "0..n R", Contact)
    publisher: Agent | None = prop("dct:publisher", "0..1 R", Agent)
    frequency: str | None = prop("dct:accrualPeriodicity", "0..1 O", Form.IRI)
    spatial: tuple[str, ...] = prop("dct:spatial", "0..n R", Form.IRI)
    temporal: tuple[Period, ...] = prop("dct:temporal", "0..n R", Period)
    issued: Moment | None = prop("dct:issued", "0..1 O", Form.MOMENT)
    modified: Moment | None = prop("dct:modified", "0..1 O", Form.MOMENT)
