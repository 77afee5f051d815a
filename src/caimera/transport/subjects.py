"""The subjects of the federation. Who may use which is in `configuration`; the broker enforces it."""

from __future__ import annotations

import re
from uuid import UUID

from caimera.protocol.errors import IdentityError
from caimera.protocol.identity import check_site
from caimera.transport.errors import BadSubject

QUESTIONS = "fed.q.>"
ANSWERS = "fed.r.>"
PRESENCES = "fed.hb.>"
UNDELIVERED = "fed.u.>"

_QUESTION_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


def question(node: str) -> str:
    """Where the hub puts questions for a node; only that node hears it."""
    return f"fed.q.{_site(node)}"


def answer(node: str, question_id: UUID | str) -> str:
    """Where a node answers a question; only that node may speak there."""
    return f"fed.r.{_site(node)}.{_question(question_id)}"


def answers(node: str) -> str:
    """All subjects a node answers on."""
    return f"fed.r.{_site(node)}.>"


def trail(node: str) -> str:
    """Where a node speaks of its trail, and of the hub's; only that node may speak there."""
    return answer(node, "trail")


def catalogue(node: str) -> str:
    """Where a node speaks of what it publishes; only that node may speak there."""
    return answer(node, "catalogue")


def presence(node: str) -> str:
    """Where a node says that it is there; only that node may speak there."""
    return f"fed.hb.{_site(node)}"


def undelivered(node: str, question_id: UUID | str) -> str:
    """Where the broker says that nobody heard a question; no site may speak there."""
    return f"fed.u.{_site(node)}.{_question(question_id)}"


def _site(node: str) -> str:
    try:
        return check_site(node)
    except IdentityError as error:
        raise BadSubject(str(error)) from None


def _question(question_id: UUID | str) -> str:
    text = str(question_id)
    if not _QUESTION_ID.fullmatch(text):
        raise BadSubject(
            "A question's id in a subject has 1 to 64 letters, digits and hyphens, as a UUID has."
        )
    return text
