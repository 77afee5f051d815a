"""Who may call a route, said beside the route.

Every view carries a mark; a house test refuses a route without one. This room knows only the mark for
everyone; `people.access` adds those that need a person.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

Whose = Literal["own", "any"]
"""Of whom the objects in a route's address may be: the caller's own alone, or anybody's."""

_MARK = "caimera_access"
_WHOSE = "caimera_whose"


def mark(view: View, who: str) -> View:
    """Write on a view who may call it; `who` is a word such as `anyone` or `member`."""
    setattr(view, _MARK, who)
    return view


def access_of(view: Callable[..., Any]) -> str | None:
    """Who may call the view, or None where nobody said."""
    return getattr(view, _MARK, None)


def own(view: View) -> View:
    """The address names an object, which must be the caller's own; of others' there is nothing (404)."""
    setattr(view, _WHOSE, "own")
    return view


def anybodys(view: View) -> View:
    """The address names an object, which may be anybody's."""
    setattr(view, _WHOSE, "any")
    return view


def whose_of(view: Callable[..., Any]) -> Whose | None:
    """Whose objects the route is about, or None where nobody said."""
    return getattr(view, _WHOSE, None)


def anyone(view: View) -> View:
    """The route may be called without signing in."""
    return mark(view, "anyone")
