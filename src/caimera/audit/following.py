"""Whoever wants to know of an act registers here: called in the act's transaction, after its record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from caimera.audit.models import Record

Follow = Callable[[Record], None]

_following: defaultdict[str, dict[str, Follow]] = defaultdict(dict)


def register(act: str, name: str, follow: Follow) -> None:
    """Be called with every record of this act; registering a name again replaces it."""
    _following[act][name] = follow


def follow(records: Iterable[Record]) -> None:
    """Call everyone who follows what was recorded."""
    for record in records:
        if record.act in _following:
            for called in _following[record.act].values():
                called(record)
