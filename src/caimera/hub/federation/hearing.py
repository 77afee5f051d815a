"""Hearing nodes: open, check, spend the nonce and hand over, or refuse, count and tell."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from caimera.hub.federation import handlers
from caimera.hub.federation.actions import refuse_message, spend_nonce
from caimera.hub.federation.errors import MessageRefused, WrongSubject
from caimera.hub.federation.identity import hub_identity
from caimera.hub.federation.queries import card_of
from caimera.protocol.envelope import EnvelopeError, Letter, open_sealed
from caimera.web.logs import begin_request

logger = logging.getLogger(__name__)


def hear(*, subject: str, data: bytes) -> bool:
    """Take a message that arrived, whatever it is; returns whether it counted.

    `subject` is `fed.<kind>.<node>[.<question>]`; the broker lets only that node publish there.
    """
    node_id = subject.split(".")[2]
    try:
        letter = open_letter(node_id=node_id, data=data, now=timezone.now())
        take(letter=letter)
    except (EnvelopeError, MessageRefused) as refusal:
        logger.warning("message refused", extra={"caimera.node": node_id, "error.code": refusal.code})
        refuse_message(site=node_id, code=refusal.code, sentence=str(refusal))
        return False
    return True


def open_letter(*, node_id: str, data: bytes, now: datetime) -> Letter:
    """Open an envelope that came on a node's subject.

    Raises EnvelopeError (malformed, forged, expired, not for us…) and WrongSubject.
    """
    letter = open_sealed(data, recipient=hub_identity(), senders=card_of, now=now)
    if letter.issuer != node_id:
        raise WrongSubject(letter.issuer)
    return letter


def take(*, letter: Letter) -> None:
    """Hand a letter to its room, in the one transaction that also spends its nonce. Raises MessageRefused."""
    begin_request(letter.request_id)
    handler = handlers.handler_of(type(letter.message))
    with transaction.atomic():
        spend_nonce(letter=letter)
        handler(letter=letter)


def hear_undelivered(*, subject: str) -> None:
    """Pass on that a question found nobody; `subject` is `fed.u.<node>.<question>`, said by the broker."""
    _, _, node_id, question_id = subject.split(".")
    handlers.tell_undelivered(question_id=UUID(question_id), node_id=node_id)
