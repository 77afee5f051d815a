"""What the hub's tests share: the hub's keys, members, and nodes made of protocol alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from caimera.hub.federation.actions import enrol_node
from caimera.hub.federation.hearing import hear
from caimera.hub.federation.identity import hub_identity, secrets
from caimera.hub.federation.keys import create_missing_keys
from caimera.hub.federation.models import Node
from caimera.people.granting import give_role
from caimera.people.models import Person
from caimera.protocol.envelope import seal
from caimera.protocol.identity import Identity
from caimera.protocol.messages import Answer, Count, CountKind, DatasetCount, Message, Presence
from caimera.transport import Arrival, new_broker_key


@dataclass(frozen=True)
class FakeNode:
    """A node's keys and nothing else: what it says is made here."""

    identity: Identity
    broker_seed: str
    row: Node

    @property
    def id(self) -> str:
        """Its name in the federation."""
        return self.identity.site

    def seal(
        self, message: Message, *, now: datetime | None = None, recipient: Identity | None = None
    ) -> bytes:
        """An envelope for the hub, as this node would send it."""
        return seal(
            message,
            sender=self.identity,
            recipient=(recipient or hub_identity()).card("Hub"),
            asker=None,
            request_id="request-0001",
            now=now or timezone.now(),
        )

    def appear(self, *, ago: float = 0.0) -> None:
        """Be present since `ago` seconds."""
        heard = timezone.now() - timedelta(seconds=ago)
        Node.objects.filter(pk=self.id).update(last_heard_at=heard, left_at=None)


@pytest.fixture(scope="session", autouse=True)
def _hub_keys() -> None:
    """Made once for a whole run, by whichever folder of tests comes first: this process remembers them."""
    create_missing_keys(secrets(), site_id=settings.SITE.site_id)


@pytest.fixture
def clean_tables(transactional_db: None) -> None:
    """Real transactions; afterwards no row is left, and no background work."""


@pytest.fixture
def person(db: None) -> Person:
    """A member of the federation."""
    return make_person("researcher")


def make_person(sub: str, *, is_member: bool = True) -> Person:
    """A person who signed in a moment ago."""
    return Person.objects.create(
        issuer=settings.SITE.oidc_issuer,
        sub=sub,
        name=sub.title(),
        email=f"{sub}@example.org",
        entitlements=[settings.SITE.membership_group] if is_member else [],
        in_membership_group=is_member,
        checked_at=timezone.now(),
    )


@pytest.fixture
def make_node(db: None) -> Callable[..., FakeNode]:
    """Enrols nodes that are there."""

    def make(site: str = "trials", *, present: bool = True) -> FakeNode:
        identity = Identity.generate(site)
        seed, public = new_broker_key()
        row = enrol_node(card=identity.card(f"The {site} node", broker_key=public), actor="system")
        node = FakeNode(identity=identity, broker_seed=seed, row=row)
        if present:
            node.appear()
        return node

    return make


def heard(subject: str, data: bytes = b"", *, undelivered: bool = False) -> bool:
    """Let the hub hear one message; returns whether it counted."""
    return hear([Arrival(subject, data, undelivered=undelivered)]) == 1


def presence(**changes: object) -> Presence:
    """A node's usual word that it is there."""
    said = {
        "software": "caimera 0.1.0",
        "vocabulary": "2026.11",
        "variables": {"sex": ("EQUALS",)},
        "dataset_count": 3,
    }
    return Presence.model_validate({**said, **changes})


def exact(value: int) -> Count:
    """An exact number."""
    return Count(kind=CountKind.EXACT, value=value)


def open_dataset(subjects: int, *, title: str = "Open dataset") -> DatasetCount:
    """What an open dataset says."""
    return DatasetCount(
        dataset_id=uuid4(),
        title=title,
        version="1",
        policy="open",
        subjects=exact(subjects),
        studies=exact(subjects * 2),
        series=exact(subjects * 3),
    )


def protected_dataset(subjects: Count, *, title: str = "Protected dataset") -> DatasetCount:
    """What a protected dataset says."""
    withheld = Count(kind=CountKind.WITHHELD)
    return DatasetCount(
        dataset_id=uuid4(),
        title=title,
        version="1",
        policy="protected",
        subjects=subjects,
        studies=withheld,
        series=withheld,
    )


def answer(question_id: UUID, *datasets: DatasetCount, **changes: object) -> Answer:
    """A node's answer to a question."""
    said = {"question_id": question_id, "outcome": "answered", "datasets": datasets, "took_ms": 12.0}
    return Answer.model_validate({**said, **changes})


@pytest.fixture
def olga(db: None) -> Person:
    """An operator."""
    person = make_person("olga")
    until = timezone.now() + timedelta(days=30)
    give_role(person=person, role="operator", reason="the first of this site", until=until, by=None)
    return person


@pytest.fixture
def operator(olga: Person) -> Client:
    client = Client()
    client.force_login(olga)
    return client


@pytest.fixture
def member(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client
