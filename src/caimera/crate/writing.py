"""Make a crate, whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from caimera.cdm import TABLES, check
from caimera.crate.crate import fingerprint, table_path
from caimera.crate.errors import CrateExists, TablesUnsound
from caimera.crate.manifest import (
    MANIFEST,
    METADATA,
    REPORT,
    SEAL,
    Description,
    File,
    Manifest,
)
from caimera.crate.rocrate import metadata
from caimera.crate.seal import Seal
from caimera.protocol import canonical


def write(
    path: Path,
    *,
    tables: Mapping[str, pa.Table],
    description: Description,
    report: Mapping[str, object],
    signer: Ed25519PrivateKey | None = None,
) -> Manifest:
    """Write a new crate at `path`, which must not exist; its parent folder is made.

    A table without rows gets no file. `report` is plain JSON values. The same input gives the same bytes.
    Raises TablesUnsound, CrateExists, NotCanonical (for a report that is no JSON), and OSError when the disk
    refuses; in each case nothing is left at `path` or beside it.
    """
    if violations := check(tables):
        raise TablesUnsound(violations)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _all_or_nothing(path) as folder:
        held = [name for name in TABLES if name in tables and tables[name].num_rows]
        for name in held:
            _store_table(
                folder / table_path(name), TABLES[name].complete(tables[name]).cast(TABLES[name].schema)
            )
        _store(folder / REPORT, canonical.dumps(dict(report)))
        data = [_entry(folder, name) for name in (*map(table_path, held), REPORT)]
        _store(folder / METADATA, _readable(metadata(description, data)))
        entries = sorted([*data, _entry(folder, METADATA)], key=lambda file: file.path)
        manifest = Manifest(dataset=description, files=tuple(entries))
        _store(folder / MANIFEST, manifest.to_bytes())
        _store(folder / SEAL, Seal.over(manifest.to_bytes(), signer).to_bytes())
    return manifest


@contextmanager
def _all_or_nothing(path: Path) -> Iterator[Path]:
    if os.path.lexists(path):
        raise CrateExists(
            f"{path} already exists, and a crate never changes; write the new version elsewhere."
        )
    folder = path.parent / f".{path.name}.{secrets.token_hex(6)}.partial"
    (folder / "tables").mkdir(parents=True)
    try:
        yield folder
        _flush(folder / "tables")
        _flush(folder)
        _settle(folder, path)
        _flush(path.parent)
    finally:
        if folder.exists():
            shutil.rmtree(folder)


def _settle(folder: Path, path: Path) -> None:
    try:
        folder.rename(path)
    except OSError as error:
        if not os.path.lexists(path):
            raise
        raise CrateExists(
            f"{path} appeared meanwhile; a crate never changes, so it was left alone."
        ) from error


def _store_table(path: Path, table: pa.Table) -> None:
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=9,
        row_group_size=128 * 1024,
        store_schema=False,
    )
    _flush(path)


def _store(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _entry(folder: Path, name: str) -> File:
    size, sha256 = fingerprint(folder / name)
    return File(path=name, size=size, sha256=sha256)


def _readable(document: object) -> bytes:
    return (json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
