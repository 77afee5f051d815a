"""Which kind of file something is: by what is in it; its name has to agree."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from django.utils.translation import gettext as _

from caimera.hub.documents.archives import part, parts_of
from caimera.hub.documents.errors import DocumentRefused

LONGEST_NAME = 150

_ODT = b"application/vnd.oasis.opendocument.text"
_OFFICE = "application/vnd.openxmlformats-officedocument"
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is taken: its media type, and whether some bytes are one."""

    media_type: str
    holds: Callable[[bytes], bool]


def _pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]


def _png(content: bytes) -> bool:
    return content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR"


def _jpeg(content: bytes) -> bool:
    return content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in content[-1024:]


def _text(content: bytes) -> bool:
    """UTF-8 without control characters, and no script."""
    if content.startswith(b"#!") or _CONTROL.search(content):
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _archive(*needed: str) -> Callable[[bytes], bool]:
    def holds(content: bytes) -> bool:
        return content.startswith(b"PK\x03\x04") and set(needed) <= set(parts_of(content))

    return holds


def _odt(content: bytes) -> bool:
    return _archive("mimetype", "content.xml")(content) and part(content, "mimetype") == _ODT


KINDS: Mapping[str, Kind] = {
    ".pdf": Kind("application/pdf", _pdf),
    ".png": Kind("image/png", _png),
    ".jpg": Kind("image/jpeg", _jpeg),
    ".jpeg": Kind("image/jpeg", _jpeg),
    ".docx": Kind(
        f"{_OFFICE}.wordprocessingml.document", _archive("[Content_Types].xml", "word/document.xml")
    ),
    ".xlsx": Kind(f"{_OFFICE}.spreadsheetml.sheet", _archive("[Content_Types].xml", "xl/workbook.xml")),
    ".odt": Kind(_ODT.decode(), _odt),
    ".csv": Kind("text/csv", _text),
    ".txt": Kind("text/plain", _text),
}
"""By the end of the name."""

ACCEPTED = ",".join(KINDS)
"""As a browser's file chooser takes it."""


def kind_of(name: str, content: bytes) -> Kind:
    """The kind of a file. Raises DocumentRefused where name and content do not agree on one that is taken."""
    ending = PurePath(name).suffix.lower()
    kind = KINDS.get(ending)
    if kind is None:
        endings = ", ".join(one.removeprefix(".").upper() for one in KINDS)
        raise DocumentRefused(_("Files of this kind are not taken. Send one of: %s.") % endings)
    if not kind.holds(content):
        raise DocumentRefused(
            _("“%(name)s” is not what its name says: it is no %(kind)s file. Save it as one, and send that.")
            % {"name": name, "kind": ending.removeprefix(".").upper()}
        )
    return kind


def safe_name(name: str) -> str:
    """A file's name without folders, control and direction characters, or a leading dot; its end is kept."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(
        "_" if sign in '<>:"|?*' else sign for sign in last if unicodedata.category(sign)[0] != "C"
    )
    path = PurePath(" ".join(kept.split()).lstrip(". "))
    ending = path.suffix if len(path.suffix) < 10 else ""
    return f"{path.stem[: LONGEST_NAME - len(ending)] or 'file'}{ending}"
