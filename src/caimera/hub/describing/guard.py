"""Whether a file is a spreadsheet that may be opened: bounded, without macros, without entities.

An .xlsx file is a ZIP archive of XML parts. Each part is unpacked here, so that what the reader opens
afterwards is known to be small and to hold neither document types nor entities.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

from django.utils.translation import gettext as _

from caimera.hub.describing.errors import NotASheet
from caimera.hub.documents.archives import BROKEN

LARGEST_FILE = 2_000_000
"""Bytes of the file."""
LARGEST_CONTENT = 40_000_000
"""Bytes of all its parts, unpacked."""
MOST_PARTS = 200

_XML = (".xml", ".rels", ".vml")
_DANGEROUS = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_MACROS = re.compile(r"vbaProject|macrosheets|activeX", re.IGNORECASE)


def parts_of(file: bytes) -> Mapping[str, bytes]:
    """The XML parts of a spreadsheet by their names. Raises NotASheet."""
    if len(file) > LARGEST_FILE:
        raise NotASheet(
            _("The file has more than %d MB. Send fewer datasets at once.") % (LARGEST_FILE // 10**6)
        )
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            return _unpacked(archive)
    except BROKEN:
        raise NotASheet(
            _("The file is no Excel workbook (.xlsx). Fill in the template, and save it in that format.")
        ) from None


def _unpacked(archive: zipfile.ZipFile) -> dict[str, bytes]:
    names = archive.namelist()
    if len(names) > MOST_PARTS or len(set(names)) != len(names):
        raise NotASheet(_("The workbook has too many parts. Copy your rows into a fresh template."))
    if any(_MACROS.search(name) for name in names):
        raise NotASheet(_("The workbook holds macros. Save it as .xlsx, which has none, and send it again."))
    found, left = {}, LARGEST_CONTENT
    for name in names:
        with archive.open(name) as part:
            content = part.read(left + 1)
        left -= len(content)
        if left < 0:
            raise NotASheet(
                _("The workbook is too large when unpacked. Copy your rows into a fresh template.")
            )
        if name.lower().endswith(_XML):
            if b"\x00" in content or _DANGEROUS.search(content):
                raise NotASheet(_("The workbook holds parts no spreadsheet needs. Save it again from Excel."))
            found[name] = content
    return found
