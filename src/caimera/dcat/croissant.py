"""A dataset as Croissant 1.0 (https://docs.mlcommons.org/croissant), for machine learning."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from caimera.dcat.dataset import Dataset
from caimera.dcat.distribution import Distribution
from caimera.dcat.parts import Column, Table
from caimera.dcat.schema_org import as_schema_org, organisation, words

_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_TYPES = {
    "integer": "sc:Integer",
    "int": "sc:Integer",
    "boolean": "sc:Boolean",
    "date": "sc:Date",
    "datetime": "sc:Date",
    "double": "sc:Float",
    "float": "sc:Float",
    "decimal": "sc:Float",
}
_FROM_SCHEMA_ORG = ("keywords", "license", "publisher", "datePublished", "dateModified", "alternateName")


def as_croissant(dataset: Dataset) -> dict[str, Any]:
    """The dataset as Croissant. Files are listed where they can be downloaded and have a SHA-256 checksum.

    Tables of a dataset that nobody can download have no fields here: Croissant describes files one has.
    """
    shared = as_schema_org(dataset)
    files = list(_files(dataset))
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": words(dataset.title) or dataset.identifier or "dataset",
        "description": shared.get("description", ""),
        "url": shared.get("url", ""),
        "version": semantic(dataset.version),
        "creator": [organisation(each) for each in dataset.creator] or shared.get("publisher"),
        "citeAs": cite_as(dataset),
        **{name: shared[name] for name in _FROM_SCHEMA_ORG if name in shared},
        "distribution": files,
        "recordSet": list(_records(dataset, files)),
    }


def cite_as(dataset: Dataset) -> str:
    """How to cite a dataset: who, what, which version, when, by whom, where."""
    who = "; ".join(words(each.name) for each in dataset.creator) or _publisher(dataset)
    year = f" ({dataset.issued.value[:4]})" if dataset.issued else ""
    version = f" (Version {dataset.version})" if dataset.version else ""
    where = next((each.notation for each in dataset.other_identifier if each.notation), dataset.id or "")
    parts = (f"{who}{year}", f"{words(dataset.title)}{version} [Dataset]", _publisher(dataset), where)
    return ". ".join(part for part in parts if part)


def semantic(version: str | None) -> str:
    """A version of three numbers, as Croissant wants it: `2` becomes 2.0.0."""
    numbers = [part for part in (version or "").lstrip("v").split(".") if part.isdecimal()]
    return ".".join((*numbers, "0", "0", "0")[:3]) if numbers else "0.0.0"


def _publisher(dataset: Dataset) -> str:
    return words(dataset.publisher.name) if dataset.publisher else ""


def _files(dataset: Dataset) -> Iterator[dict[str, Any]]:
    for number, each in enumerate(dataset.distribution, 1):
        if each.download_url and (digest := _sha256(each)):
            yield {
                "@type": "cr:FileObject",
                "@id": f"file-{number}",
                "name": words(each.title) or f"file-{number}",
                "contentUrl": each.download_url[0],
                "encodingFormat": (each.media_type or "").partition("/media-types/")[2]
                or "application/octet-stream",
                "sha256": digest,
                **({"contentSize": f"{each.size} B"} if each.size is not None else {}),
            }


def _sha256(distribution: Distribution) -> str:
    checksum = distribution.checksum
    known = checksum is not None and (checksum.algorithm or "").endswith("sha256")
    return (checksum.value or "").lower() if known and checksum is not None else ""


def _records(dataset: Dataset, files: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    source = next((each["@id"] for each in files), None)
    tables = [table for group in dataset.variables for table in group.table]
    for number, table in enumerate(tables if source else (), 1):
        name = f"table-{number}"
        fields = [_field(name, column, source) for column in table.column if column.name]
        yield {"@type": "cr:RecordSet", "@id": name, "name": _title(table, name), "field": fields}


def _title(table: Table, otherwise: str) -> str:
    return words(table.title) or otherwise


def _field(record: str, column: Column, source: str | None) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{record}/{column.name}",
        "name": column.name,
        "description": words(column.description) or words(column.title) or column.name,
        "dataType": _TYPES.get((column.datatype or "").lower(), "sc:Text"),
        "source": {"fileObject": {"@id": source}, "extract": {"column": column.name}},
    }
