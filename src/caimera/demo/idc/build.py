"""The demo's crates, one per collection, laid out by node."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from caimera.cdm import Decision, MappingReport
from caimera.crate import Description, open_crate, write
from caimera.demo.idc.collections import Collection, assigned, declared_policies, human_collections
from caimera.demo.idc.conditions import condition_of
from caimera.demo.idc.errors import CollectionUndeclared
from caimera.demo.idc.index import Index, installed_index
from caimera.demo.idc.tables import dataset_tables

Progress = Callable[[int, int, str], None]


def build_crates(
    *,
    home: Path,
    nodes: Mapping[str, tuple[str, ...]],
    signers: Mapping[str, Ed25519PrivateKey] | None,
    progress: Progress,
    index: Index | None = None,
    elsewhere: Mapping[str, Keep] | None = None,
) -> Mapping[str, list[Path]]:
    """Write the crates of every node to `home/crates/<node>/<collection>` and say where they are.

    `nodes` gives each node its programmes (`*`: all that no node names); a collection of any other
    programme is left out. `signers` holds the signing key of each node. `progress` is told how many of
    how many datasets are done, and which. Crates already there are kept. The datasets of a node in
    `elsewhere` become no crates: they are handed to its function. `home/mapping-report.json` and `.txt` add
    up what became of every raw value. `index` is the installed package's unless given.
    Raises DemoDataError, or CrateExists where another version stands in the way.
    """
    index = index or installed_index()
    held = assigned(human_collections(index.collections()), nodes)
    series = _by_collection(index, [collection for some in held.values() for collection in some])
    builder = _Builder(index, home, series)
    elsewhere = elsewhere or {}
    paths: dict[str, list[Path]] = {node: [] for node in nodes}
    reports: list[MappingReport] = []
    total = sum(map(len, held.values()))
    for node, collection in _in_turn(held):
        progress(len(reports), total, collection.title)
        made = builder.make(collection)
        reports.append(made.report)
        if keep := elsewhere.get(node):
            keep(made)
        else:
            paths[node].append(builder.write(node, made, (signers or {}).get(node)))
    progress(total, total, "")
    _store_summary(home, MappingReport.merge(f"Imaging Data Commons {index.release}", reports))
    return paths


@dataclass(frozen=True, slots=True)
class Made:
    """A collection as a dataset."""

    collection: Collection
    description: Description
    condition: Decision
    tables: Mapping[str, pa.Table]
    report: MappingReport


Keep = Callable[[Made], None]


class _Builder:
    """Makes one dataset after the other from the same index."""

    def __init__(self, index: Index, home: Path, series: Mapping[str, pa.Table]) -> None:
        self._home = home
        self._series = series
        self._version = index.release
        self._created = index.released_at()
        self._policies = declared_policies()

    def make(self, collection: Collection) -> Made:
        """The dataset of one collection."""
        series = self._series[collection.collection_id]
        description = collection.description(
            version=self._version,
            licences=pc.unique(series["license_short_name"]).to_pylist(),
            policy=self._policy(collection),
            created=self._created,
        )
        condition = condition_of(collection)
        tables, report = dataset_tables(series, description, condition)
        return Made(collection, description, condition, tables, report)

    def write(self, node: str, made: Made, signer: Ed25519PrivateKey | None) -> Path:
        """Write a dataset's crate unless it is there; raises CrateExists if another version is."""
        path = self._home / "crates" / node / made.collection.collection_id
        if not _stands(path, made.description):
            report = made.report.as_json()
            write(path, tables=made.tables, description=made.description, report=report, signer=signer)
        return path

    def _policy(self, collection: Collection) -> Literal["open", "protected"]:
        policy = self._policies.get(collection.collection_id)
        if policy is None:
            raise CollectionUndeclared(
                f"{collection.collection_id} is declared neither open nor protected; add it to policies.csv."
            )
        return policy


def _stands(path: Path, description: Description) -> bool:
    return path.exists() and open_crate(path).description == description


def _in_turn(held: Mapping[str, list[Collection]]) -> Iterator[tuple[str, Collection]]:
    for node, collections in held.items():
        for collection in collections:
            yield node, collection


def _by_collection(index: Index, collections: list[Collection]) -> Mapping[str, pa.Table]:
    """The series of each collection, as slices of one sorted table."""
    series = index.series([collection.collection_id for collection in collections])
    slices: dict[str, pa.Table] = {}
    start = 0
    counts: Any = pc.value_counts(series["collection_id"].combine_chunks())
    for name, count in ((row["values"], row["counts"]) for row in counts.to_pylist()):
        slices[name] = series.slice(start, count)
        start += count
    return slices


def _store_summary(home: Path, summary: MappingReport) -> None:
    home.mkdir(parents=True, exist_ok=True)
    text = json.dumps(summary.as_json(), indent=1, ensure_ascii=False)
    (home / "mapping-report.json").write_text(text + "\n", encoding="utf-8")
    (home / "mapping-report.txt").write_text(summary.as_text(), encoding="utf-8")
