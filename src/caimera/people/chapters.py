"""What other rooms know of a person: each registers a chapter when its app is ready, and is asked by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from caimera.people.models import Person


@dataclass(frozen=True, slots=True)
class Chapter:
    """A room's part: `told` gives all of it as JSON values, `count` how many there are, `forget` removes what
    need not stay.

    `address` names the page where the person can look at it and correct it.
    """

    name: str
    label: str | Promise
    count: Callable[[Person], int]
    told: Callable[[Person], Sequence[Mapping[str, Any]]]
    forget: Callable[[Person], None]
    address: str


_chapters: dict[str, Chapter] = {}


def register(chapter: Chapter) -> None:
    """Let a room's chapter be part of what a person is told."""
    _chapters[chapter.name] = chapter


def chapters() -> tuple[Chapter, ...]:
    """All chapters of this site, in the order their rooms came in."""
    return tuple(_chapters.values())
