"""What can go wrong with descriptions by hand.

DescribingError
├── NotASheet      the file is not the template, or is more than is read
├── NothingKept    the draft is not there any more
└── Overtaken      the source changed since the person looked
"""

from __future__ import annotations

from django.utils.translation import gettext as _


class DescribingError(Exception):
    """Something asked of descriptions cannot be done; the message says what to do."""


class NotASheet(DescribingError):
    """The file cannot be read as the template at all."""


class NothingKept(DescribingError):
    """The draft is not there any more."""

    def __init__(self) -> None:
        super().__init__(
            _("This sheet is not kept any more: it was taken in, dropped, or a day old. Send it again.")
        )


class Overtaken(DescribingError):
    """The source changed since the person looked."""

    def __init__(self) -> None:
        super().__init__(
            _("Somebody changed these datasets while you looked. Look again at what would happen now.")
        )
