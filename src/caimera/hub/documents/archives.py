"""Office documents are ZIP archives: unpacked here with a bound, before anybody opens them."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Collection

from django.utils.translation import gettext as _

from caimera.hub.documents.errors import DocumentRefused

MOST_UNPACKED = 200_000_000
"""Bytes of all parts together; a document of 20 MB full of pictures stays far below."""
MOST_PARTS = 5_000

BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
"""What `zipfile` raises: broken, cut off, packed in another way, locked with a password, misplaced."""
_MACROS = re.compile(r"vbaProject|macrosheets|activeX|^Basic/|^Scripts/", re.IGNORECASE)
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
_STEP = 1 << 16


def parts_of(content: bytes) -> Collection[str]:
    """The names of an archive's parts, each of which can be unpacked. Raises DocumentRefused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _require_sound(archive, len(content))
            _unpack(archive)
            return archive.namelist()
    except BROKEN:
        raise DocumentRefused(
            _("The document is damaged or locked. Save it again, without a password.")
        ) from None


def part(content: bytes, name: str, at_most: int = 200) -> bytes:
    """The beginning of one part of an archive that `parts_of` found sound; empty where it is not there."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if name not in archive.namelist():
            return b""
        with archive.open(name) as opened:
            return opened.read(at_most)


def _require_sound(archive: zipfile.ZipFile, size: int) -> None:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    packed = sum(entry.compress_size for entry in entries)
    if len(names) > MOST_PARTS or len(set(names)) != len(names) or packed > size:
        raise DocumentRefused(_("The document is no ordinary office document. Save it again, or send a PDF."))
    if any(_MACROS.search(name) for name in names):
        raise DocumentRefused(_("The document holds macros. Save it without them, or send a PDF."))


def _unpack(archive: zipfile.ZipFile) -> None:
    """Unpack everything once, to nowhere: what a part says of its size need not be true."""
    left = MOST_UNPACKED
    for name in archive.namelist():
        with archive.open(name) as opened:
            first = True
            while chunk := opened.read(_STEP):
                if first and chunk.startswith(_PROGRAMS):
                    raise DocumentRefused(_("The document holds a program. Take it out, or send a PDF."))
                first = False
                left -= len(chunk)
                if left < 0:
                    raise DocumentRefused(
                        _("The document is too large when unpacked. Make pictures smaller, or send a PDF.")
                    )
