"""Sending questions: signed, sealed for one node, under the asker's pseudonym there."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from caimera.hub.federation.errors import BrokerAway
from caimera.hub.federation.identity import pseudonym
from caimera.protocol.envelope import seal
from caimera.protocol.identity import Card, Identity
from caimera.protocol.messages import Ask, Asker
from caimera.transport import Link, TransportError, subjects


@dataclass(frozen=True, slots=True)
class Courier:
    """Carries questions from this hub to nodes over the worker's connection."""

    identity: Identity
    link: Link

    async def ask(self, *, node: Card, question: Ask, person_id: UUID, purpose: str, request_id: str) -> None:
        """Send one node one question; where nobody listens, the broker says so on the reply subject.

        Raises BrokerAway; the question was not sent then.
        """
        asker = Asker(
            person=pseudonym(person_id=person_id, node_id=node.site, identity=self.identity), purpose=purpose
        )
        envelope = await asyncio.to_thread(
            seal,
            question,
            sender=self.identity,
            recipient=node,
            asker=asker,
            request_id=request_id,
            now=timezone.now(),
        )
        nobody_there = subjects.undelivered(node.site, question.question_id)
        try:
            await self.link.publish(subjects.question(node.site), envelope, reply=nobody_there)
        except TransportError as error:
            raise BrokerAway from error
