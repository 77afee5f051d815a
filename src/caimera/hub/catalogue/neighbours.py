"""What rooms above the catalogue have to say about a dataset: each registers a link when its app is ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A page about the same dataset elsewhere, for the person who asks."""

    label: str | Promise
    address: str


Finder = Callable[[HttpRequest, UUID], "Neighbour | None"]
_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """Let a room link from a dataset's page; it answers None where it has nothing for this person."""
    if finder not in _finders:
        _finders.append(finder)


def neighbours(request: HttpRequest, dataset_id: UUID) -> tuple[Neighbour, ...]:
    """The links of all rooms, in the order they came in."""
    found = (finder(request, dataset_id) for finder in _finders)
    return tuple(one for one in found if one is not None)
