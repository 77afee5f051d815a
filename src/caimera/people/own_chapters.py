"""What this room itself knows of a person besides their sign-in: the roles they were given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from caimera.people.chapters import Chapter
from caimera.people.models import Person, RoleGrant


def _roles(person: Person) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "role": one.role,
            "reason": one.reason,
            "asked_at": one.asked_at.isoformat(),
            "confirmed_at": one.confirmed_at and one.confirmed_at.isoformat(),
            "until": one.until.isoformat(),
            "ended_at": one.ended_at and one.ended_at.isoformat(),
        }
        for one in person.grants.all()
    ]


def _forget_roles(person: Person) -> None:
    """That a role was given stays; why, in somebody's words about a person, does not."""
    RoleGrant.objects.filter(person=person, ended_at=None).update(ended_at=timezone.now())
    RoleGrant.objects.filter(person=person).update(reason="forgotten")


ROLES = Chapter(
    name="roles",
    label=_("Roles you were given"),
    count=lambda person: person.grants.count(),
    told=_roles,
    forget=_forget_roles,
    address="people:roles",
)
