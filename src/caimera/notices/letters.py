"""What a letter looks like: plain text, a clear subject, nothing anybody typed, nothing that opens a door.

The same letter is the same bytes whenever it is sent, under the same Message-ID: who got it twice because we
fell over between the server's word and our own can tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caimera.notices.models import Letter
from caimera.notices.queries import Shown

MOST = 50
"""Notices told one by one in a digest; of the others it says how many there are."""


def host() -> str:
    """The name this site's letters are known by."""
    return urlsplit(settings.SITE.base_url).hostname or "localhost"


def message_id(letter: Letter) -> str:
    """Always the same for a letter, and no other's."""
    return f"<{letter.pk}@{host()}>"


def message(letter: Letter, notices: Sequence[Shown], *, to: str) -> EmailMessage:
    """A letter as it is sent. Line ends cannot come into a header: what has any is refused by the library."""
    made = EmailMessage(policy=SMTP)
    made["Subject"] = _on_one_line(f"[{settings.SITE.site_name}] {_subject(notices)}")
    made["From"] = Address(_on_one_line(settings.SITE.site_name), addr_spec=settings.SITE.mail_sender)
    made["To"] = Address(addr_spec=to)
    made["Date"] = format_datetime(letter.written_at)
    made["Message-ID"] = message_id(letter)
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(_text(notices), cte="quoted-printable")
    return made


def _subject(notices: Sequence[Shown]) -> str:
    if len(notices) == 1:
        return notices[0].subject
    return ngettext("%d unread notice", "%d unread notices", len(notices)) % len(notices)


def _text(notices: Sequence[Shown]) -> str:
    told = [_paragraph(one, dated=len(notices) > 1) for one in notices[:MOST]]
    if len(notices) > MOST:
        told.append(_("And %d more:") % (len(notices) - MOST) + f"\n{_address('notices:mine')}")
    choose = _("What is sent to you, and how often, you choose here:")
    closing = _("These pages open once you are signed in. This site never sends links that sign you in.")
    name = _on_one_line(settings.SITE.site_name)
    return "\n\n".join([*told, f"-- \n{name}\n{closing}\n{choose}\n{_address('notices:preferences')}"]) + "\n"


def _paragraph(one: Shown, *, dated: bool) -> str:
    day = f"{one.notice.written_at:%Y-%m-%d}: " if dated else ""
    return f"{day}{one.sentence}\n{_address('notices:open', one.notice.pk)}"


def _address(name: str, *named: object) -> str:
    return settings.SITE.base_url + reverse(name, args=named)


def _on_one_line(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
