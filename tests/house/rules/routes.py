"""Every address of a site says who may call it, and whose objects it is about."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import URLPattern, URLResolver

from caimera.people.matrix import matrix


def undeclared(patterns: Iterable[URLPattern | URLResolver]) -> list[str]:
    """What the routes below these patterns leave open, a sentence each."""
    return [fault for route in matrix(patterns) if (fault := route.fault())]
