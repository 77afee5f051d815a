"""An operator of the hub, and a member who is none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from caimera.people.granting import give_role
from caimera.people.models import Person
from tests.hub.conftest import make_person


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
