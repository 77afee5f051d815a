"""Who may call a route, said beside the route.

Every view carries a mark; a house test refuses a route without one. This room knows only the mark for
everyone; `people.access` adds those that need a person.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

_MARK = "caimera_access"


def mark(view: View, who: str) -> View:
    """Write on a view who may call it; `who` is a word such as `anyone` or `member`."""
    setattr(view, _MARK, who)
    return view


def access_of(view: Callable[..., Any]) -> str | None:
    """Who may call the view, or None where nobody said."""
    return getattr(view, _MARK, None)


def anyone(view: View) -> View:
    """The route may be called without signing in."""
    return mark(view, "anyone")
