"""A site with people of every role, and a trail with something of everybody's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest
from django.test import Client
from django.utils import timezone

from caimera.people.models import Person, RoleGrant
from tests.hub.conftest import _hub_keys, make_node, make_person

__all__ = ["_hub_keys", "make_node"]


def with_role(role: str, name: str = "") -> Person:
    """Somebody who has exactly one role."""
    person = make_person(name or role, is_member=role == "researcher")
    if role != "researcher":
        now = timezone.now()
        RoleGrant.objects.create(
            person=person, role=role, reason="test", until=now + timedelta(days=1), confirmed_at=now
        )
    return person


def browser(person: Person) -> Client:
    client = Client()
    client.force_login(cast(Any, person))
    return client


Look = Callable[..., str]


@pytest.fixture
def look() -> Look:
    """The text of a page, as somebody sees it."""

    def looked(person: Person, address: str, status: int = 200, **query: str) -> str:
        response = browser(person).get(address, query)
        assert response.status_code == status, (address, response.status_code)
        return " ".join(response.content.decode().split())

    return looked
