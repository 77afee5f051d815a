"""Whoever wants to know of an act registers here: called in the act's transaction, after its record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from caimera.audit.models import Record

Follow = Callable[[Record], None]

_following: defaultdict[str, dict[str, Follow]] = defaultdict(dict)


def register(act: str, name: str, follow: Follow) -> None:
    """Be called with every record of this act; registering a name again replaces it."""
    _following[act][name] = follow


def is_followed(act: str) -> bool:
    """Whether anybody wants to know of this act."""
    return act in _following


def follow(record: Record) -> None:
    """Call everyone who follows this act."""
    for called in _following.get(record.act, {}).values():
        called(record)
