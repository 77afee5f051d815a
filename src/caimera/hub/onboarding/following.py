"""Whoever wants to know of each step registers here: called in the step's transaction, after its record."""

from __future__ import annotations

from collections.abc import Callable, Collection

from caimera.hub.onboarding.models import Step
from caimera.people.models import Person

Follow = Callable[[Step, Collection[str], Person], None]
"""Takes the step, its case at hand, the roles the table tells of it, of which `applicant` is one, and who was
the applicant before it."""

_following: dict[str, Follow] = {}


def register(name: str, follow: Follow) -> None:
    """Be called at each step; registering a name again replaces it."""
    _following[name] = follow


def follow(step: Step, tells: Collection[str], before: Person) -> None:
    """Call everyone who follows."""
    for called in _following.values():
        called(step, tells, before)
