"""Looking at a site's pages as somebody who is signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from django.test import Client

from caimera.people.models import Person

Look = Callable[..., str]


def browser(person: Person) -> Client:
    client = Client()
    client.force_login(cast(Any, person))
    return client


@pytest.fixture
def look() -> Look:
    """The text of a page, as somebody sees it."""

    def looked(person: Person, address: str, status: int = 200, **query: str) -> str:
        response = browser(person).get(address, query)
        assert response.status_code == status, (address, response.status_code)
        return " ".join(response.content.decode().split())

    return looked
