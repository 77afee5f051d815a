"""Building the index: crates in, one complete file out."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from caimera.cdm import TABLES
from caimera.node.sources import statements
from caimera.node.sources.errors import IndexUnusable
from caimera.node.sources.layout import fingerprint, needed_columns
from caimera.node.sources.rows import Codebook, recorded_variables, rows_of_crate
from caimera.node.sources.source import SourceRelease

COLUMNS_READ = {name: needed_columns(name) for name in TABLES}


def ensure_index(directory: Path, releases: Sequence[SourceRelease], *, memory: str, threads: int) -> Path:
    """Return the index file of these releases, building it first where it is not there.

    Only one process builds at a time, the others wait for it; a finished file replaces all earlier ones.
    Raises OriginUnusable and IndexUnusable; then no file is left.
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


def _build(wanted: Path, releases: Sequence[SourceRelease], *, memory: str, threads: int) -> None:
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


def _fill(connection: duckdb.DuckDBPyConnection, releases: Sequence[SourceRelease]) -> None:
    for statement in statements.SCHEMA:
        connection.execute(statement)
    codebook, patients, studies = Codebook(), 0, 0
    for number, release in enumerate(sorted(releases, key=_name), start=1):
        tables = release.read(COLUMNS_READ)
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


def _name(release: SourceRelease) -> tuple[str, str]:
    return str(release.dataset_id), release.digest


def _insert(connection: duckdb.DuckDBPyConnection, statement: str, rows: pa.Table) -> None:
    connection.register("rows_to_add", rows)
    connection.execute(statement)
    connection.unregister("rows_to_add")
