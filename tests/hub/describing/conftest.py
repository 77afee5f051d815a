"""An operator of the hub, and a member who is none."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from caimera.people.models import Person
from tests.hub.conftest import make_person


@pytest.fixture
def olga(db: None) -> Person:
    """An operator."""
    person = make_person("olga")
    person.entitlements += [settings.SITE.membership_group.replace("#", ":operators#")]
    person.save()
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
