"""Browsers without a browser: a member's, a non-member's and a visitor's."""

from __future__ import annotations

import pytest
from django.test import Client

from caimera.people.models import Person
from tests.hub.conftest import make_person


@pytest.fixture
def member(person: Person) -> Client:
    """Signed in, and a member."""
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def outsider(db: None) -> Client:
    """Signed in, but no member."""
    client = Client()
    client.force_login(make_person("outsider", is_member=False))
    return client


@pytest.fixture
def visitor(db: None) -> Client:
    """Not signed in."""
    return Client()
