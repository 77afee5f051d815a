"""What rooms above do when a person has just signed in: each registers a welcome when its app is ready.

A welcome runs in the transaction of the sign-in; the session still holds what it held for the visitor.
"""

from __future__ import annotations

from typing import Protocol

from django.http import HttpRequest

from caimera.people.models import Person


class Welcome(Protocol):
    """Takes what was a visitor's over to the person they turned out to be."""

    def __call__(self, *, request: HttpRequest, person: Person) -> None: ...


_welcomes: list[Welcome] = []


def register(welcome: Welcome) -> None:
    """Let a room know of everyone who signs in."""
    if welcome not in _welcomes:
        _welcomes.append(welcome)


def welcome(request: HttpRequest, person: Person) -> None:
    """Tell every room that registered, in the order they came in."""
    for each in _welcomes:
        each(request=request, person=person)
