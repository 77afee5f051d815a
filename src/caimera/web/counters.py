"""What the top of every page counts for who looks, such as a basket: each room registers its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Counter:
    """A number at the top of the page, and where it leads."""

    address: str
    label: str | Promise
    icon: str
    number: int
    current: bool

    @property
    def shown(self) -> str:
        """The number as there is room for it."""
        return str(self.number) if self.number <= MOST else f"{MOST}+"


MOST = 99
"""The largest number that is shown; of more it says that there are more."""

Count = Callable[[HttpRequest], int | None]

_known: dict[str, tuple[str | Promise, str, Count]] = {}


def register(name: str, label: str | Promise, icon: str, count: Count) -> None:
    """Show what `count` says of a request as a link to the page of this name; nothing where it says None."""
    _known[name] = (label, icon, count)


def counters(request: HttpRequest) -> list[Counter]:
    """All counters of this site for who looks now; none while nobody knows yet who does."""
    return list(_counted(request)) if hasattr(request, "user") else []


def _counted(request: HttpRequest) -> Iterator[Counter]:
    for name, (label, icon, count) in _known.items():
        try:
            address = reverse(name)
        except NoReverseMatch:
            continue
        if (number := count(request)) is not None:
            yield Counter(address, label, icon, number, current=request.path == address)
