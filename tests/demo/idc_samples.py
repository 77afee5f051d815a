"""A made-up index of a few series, in the form of the real one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from caimera.cdm import Decision, MappingReport, Outcome
from caimera.crate import Description
from caimera.demo.idc.collections import Collection
from caimera.demo.idc.index import IDENTIFIERS, RECORDED, Index
from caimera.demo.idc.tables import dataset_tables

COLUMNS = ["collection_id", *IDENTIFIERS, *RECORDED]


def series_table(*rows: dict[str, str]) -> pa.Table:
    """Series by what each row records, the rest filled in, sorted as the index gives them."""
    schema = pa.schema([(name, pa.large_string()) for name in COLUMNS])
    filled = [
        {
            "collection_id": "c",
            "PatientID": "p1",
            "StudyInstanceUID": "1.1",
            "SeriesInstanceUID": f"9.{number:03}",
            "Modality": "CT",
            **row,
        }
        for number, row in enumerate(rows)
    ]
    keys = [(name, "ascending") for name in ["collection_id", *IDENTIFIERS]]
    return pa.Table.from_pylist(filled, schema).sort_by(keys)


def collection(**changes: Any) -> Collection:
    """A collection of lung cancer patients, with changes."""
    values: dict[str, Any] = {
        "collection_id": "c",
        "title": "C",
        "summary": "",
        "programme": "community",
        "cancer_types": ("Lung Cancer",),
        "tumor_locations": "Lung",
        "provider": "TCIA",
        "doi": "",
    }
    return Collection(**{**values, **changes})


def sample_description() -> Description:
    """The description of that collection's crate."""
    created = datetime(2026, 1, 1, tzinfo=UTC)
    return collection().description(version="v25", licences=[], policy="open", created=created)


def made_of(*rows: dict[str, str]) -> tuple[dict[str, list[dict[str, Any]]], MappingReport]:
    """The tables made of some series, as rows, and the report."""
    tables, report = dataset_tables(series_table(*rows), sample_description(), Decision(Outcome.MISSING))
    return {name: table.to_pylist() for name, table in tables.items()}, report


def collection_record(collection_id: str, programme: str, **changes: Any) -> dict[str, Any]:
    """A row of the collections index."""
    source = {
        "source_type": "original_data",
        "source_doi": "10.1/" + collection_id,
        "provenance": {"data_contributor": "TCIA", "source_data_provider": "UNKNOWN"},
    }
    return {
        "collection_id": collection_id,
        "collection_name": collection_id.upper(),
        "cancer_types": "Lung Cancer",
        "tumor_locations": "Lung",
        "species": "Human",
        "program_id": programme,
        "description": "<p>All of\n it &amp; more.</p>",
        "sources": [source],
        **changes,
    }


def write_index(folder: Path, records: list[dict[str, Any]], series: pa.Table) -> Index:
    """An index on disk, as its package would hold it."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(series, folder / "idc_index.parquet")
    pq.write_table(pa.Table.from_pylist(records), folder / "collections_index.parquet")
    versions = [{"idc_version": 25, "version_timestamp": "2026-09-26"}]
    pq.write_table(pa.Table.from_pylist(versions), folder / "version_metadata_index.parquet")
    return Index(folder, "25.0.5")
