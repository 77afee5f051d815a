"""Files only their owner may read, written whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from caimera.secrets.errors import SecretsUnreadable


def read_private(path: Path) -> bytes:
    """The bytes of a file; raises SecretsUnreadable if it is missing or not its owner's alone."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                raise SecretsUnreadable(
                    f"{path} is open to others (mode {mode:04o}). Run: chmod 600 '{path}'"
                )
            return file.read()
    except OSError as error:
        raise SecretsUnreadable(
            f"{path} cannot be read: {error.strerror}. Create this site's secrets, or set the right path."
        ) from None


def write_private(path: Path, data: bytes) -> None:
    """Write a file of mode 0600 beside `path` and put it in its place, durable at either moment."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    _sync_directory(path.parent)


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
