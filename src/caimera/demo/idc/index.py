"""The index of the Imaging Data Commons, as its package ships it: one row per series."""

from __future__ import annotations

from collections.abc import Collection as Names
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from caimera.demo.idc.errors import IndexMissing

PACKAGE = "idc-index-data"
IDENTIFIERS = ["PatientID", "StudyInstanceUID", "SeriesInstanceUID"]
RECORDED = [
    "PatientSex",
    "PatientAge",
    "StudyDate",
    "Modality",
    "BodyPartExamined",
    "Manufacturer",
    "license_short_name",
]


@dataclass(frozen=True, slots=True)
class Index:
    """Where the files of one version of the index lie; `version` is that of the package."""

    folder: Path
    version: str

    @property
    def release(self) -> str:
        """The version of the data themselves, such as `v25`."""
        return "v" + self.version.partition(".")[0]

    def released_at(self) -> datetime:
        """The day this version of the data was published, at midnight UTC."""
        versions = self._read("version_metadata_index.parquet", None).to_pylist()
        days = {f"v{row['idc_version']}": row["version_timestamp"] for row in versions}
        return datetime.fromisoformat(str(days[self.release])).replace(tzinfo=UTC)

    def collections(self) -> list[dict[str, Any]]:
        """One record per collection, as the index describes it."""
        rows: list[dict[str, Any]] = self._read("collections_index.parquet", None).to_pylist()
        return rows

    def series(self, collection_ids: Names[str]) -> pa.Table:
        """All series of the collections, sorted by collection, patient, study and series."""
        table = self._read("idc_index.parquet", ["collection_id", *IDENTIFIERS, *RECORDED])
        wanted = pa.array(sorted(collection_ids), pa.large_string())
        table = table.filter(pc.is_in(table["collection_id"], value_set=wanted))
        keys = [(name, "ascending") for name in ("collection_id", *IDENTIFIERS)]
        return table.take(pc.sort_indices(table, sort_keys=keys)).combine_chunks()

    def _read(self, name: str, columns: list[str] | None) -> pa.Table:
        path = self.folder / name
        if not path.is_file():
            raise IndexMissing(f"{path} is missing; install {PACKAGE} again.")
        return pq.read_table(path, columns=columns)


def installed_index() -> Index:
    """The index of the installed package; raises IndexMissing."""
    try:
        package = distribution(PACKAGE)
    except PackageNotFoundError as error:
        raise IndexMissing(f"{PACKAGE} is not installed; install caimera[demo].") from error
    return Index(Path(str(package.locate_file("idc_index_data"))), package.version)
