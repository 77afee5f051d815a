"""A crate to read from."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from caimera.cdm import TABLES
from caimera.crate.errors import CrateUnreadable
from caimera.crate.manifest import LARGEST_MANIFEST, MANIFEST, Description, Manifest, digest_of


@dataclass(frozen=True, slots=True)
class Crate:
    """A crate on disk: its resolved folder, manifest and digest (SHA-256 of `manifest.json`, hex)."""

    path: Path
    manifest: Manifest
    digest: str

    @property
    def description(self) -> Description:
        """What the dataset is."""
        return self.manifest.dataset

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that have rows, and so a file."""
        listed = {file.path for file in self.manifest.files}
        return tuple(name for name in TABLES if table_path(name) in listed)

    def table(self, name: str) -> Path:
        """The Parquet file of one table of the common data model; raises KeyError on other names."""
        return self.path / table_path(TABLES[name].name)


def table_path(name: str) -> str:
    """Where a table lies inside a crate."""
    return f"tables/{name}.parquet"


def open_crate(path: Path) -> Crate:
    """Open a crate by its manifest; raises CrateUnreadable.

    Only the manifest is read and no data is checked: use `verify` for that.
    """
    root = path.resolve()
    data = read_small(root / MANIFEST)
    return Crate(root, Manifest.from_bytes(data), digest_of(data))


def read_small(path: Path) -> bytes:
    """The bytes of a regular file that is no link; raises CrateUnreadable."""
    try:
        with open_regular(path) as descriptor:
            if os.fstat(descriptor).st_size > LARGEST_MANIFEST:
                raise CrateUnreadable(f"{path} is larger than a manifest may be; it is not one.")
            with os.fdopen(os.dup(descriptor), "rb") as file:
                return file.read()
    except OSError as error:
        raise CrateUnreadable(
            f"{path} cannot be read ({error.strerror}); is this the folder of a crate?"
        ) from error


def fingerprint(path: Path) -> tuple[int, str]:
    """Size in bytes and SHA-256 (hex) of a regular file; raises as `open_regular` does."""
    with open_regular(path) as descriptor, os.fdopen(os.dup(descriptor), "rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        return stream.tell(), sha256


@contextmanager
def open_regular(path: Path) -> Iterator[int]:
    """A descriptor of a regular file, never following a link or waiting on a pipe.

    Raises OSError, or CrateUnreadable where something other than a file is there.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise CrateUnreadable(f"{path} is not a regular file; a crate holds nothing else.")
        yield descriptor
    finally:
        os.close(descriptor)
