"""Sending questions: signed, sealed for one node, under the asker's pseudonym there."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone

from caimera.hub.federation.errors import BrokerAway
from caimera.hub.federation.identity import pseudonym
from caimera.protocol.envelope import Draft, seal
from caimera.protocol.identity import Card, Identity
from caimera.protocol.messages import Ask, Asker, Message
from caimera.transport import Departure, Link, TransportError, subjects


@dataclass(frozen=True, slots=True)
class Delivery:
    """A question for one node, and for whom it is asked."""

    node: Card
    question: Ask
    person_id: UUID
    purpose: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Courier:
    """Carries questions from this hub to nodes over the worker's link; made in the link's event loop."""

    identity: Identity
    link: Link
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    stopped: threading.Event = field(default_factory=threading.Event)
    """Set when the worker is to end: long duties look at it."""

    def send(self, deliveries: Sequence[Delivery]) -> None:
        """From a thread: seal and send, and wait until the broker has taken all.

        Where nobody listens, the broker says so on the reply subject. Raises BrokerAway; some may have been
        sent then.
        """
        questions = {delivery.question.question_id: delivery.question for delivery in deliveries}
        drafts = {question_id: Draft.of(question) for question_id, question in questions.items()}
        self._deliver(
            [self._sealed(delivery, drafts[delivery.question.question_id]) for delivery in deliveries]
        )

    def tell(self, messages: Iterable[tuple[Card, Message]]) -> None:
        """From a thread: seal messages that are nobody's question, and send them. Raises BrokerAway."""
        now = timezone.now()
        self._deliver(
            [
                Departure(
                    subjects.question(node.site),
                    seal(message, sender=self.identity, recipient=node, asker=None, request_id="", now=now),
                )
                for node, message in messages
            ]
        )

    def _deliver(self, departures: Sequence[Departure]) -> None:
        sending = asyncio.run_coroutine_threadsafe(self.link.deliver(departures), self.loop)
        try:
            sending.result()
        except TransportError as error:
            raise BrokerAway from error

    def _sealed(self, delivery: Delivery, draft: Draft) -> Departure:
        node = delivery.node.site
        person = pseudonym(person_id=delivery.person_id, node_id=node, identity=self.identity)
        envelope = seal(
            draft,
            sender=self.identity,
            recipient=delivery.node,
            asker=Asker(person=person, purpose=delivery.purpose),
            request_id=delivery.request_id,
            now=timezone.now(),
        )
        nobody_there = subjects.undelivered(node, delivery.question.question_id)
        return Departure(subjects.question(node), envelope, reply=nobody_there)
