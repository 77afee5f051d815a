"""What the index says of a collection, and what its holder declares."""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from caimera.crate import Description
from caimera.demo.idc.errors import CollectionUndeclared
from caimera.vocabulary import VERSION

MAPPINGS = Path(__file__).parent / "mappings"
NAMESPACE = uuid5(NAMESPACE_URL, "https://imaging.datacommons.cancer.gov/collections/")
"""The namespace in which a collection's name becomes the UUID of its dataset; never changes."""

REST = "*"
"""In place of a programme: every programme no other node names."""

LICENCES = {
    "CC BY 3.0": "CC-BY-3.0",
    "CC BY 4.0": "CC-BY-4.0",
    "CC BY-NC 3.0": "CC-BY-NC-3.0",
    "CC BY-NC 4.0": "CC-BY-NC-4.0",
    "National Library of Medicine Terms and Conditions; May 21, 2019": "LicenseRef-NLM-Terms-2019-05-21",
}
PROVIDERS = {
    "TCIA": "The Cancer Imaging Archive",
    "GDC": "Genomic Data Commons",
    "HTAN": "Human Tumor Atlas Network",
    "NCH": "Nationwide Children's Hospital",
    "NLM": "National Library of Medicine",
    "GTEx": "Genotype-Tissue Expression project",
    "PDXNet": "PDX Development and Trial Centers Research Network",
    "BMDeep": "BMDeep consortium",
}

# A comma separates two cancer types unless the type itself ends in this qualifier.
_BETWEEN_TYPES = re.compile(r", (?!Not Otherwise Specified)")


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection of the index: the source of one dataset."""

    collection_id: str
    title: str
    summary: str
    programme: str
    cancer_types: tuple[str, ...]
    tumor_locations: str
    provider: str
    doi: str

    @staticmethod
    def from_record(record: Mapping[str, Any]) -> Collection:
        """From a row of the collections index."""
        source = _original(record["sources"])
        return Collection(
            collection_id=record["collection_id"],
            title=record["collection_name"],
            summary=plain_text(record["description"] or ""),
            programme=record["program_id"],
            cancer_types=tuple(_BETWEEN_TYPES.split(record["cancer_types"] or "")),
            tumor_locations=record["tumor_locations"] or "",
            provider=_provider(source["provenance"] or {}),
            doi=source["source_doi"] or "",
        )

    @property
    def dataset_id(self) -> UUID:
        """The same for every version of the collection."""
        return uuid5(NAMESPACE, self.collection_id)

    def description(
        self,
        *,
        version: str,
        licences: Iterable[str],
        policy: Literal["open", "protected"],
        created: datetime,
    ) -> Description:
        """The description of the collection's crate; `licences` are the index's short names."""
        return Description(
            dataset_id=self.dataset_id,
            title=self.title,
            description=self.summary,
            provider=self.provider,
            version=version,
            licence=" AND ".join(sorted(LICENCES.get(name, name) for name in licences)),
            doi=self.doi,
            policy_hint=policy,
            vocabulary=VERSION,
            created=created,
        )


def human_collections(records: Iterable[Mapping[str, Any]]) -> list[Collection]:
    """The collections that hold images of people, phantoms made for them among these, by identifier."""
    human = [Collection.from_record(record) for record in records if "Human" in record["species"]]
    return sorted(human, key=lambda collection: collection.collection_id)


def assigned(
    collections: Iterable[Collection], nodes: Mapping[str, tuple[str, ...]]
) -> Mapping[str, list[Collection]]:
    """The collections of each node by programme; `*` takes the programmes no node names."""
    node_of = {programme: node for node, programmes in nodes.items() for programme in programmes}
    held: dict[str, list[Collection]] = {node: [] for node in nodes}
    for collection in collections:
        node = node_of.get(collection.programme, node_of.get(REST))
        if node is not None:
            held[node].append(collection)
    return held


def declared_policies(path: Path = MAPPINGS / "policies.csv") -> Mapping[str, Literal["open", "protected"]]:
    """What the holder of each collection declares, by collection; raises CollectionUndeclared."""
    policies: dict[str, Literal["open", "protected"]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            match row["policy"]:
                case "open" | "protected" as policy:
                    policies[row["collection_id"]] = policy
                case other:
                    raise CollectionUndeclared(f"{path}: {other!r} is neither open nor protected.")
    return policies


def plain_text(markup: str) -> str:
    """HTML as one line of text."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def _original(sources: list[dict[str, Any]]) -> dict[str, Any]:
    originals = [source for source in sources if source["source_type"] == "original_data"]
    return (originals or sources)[0]


def _provider(provenance: Mapping[str, str | None]) -> str:
    given = provenance.get("source_data_provider")
    name = given if given not in {None, "UNKNOWN"} else provenance.get("data_contributor")
    return PROVIDERS.get(name or "", name or "")
