"""Where the bytes of documents lie: a folder of this site that no web server shows."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings

from caimera.hub.documents.errors import NoPlace


def folder() -> Path:
    """The folder of all documents. Raises NoPlace."""
    if settings.SITE.data_dir is None:
        raise NoPlace
    return Path(settings.SITE.data_dir) / "documents"


def keep(document_id: UUID, content: bytes) -> None:
    """Write a file whole and for good, or not at all; only this user can read it."""
    path = _path(document_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_suffix(".unfinished")
    opened = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def content_of(document_id: UUID) -> bytes:
    """A file as it lies there; empty where it does not."""
    try:
        return _path(document_id).read_bytes()
    except FileNotFoundError:
        return b""


def remove(document_id: UUID) -> None:
    """Remove a file, if it is there."""
    _path(document_id).unlink(missing_ok=True)


def older_than(seconds: float) -> Iterator[Path]:
    """The files written longer ago than this."""
    if settings.SITE.data_dir is None or not folder().is_dir():
        return
    before = time.time() - seconds
    for path in folder().glob("??/*"):
        if path.stat().st_mtime < before:
            yield path


def _path(document_id: UUID) -> Path:
    return folder() / document_id.hex[:2] / document_id.hex
