"""A site that sends mail to a real server, and people to be told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from caimera.people.models import Person, RoleGrant
from tests.hub.conftest import _hub_keys, clean_tables, make_node, make_person
from tests.looking import look
from tests.notices.mail_server import MailServer

__all__ = ["_hub_keys", "clean_tables", "look", "make_node"]


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    """The mail server of this site."""
    server = MailServer()
    server.start()
    send_to(settings, server)
    yield server
    server.close()


def send_to(settings: Settings, server: MailServer, **more: Any) -> None:
    """Let the site send its mail there."""
    told = {
        "mail_host": "127.0.0.1",
        "mail_port": server.port,
        "mail_tls": "none",
        "mail_sender": "hub@site.test",
    }
    settings.SITE = settings.SITE.model_copy(update={**told, **more})


def with_role(role: str, name: str = "") -> Person:
    """Somebody who has exactly one role."""
    person, now = make_person(name or role, is_member=False), timezone.now()
    RoleGrant.objects.create(
        person=person, role=role, reason="test", until=now + timedelta(days=300), confirmed_at=now
    )
    return person


@pytest.fixture
def rosa(db: None) -> Person:
    return make_person("rosa")


@pytest.fixture
def olga(db: None) -> Person:
    return with_role("operator", "olga")


@pytest.fixture
def otto(db: None) -> Person:
    return with_role("operator", "otto")
