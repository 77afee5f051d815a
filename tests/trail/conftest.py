"""A site with people of every role, and a trail with something of everybody's."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from caimera.people.models import Person, RoleGrant
from tests.hub.conftest import _hub_keys, make_node, make_person
from tests.looking import look

__all__ = ["_hub_keys", "look", "make_node"]


def with_role(role: str, name: str = "") -> Person:
    """Somebody who has exactly one role."""
    person = make_person(name or role, is_member=role == "researcher")
    if role != "researcher":
        now = timezone.now()
        RoleGrant.objects.create(
            person=person, role=role, reason="test", until=now + timedelta(days=1), confirmed_at=now
        )
    return person
