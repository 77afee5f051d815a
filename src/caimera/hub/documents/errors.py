"""What can go wrong with files.

DocumentsError          the message says what to do; `status` is of HTTP
├── DocumentRefused     the file will not do (422)
├── ScannerAway         it cannot be looked at for viruses now (503)
├── NoPlace             this site keeps no files (503)
└── DocumentGone        its bytes are not there, or are others (500)
"""

from __future__ import annotations

from django.utils.translation import gettext as _


class DocumentsError(Exception):
    """Something about a file cannot be done."""

    status = 422


class DocumentRefused(DocumentsError):
    """The file will not do."""


class ScannerAway(DocumentsError):
    """The scanner does not answer, so nothing is let in."""

    status = 503

    def __init__(self) -> None:
        super().__init__(_("Files cannot be checked for viruses at the moment. Try again in a few minutes."))


class NoPlace(DocumentsError):
    """No folder was named for files."""

    status = 503

    def __init__(self) -> None:
        super().__init__(_("This site takes no files yet. Its operator has to set CAIMERA_HUB_DATA_DIR."))


class DocumentGone(DocumentsError):
    """The bytes of a document are missing, or not those that were handed in."""

    status = 500

    def __init__(self) -> None:
        super().__init__(
            _("This file is damaged or missing, so it is not given out. Tell the operator of this site.")
        )
