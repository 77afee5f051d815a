"""The two numbers at the top of every page of somebody signed in."""

from __future__ import annotations

from django.http import HttpRequest

from caimera.notices import queries
from caimera.notices import waiting as waits
from caimera.people.models import Person


def waiting(request: HttpRequest) -> int | None:
    """How many items wait for whoever looks; None for a visitor."""
    return waits.count(request.user) if isinstance(request.user, Person) else None


def unread(request: HttpRequest) -> int | None:
    """How many notices whoever looks has not read; None for a visitor."""
    return queries.unread(request.user) if isinstance(request.user, Person) else None
