"""The two numbers at the top of every page of somebody signed in."""

from __future__ import annotations

from django.http import HttpRequest

from caimera.notices import queries
from caimera.notices import waiting as waits
from caimera.people.models import Person

_KEPT = "caimera_waiting"


def waiting(request: HttpRequest) -> int | None:
    """How many items wait for whoever looks, asked once a request; None for a visitor."""
    if not isinstance(request.user, Person):
        return None
    if not hasattr(request, _KEPT):
        setattr(request, _KEPT, waits.count(request.user))
    number: int = getattr(request, _KEPT)
    return number


def unread(request: HttpRequest) -> int | None:
    """How many notices whoever looks has not read; None for a visitor."""
    return queries.unread(request.user) if isinstance(request.user, Person) else None
