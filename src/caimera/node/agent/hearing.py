"""Hearing the hub: open, check, spend the nonce, hand over, seal the reply; or refuse, count and tell."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import cast

from django.db import transaction
from django.utils import timezone

from caimera.audit.witnessing import take_cosignature, witness_checkpoint
from caimera.node.agent.answering import give_records, list_catalogue
from caimera.node.agent.errors import MessageRefused, NoHandler, NoHubTrusted, Replayed
from caimera.node.agent.identity import disclosure_key, node_identity
from caimera.node.agent.queries import hub_card
from caimera.node.mediator.actions import answer_question
from caimera.node.sources import Source
from caimera.protocol.envelope import EnvelopeError, Letter, open_sealed, seal
from caimera.protocol.identity import Card
from caimera.protocol.messages import (
    Answer,
    Ask,
    CatalogueWanted,
    Message,
    RecordsWanted,
    TrailCheckpoint,
    TrailCosignature,
)
from caimera.receiving.actions import refuse_messages, spend_nonces
from caimera.transport import subjects
from caimera.web.logs import begin_request

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """A sealed message and the subject it is to be published on."""

    subject: str
    data: bytes


def _take_question(*, letter: Letter, source: Source, now: datetime) -> tuple[str, Message]:
    answer: Answer = answer_question(letter=letter, source=source, now=now, key=disclosure_key())
    return subjects.answer(node_identity().site, answer.question_id), answer


def _take_checkpoint(*, letter: Letter, source: Source, now: datetime) -> tuple[str, Message]:
    said = cast(TrailCheckpoint, letter.message)
    answer = witness_checkpoint(site=letter.issuer, said=said, now=int(now.timestamp()))
    return subjects.trail(node_identity().site), answer


def _take_cosignature(*, letter: Letter, source: Source, now: datetime) -> None:
    take_cosignature(site=letter.issuer, said=cast(TrailCosignature, letter.message))


def _take_catalogue_wanted(*, letter: Letter, source: Source, now: datetime) -> tuple[str, Message]:
    return subjects.catalogue(node_identity().site), list_catalogue(cast(CatalogueWanted, letter.message))


def _take_records_wanted(*, letter: Letter, source: Source, now: datetime) -> tuple[str, Message]:
    return subjects.catalogue(node_identity().site), give_records(cast(RecordsWanted, letter.message))


Handler = Callable[..., tuple[str, Message] | None]
"""Takes a letter inside the transaction that spends its nonce; returns the reply, if any, and its subject."""

HANDLERS: Mapping[type[Message], Handler] = MappingProxyType(
    {
        Ask: _take_question,
        TrailCheckpoint: _take_checkpoint,
        TrailCosignature: _take_cosignature,
        CatalogueWanted: _take_catalogue_wanted,
        RecordsWanted: _take_records_wanted,
    }
)
"""Every message type this node takes, with the one function that takes it."""


def hear(*, data: bytes, source: Source) -> Reply | None:
    """Take a message that arrived, whatever it is; returns the reply, if there is one."""
    now = timezone.now()
    try:
        hub = hub_card()
        letter = open_sealed(data, recipient=node_identity(), senders=_only(hub), now=now)
        return _take(letter, source, now, hub)
    except (EnvelopeError, MessageRefused) as refusal:
        logger.warning("message refused", extra={"error.code": refusal.code})
        refuse_messages(code=refusal.code, sentence=str(refusal))
        return None


def _only(hub: Card | None) -> Callable[[str], Card | None]:
    """Nobody but the hub this node trusts is heard."""
    return lambda site: hub if hub and hub.site == site else None


def _take(letter: Letter, source: Source, now: datetime, hub: Card | None) -> Reply | None:
    begin_request(letter.request_id)
    handler = HANDLERS.get(type(letter.message))
    if handler is None:
        raise NoHandler(letter.message.type)
    with transaction.atomic():
        if spend_nonces(letters=[letter]) == [False]:
            raise Replayed(letter.issuer)
        answer = handler(letter=letter, source=source, now=now)
    if answer is None:
        return None
    subject, reply = answer
    return Reply(subject, sealed_for_hub(reply, hub, request_id=letter.request_id))


def sealed_for_hub(message: Message, hub: Card | None, *, request_id: str = "") -> bytes:
    """Sign a message and seal it for the hub alone; raises NoHubTrusted."""
    if hub is None:
        raise NoHubTrusted
    return seal(
        message,
        sender=node_identity(),
        recipient=hub,
        asker=None,
        request_id=request_id,
        now=timezone.now(),
    )
