"""What the tests of a node share: its keys, a hub made of protocol alone, questions and a source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.utils import timezone

from caimera.cohort import Question, canonical, question_hash, to_json
from caimera.node.agent.actions import trust_hub
from caimera.node.agent.identity import node_card, node_identity, secrets
from caimera.node.agent.keys import create_missing_keys
from caimera.node.mediator import numbering, settling
from caimera.node.sources import IndexedSource
from caimera.protocol.envelope import Letter, open_sealed, seal
from caimera.protocol.identity import Card, Identity
from caimera.protocol.messages import Ask, Asker, Message
from caimera.transport import new_broker_key

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
KEY = bytes(range(32))
"""The secret that noise is drawn from in tests."""
ASKER = Asker(person="a-pseudonym", purpose="lung study")


def ask_of(question: Question, *, deadline_at: datetime = NOW + timedelta(seconds=15)) -> Ask:
    """The message the hub sends for a question."""
    asked = canonical(question)
    return Ask(
        question_id=uuid4(),
        question=to_json(asked),
        question_hash=question_hash(asked),
        deadline_at=deadline_at,
    )


def letter_of(ask: Ask) -> Letter:
    """An opened envelope with a question."""
    return Letter(
        message=ask,
        issuer="hub",
        asker=ASKER,
        nonce="n" * 22,
        expires_at=NOW + timedelta(seconds=60),
        request_id="request-1",
    )


@dataclass(frozen=True)
class Hub:
    """A hub's keys and nothing else: what it says is made here."""

    identity: Identity
    broker_seed: str
    card: Card

    def seal(self, message: Message, *, now: datetime | None = None, recipient: Card | None = None) -> bytes:
        """An envelope for this node, as the hub would send it."""
        return seal(
            message,
            sender=self.identity,
            recipient=recipient or node_card(),
            asker=ASKER,
            request_id="request-0001",
            now=now or timezone.now(),
        )

    def open(self, data: bytes) -> Letter:
        """Open what this node sends."""
        return open_sealed(
            data,
            recipient=self.identity,
            senders=lambda site: node_card() if site == node_identity().site else None,
            now=timezone.now(),
        )


def make_hub(site: str = "hub") -> Hub:
    """A hub nobody has trusted yet."""
    identity = Identity.generate(site)
    seed, public = new_broker_key()
    return Hub(identity=identity, broker_seed=seed, card=identity.card("The hub", broker_key=public))


@pytest.fixture(scope="session", autouse=True)
def _node_keys() -> None:
    create_missing_keys(secrets(), site_id=settings.SITE.site_id)


@pytest.fixture(autouse=True)
def restart() -> Callable[[], None]:
    """Begin each test as a process begins; call it to begin anew in the middle."""

    def forget() -> None:
        settling.MEMORY.forget()
        numbering.forget()

    forget()
    return forget


@pytest.fixture
def hub(db: None) -> Hub:
    """The hub this node trusts."""
    made = make_hub()
    trust_hub(card=made.card, actor="system")
    return made


@pytest.fixture
def source(tmp_path: Path) -> Iterator[IndexedSource]:
    """A source over crates, with its index in a folder of its own."""
    made = IndexedSource(tmp_path / "index", threads=1)
    yield made
    made.close()
