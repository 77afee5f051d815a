"""The dataset described as an RO-Crate (https://w3id.org/ro/crate/1.2)."""

from __future__ import annotations

from collections.abc import Iterable

from caimera.cdm import TABLES
from caimera.crate.crate import table_path
from caimera.crate.manifest import METADATA, REPORT, Description, File

PROFILE = "https://w3id.org/ro/crate/1.2"
PROVIDER = "#provider"
ACCESS = {
    "open": "The provider declares the dataset open: exact counts may be told.",
    "protected": "The provider declares the dataset protected: counts are told through disclosure control.",
}
FILE_HELP = {
    REPORT: ("Mapping report", "application/json", "Raw values mapped, unmapped, implausible and missing."),
    **{
        table_path(name): (f"Table {name}", "application/vnd.apache.parquet", f"Common data model: {name}.")
        for name in TABLES
    },
}


def metadata(description: Description, files: Iterable[File]) -> dict[str, object]:
    """The content of `ro-crate-metadata.json` for the data files of a crate."""
    data = [_file(file) for file in files]
    licences = _licences(description.licence)
    descriptor = {
        "@id": METADATA,
        "@type": "CreativeWork",
        "conformsTo": {"@id": PROFILE},
        "about": {"@id": "./"},
    }
    root = _root(description, [_reference(file) for file in data], [_reference(one) for one in licences])
    provider = [_provider(description)] if description.provider else []
    return {"@context": f"{PROFILE}/context", "@graph": [descriptor, root, *data, *licences, *provider]}


def _root(description: Description, parts: list[object], licences: list[object]) -> dict[str, object]:
    root: dict[str, object] = {
        "@id": "./",
        "@type": "Dataset",
        "name": description.title,
        "description": description.description or description.title,
        "datePublished": description.created.isoformat(),
        "version": description.version,
        "identifier": [f"urn:uuid:{description.dataset_id}"],
        "conditionsOfAccess": ACCESS[description.policy_hint],
        "hasPart": parts,
    }
    if description.doi:
        root["identifier"] = [f"urn:uuid:{description.dataset_id}", f"https://doi.org/{description.doi}"]
    if licences:
        root["license"] = licences
    if description.provider:
        root["provider"] = {"@id": PROVIDER}
    return root


def _file(file: File) -> dict[str, object]:
    name, media_type, help_text = FILE_HELP[file.path]
    return {
        "@id": file.path,
        "@type": "File",
        "name": name,
        "description": help_text,
        "encodingFormat": media_type,
        "contentSize": str(file.size),
        "sha256": file.sha256,
    }


def _licences(expression: str) -> list[dict[str, object]]:
    names = [name for name in expression.split(" AND ") if name]
    return [{"@id": _licence_address(name), "@type": "CreativeWork", "name": name} for name in names]


def _licence_address(name: str) -> str:
    if name.startswith("LicenseRef-") or " " in name:
        return "#" + name.replace(" ", "-")
    return f"https://spdx.org/licenses/{name}"


def _provider(description: Description) -> dict[str, object]:
    return {"@id": PROVIDER, "@type": "Organization", "name": description.provider}


def _reference(entity: dict[str, object]) -> object:
    return {"@id": entity["@id"]}
