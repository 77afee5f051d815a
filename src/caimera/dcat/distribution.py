"""One way of getting at a dataset, after EUCAIM DCAT-AP v2.0."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from caimera.dcat.parts import Moment, Rights, Text
from caimera.dcat.properties import Form, Origin, Thing, prop


@dataclass(frozen=True, slots=True, kw_only=True)
class Checksum(Thing):
    """A digest of the file, and how it was made."""

    CLASS: ClassVar[str] = "spdx:Checksum"

    value: str | None = prop("spdx:checksumValue", "1..1 C", Form.HEX)
    algorithm: str | None = prop("spdx:algorithm", "1..1 C", Form.IRI)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission(Thing):
    """Actions that are allowed."""

    CLASS: ClassVar[str] = "odrl:Permission"

    action: tuple[str, ...] = prop("odrl:action", "1..n C", Form.IRI)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prohibition(Thing):
    """Actions that are forbidden."""

    CLASS: ClassVar[str] = "odrl:Prohibition"

    action: tuple[str, ...] = prop("odrl:action", "1..n C", Form.IRI)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty(Thing):
    """Actions that are owed."""

    CLASS: ClassVar[str] = "odrl:Duty"

    action: tuple[str, ...] = prop("odrl:action", "1..n C", Form.IRI)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(Thing):
    """What may, may not and must be done: at least one of the three."""

    CLASS: ClassVar[str] = "odrl:Policy"

    uid: str | None = prop("odrl:uid", "0..1 O", Form.IRI)
    permission: tuple[Permission, ...] = prop("odrl:permission", "0..n C", Permission)
    prohibition: tuple[Prohibition, ...] = prop("odrl:prohibition", "0..n C", Prohibition)
    obligation: tuple[Duty, ...] = prop("odrl:obligation", "0..n C", Duty)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataService(Thing):
    """A service that gives access to data."""

    CLASS: ClassVar[str] = "dcat:DataService"

    title: tuple[Text, ...] = prop("dct:title", "1..n M", Form.TEXT)
    description: tuple[Text, ...] = prop("dct:description", "0..n R", Form.TEXT)
    endpoint: tuple[str, ...] = prop("dcat:endpointURL", "1..n M", Form.IRI)
    endpoint_description: tuple[str, ...] = prop("dcat:endpointDescription", "0..n R", Form.IRI)
    conforms_to: tuple[str, ...] = prop("dct:conformsTo", "0..n O", Form.IRI)
    serves: tuple[str, ...] = prop("dcat:servesDataset", "0..n R", Form.IRI)


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution(Thing):
    """A form a dataset can be had in, what it takes to get it, and what may be done with it."""

    CLASS: ClassVar[str] = "dcat:Distribution"

    access_url: tuple[str, ...] = prop("dcat:accessURL", "1..n M", Form.IRI)
    legislation: tuple[str, ...] = prop("dcatap:applicableLegislation", "1..n M", Form.IRI)
    rights: tuple[Rights, ...] = prop("dct:rights", "1..n M", Rights, Origin.MODIFIED)
    description: tuple[Text, ...] = prop("dct:description", "0..n R", Form.TEXT)
    availability: str | None = prop("dcatap:availability", "0..1 R", Form.IRI)
    format: str | None = prop("dct:format", "0..1 R", Form.IRI)
    licence: str | None = prop("dct:license", "0..1 R", Form.IRI)
    title: tuple[Text, ...] = prop("dct:title", "0..n O", Form.TEXT)
    documentation: tuple[str, ...] = prop("foaf:page", "0..n O", Form.IRI)
    access_service: tuple[DataService, ...] = prop("dcat:accessService", "0..n O", DataService)
    download_url: tuple[str, ...] = prop("dcat:downloadURL", "0..n O", Form.IRI)
    media_type: str | None = prop("dcat:mediaType", "0..1 O", Form.IRI)
    compression: str | None = prop("dcat:compressFormat", "0..1 O", Form.IRI)
    packaging: str | None = prop("dcat:packageFormat", "0..1 O", Form.IRI)
    size: int | None = prop("dcat:byteSize", "0..1 O", Form.NUMBER)
    checksum: Checksum | None = prop("spdx:checksum", "0..1 O", Checksum)
    spatial_resolution: Decimal | None = prop("dcat:spatialResolutionInMeters", "0..1 O", Form.DECIMAL)
    temporal_resolution: str | None = prop("dcat:temporalResolution", "0..1 O", Form.DURATION)
    conforms_to: tuple[str, ...] = prop("dct:conformsTo", "0..n O", Form.IRI)
    language: tuple[str, ...] = prop("dct:language", "0..n O", Form.IRI)
    policy: Policy | None = prop("odrl:hasPolicy", "0..1 O", Policy)
    status: str | None = prop("adms:status", "0..1 O", Form.IRI)
    issued: Moment | None = prop("dct:issued", "0..1 O", Form.MOMENT)
    modified: Moment | None = prop("dct:modified", "0..1 O", Form.MOMENT)
