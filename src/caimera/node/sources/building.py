"""Building the index: crates in, one complete file out."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from caimera.cdm import TABLES
from caimera.crate import Crate, CrateError, open_crate
from caimera.node.sources import statements
from caimera.node.sources.errors import CrateUnusable, IndexUnusable
from caimera.node.sources.layout import fingerprint, needed_columns
from caimera.node.sources.rows import Codebook, recorded_variables, rows_of_crate
from caimera.node.sources.source import CrateRelease


def ensure_index(directory: Path, releases: Sequence[CrateRelease], *, memory: str, threads: int) -> Path:
    """Return the index file of these releases, building it first where it is not there.

    Only one process builds at a time, the others wait for it; a finished file replaces all earlier ones.
    Raises CrateUnusable and IndexUnusable; then no file is left.
    """
    wanted = directory / f"series-{fingerprint(releases)}.duckdb"
    if wanted.exists():
        return wanted
    try:
        with _alone(directory):
            if not wanted.exists():
                _build(wanted, releases, memory=memory, threads=threads)
                _forget_others(wanted)
    except (duckdb.Error, OSError) as error:
        raise IndexUnusable(directory, str(error)) from error
    return wanted


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (directory / "building.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(wanted: Path, releases: Sequence[CrateRelease], *, memory: str, threads: int) -> None:
    unfinished = wanted.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        with duckdb.connect(unfinished, config=locked_down(memory=memory, threads=threads)) as connection:
            connection.begin()
            _fill(connection, releases)
            connection.commit()
        unfinished.rename(wanted)
    finally:
        unfinished.unlink(missing_ok=True)


def locked_down(*, memory: str, threads: int) -> dict[str, str | bool | int | float | list[str]]:
    """The configuration of every connection: bounded, and no way out to files or the network."""
    return {
        "memory_limit": memory,
        "threads": threads,
        "enable_external_access": False,
        "lock_configuration": True,
    }


def _forget_others(wanted: Path) -> None:
    """Remove earlier indexes; a process that still reads one keeps it open until it is done."""
    for earlier in wanted.parent.glob("series-*"):
        if earlier != wanted:
            earlier.unlink(missing_ok=True)


def _fill(connection: duckdb.DuckDBPyConnection, releases: Sequence[CrateRelease]) -> None:
    for statement in statements.SCHEMA:
        connection.execute(statement)
    codebook, patients, studies = Codebook(), 0, 0
    for number, release in enumerate(sorted(releases), start=1):
        tables = _tables(release)
        rows = rows_of_crate(
            tables, codebook, dataset=number, patients_before=patients, studies_before=studies
        )
        patients += len(tables["patient"])
        studies += len(tables["image_study"])
        shifted = any(tables["dataset"]["dates_shifted"].to_pylist())
        connection.execute(statements.ADD_DATASET, [number, str(release.dataset_id), shifted])
        connection.execute(statements.ADD_RECORDED, [list(recorded_variables(rows)), number])
        _insert(connection, statements.ADD_SERIES, rows)
    _insert(connection, statements.ADD_CODES, codebook.codes_table())
    _insert(connection, statements.ADD_MEMBERS, codebook.members_table())


def _insert(connection: duckdb.DuckDBPyConnection, statement: str, rows: pa.Table) -> None:
    connection.register("rows_to_add", rows)
    connection.execute(statement)
    connection.unregister("rows_to_add")


def _tables(release: CrateRelease) -> dict[str, pa.Table]:
    """The columns the index needs, of a crate that is exactly the registered one."""
    crate = _registered_crate(release)
    return {name: _table(crate, release, name) for name in TABLES}


def _registered_crate(release: CrateRelease) -> Crate:
    try:
        crate = open_crate(release.path)
    except (CrateError, OSError) as error:
        raise CrateUnusable(release.dataset_id, release.path, str(error)) from error
    if crate.digest != release.digest:
        raise CrateUnusable(release.dataset_id, release.path, "Its manifest is not the registered one.")
    return crate


def _table(crate: Crate, release: CrateRelease, name: str) -> pa.Table:
    """Read a table from exactly the bytes the manifest vouches for."""
    path = crate.table(name)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CrateUnusable(release.dataset_id, release.path, f"{path.name} cannot be read.") from error
    written = {crate.path / file.path: file.sha256 for file in crate.manifest.files}
    if hashlib.sha256(data).hexdigest() != written.get(path):
        raise CrateUnusable(release.dataset_id, release.path, f"{path.name} was changed.")
    try:
        return pq.read_table(pa.BufferReader(data), columns=list(needed_columns(name)))
    except (pa.ArrowException, ValueError) as error:
        raise CrateUnusable(release.dataset_id, release.path, f"{path.name} is no table: {error}.") from error
