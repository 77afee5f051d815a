"""A dataset described, after EUCAIM DCAT-AP v2.0 (https://github.com/EUCAIM/eucaim_dcat_ap, Apache-2.0)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from pyoxigraph import Triple

from caimera.dcat.distribution import Distribution
from caimera.dcat.parts import (
    Activity,
    Agent,
    Attribution,
    Certificate,
    Contact,
    Identifier,
    LegalBasis,
    Moment,
    Period,
    Provenance,
    Purpose,
    Relationship,
    TableGroup,
    Text,
)
from caimera.dcat.properties import Form, Origin, Thing, prop


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Thing):
    """Something a catalogue lists. `extra` keeps, as they came, statements the profile does not list."""

    extra: tuple[Triple, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset(Record):
    """Every property of the specification; what is mandatory may be missing here, `conformance` tells."""

    CLASS: ClassVar[str] = "dcat:Dataset"

    # Identification
    identifier: str | None = prop("dct:identifier", "1..1 M", Form.PLAIN, Origin.MODIFIED)
    title: tuple[Text, ...] = prop("dct:title", "1..n M", Form.TEXT)
    alternative: tuple[Text, ...] = prop("dct:alternative", "0..n O", Form.TEXT)
    description: tuple[Text, ...] = prop("dct:description", "1..n M", Form.TEXT)
    version: str | None = prop("dcat:version", "1..1 M", Form.PLAIN, Origin.MODIFIED)
    tier: str | None = prop("eucaim:interoperabilityLevel", "1..1 M", Form.IRI, Origin.ADDED)
    distribution: tuple[Distribution, ...] = prop("dcat:distribution", "1..n M", Distribution)
    in_series: tuple[str, ...] = prop("dcat:inSeries", "0..n O", Form.IRI)
    contact_point: tuple[Contact, ...] = prop("dcat:contactPoint", "1..n M", Contact)
    documentation: tuple[str, ...] = prop("foaf:page", "0..n R", Form.IRI)
    # Classification
    theme: str | None = prop("dcat:theme", "1..1 M", Form.IRI)
    health_category: tuple[str, ...] = prop("healthdcatap:healthCategory", "1..n M", Form.IRI)
    health_theme: tuple[str, ...] = prop("healthdcatap:healthTheme", "0..n R", Form.IRI)
    type: tuple[str, ...] = prop("dct:type", "1..n M", Form.IRI, Origin.MODIFIED)
    # Access and rights
    access_rights: str | None = prop("dct:accessRights", "1..1 M", Form.IRI)
    legislation: tuple[str, ...] = prop("dcatap:applicableLegislation", "1..n M", Form.IRI)
    legal_basis: tuple[LegalBasis, ...] = prop("dpv:hasLegalBasis", "0..n R", LegalBasis)
    purpose: tuple[Purpose, ...] = prop("dpv:hasPurpose", "0..n R", Purpose)
    personal_data: tuple[str, ...] = prop("dpv:hasPersonalData", "0..n R", Form.IRI)
    retention: Period | None = prop("healthdcatap:retentionPeriod", "0..1 R", Period)
    publisher: Agent | None = prop("dct:publisher", "1..1 M", Agent, Origin.MODIFIED)
    # Subjects and population
    structured: bool | None = prop("healthdcatap:hasStructuredData", "1..1 M", Form.BOOLEAN)
    variables: tuple[TableGroup, ...] = prop("healthdcatap:hasVariables", "0..n C", TableGroup)
    individuals: int | None = prop(
        "healthdcatap:numberOfUniqueIndividuals", "1..1 M", Form.NUMBER, Origin.MODIFIED
    )
    studies: int | None = prop("healthdcatap:numberOfRecords", "1..1 M", Form.NUMBER, Origin.MODIFIED)
    sex: tuple[str, ...] = prop("eucaim:hasBirthSex", "1..n M", Form.IRI, Origin.ADDED)
    minimum_age: int | None = prop("healthdcatap:minTypicalAge", "0..1 R", Form.NUMBER)
    maximum_age: int | None = prop("healthdcatap:maxTypicalAge", "0..1 R", Form.NUMBER)
    condition: str | None = prop("eucaim:hasCondition", "1..1 M", Form.IRI, Origin.ADDED)
    population: tuple[Text, ...] = prop("healthdcatap:populationCoverage", "0..n R", Form.TEXT)
    collection_method: tuple[str, ...] = prop("eucaim:collectionMethod", "1..n M", Form.IRI, Origin.ADDED)
    spatial: tuple[str, ...] = prop("dct:spatial", "0..n O", Form.IRI)
    # Imaging
    modality: tuple[str, ...] = prop("eucaim:hasImageModality", "1..n M", Form.IRI, Origin.ADDED)
    manufacturer: tuple[str, ...] = prop("eucaim:hasEquipmentManufacturer", "1..n M", Form.IRI, Origin.ADDED)
    body_part: tuple[str, ...] = prop("eucaim:hasImageBodyPart", "1..n M", Form.IRI, Origin.ADDED)
    acquired: tuple[Period, ...] = prop("dct:temporal", "0..n R", Period)
    # Annotations
    segmentation_label: tuple[str, ...] = prop("eucaim:hasAnnotationLabel", "0..n O", Form.IRI, Origin.ADDED)
    segmentation_method: tuple[str, ...] = prop("eucaim:hasAlgorithmType", "0..n O", Form.IRI, Origin.ADDED)
    segmented_studies: int | None = prop("eucaim:nbrOfSegmentations", "0..1 O", Form.NUMBER, Origin.ADDED)
    # Keywords, provenance, standards and coding
    keyword: tuple[Text, ...] = prop("dcat:keyword", "1..n M", Form.TEXT)
    provenance: tuple[Provenance, ...] = prop("dct:provenance", "1..n M", Provenance)
    coding_system: tuple[str, ...] = prop("healthdcatap:hasCodingSystem", "0..n R", Form.IRI)
    code_values: tuple[Text, ...] = prop("healthdcatap:hasCodeValues", "0..n R", Form.TEXT)
    generated_by: tuple[Activity, ...] = prop("prov:wasGeneratedBy", "0..n O", Activity)
    conforms_to: tuple[str, ...] = prop("dct:conformsTo", "0..n O", Form.IRI)
    # People and bodies
    custodian: Agent | None = prop("geodcatap:custodian", "0..1 R", Agent)
    hdab: Agent | None = prop("healthdcatap:hdab", "1..1 M", Agent)
    creator: tuple[Agent, ...] = prop("dct:creator", "0..n O", Agent)
    attribution: tuple[Attribution, ...] = prop("prov:qualifiedAttribution", "0..n O", Attribution)
    # Dates and versions
    issued: Moment | None = prop("dct:issued", "0..1 O", Form.MOMENT)
    modified: Moment | None = prop("dct:modified", "0..1 O", Form.MOMENT)
    has_version: tuple[str, ...] = prop("dcat:hasVersion", "0..n O", Form.IRI)
    version_notes: tuple[Text, ...] = prop("adms:versionNotes", "0..n O", Form.TEXT)
    other_identifier: tuple[Identifier, ...] = prop("adms:identifier", "0..n O", Identifier)
    # Other
    language: tuple[str, ...] = prop("dct:language", "0..n R", Form.IRI)
    frequency: str | None = prop("dct:accrualPeriodicity", "0..1 R", Form.IRI)
    landing_page: tuple[str, ...] = prop("dcat:landingPage", "0..n R", Form.IRI)
    source: tuple[str, ...] = prop("dct:source", "0..n O", Form.IRI)
    referenced_by: tuple[str, ...] = prop("dct:isReferencedBy", "0..n O", Form.IRI)
    relation: tuple[str, ...] = prop("dct:relation", "0..n O", Form.IRI)
    sample: tuple[Distribution, ...] = prop("adms:sample", "0..n R", Distribution)
    analytics: tuple[Distribution, ...] = prop("healthdcatap:analytics", "0..n R", Distribution)
    spatial_resolution: Decimal | None = prop("dcat:spatialResolutionInMeters", "0..1 O", Form.DECIMAL)
    temporal_resolution: str | None = prop("dcat:temporalResolution", "0..1 O", Form.DURATION)
    quality: tuple[Certificate, ...] = prop("dqv:hasQualityAnnotation", "0..n R", Certificate)
    qualified_relation: tuple[Relationship, ...] = prop("dcat:qualifiedRelation", "0..n O", Relationship)
