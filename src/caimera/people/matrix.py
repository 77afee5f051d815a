"""The authorisation matrix: every route of the running site, who may call it, and about whose objects.

Read from the marks beside the routes (`web.access`, `people.access`), so it is what the site does. Tests hold
the site against it with real requests; `docs/generate.py` prints it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver
from ninja.openapi.views import default_home, openapi_json
from ninja.operation import PathView

from caimera.people.roles import MEMBER, ROLES, permissions_of
from caimera.web.access import Whose, access_of, whose_of

OPEN_BY_NATURE = (openapi_json, default_home)
"""The API's own description, which tells nothing but the API."""

VISITOR, SIGNED_IN = "visitor", "signed-in"
CALLERS = (VISITOR, SIGNED_IN, *ROLES)
"""The columns of the matrix: nobody known, somebody known without a role, each role alone."""

View = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Route:
    """One page or operation. `needs` is `anyone`, `signed_in` or a permission, empty where nobody said it.

    `method` is empty for a page, which answers those it is made for. `whose` is None where its address
    names no object, or nobody said whose.
    """

    address: str
    method: str
    needs: str
    whose: Whose | None

    @property
    def names_an_object(self) -> bool:
        return "<" in self.address

    def fault(self) -> str:
        """What its declaration lacks, in a sentence; empty where it lacks nothing."""
        if not self.needs:
            return f"{self.method or 'page'} {self.address} does not say who may call it."
        if self.names_an_object and self.whose is None:
            return f"{self.method or 'page'} {self.address} does not say whose objects it is about."
        return ""

    def admits(self, caller: str) -> bool:
        """Whether the route lets one of CALLERS in, each with that role and no other."""
        if self.needs == "anyone":
            return True
        if self.needs == "signed_in":
            return caller != VISITOR
        return bool(self.needs) and self.needs in permissions_of([caller])


def matrix(patterns: Iterable[URLPattern | URLResolver]) -> list[Route]:
    """Every route below these patterns, by address and method."""
    found = {route for address, view in addresses(patterns) for route in _routes(address, view)}
    return sorted(found, key=lambda route: (route.address, route.method))


def addresses(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, View]]:
    """Every address with its view."""
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, address)
        else:
            yield address, pattern.callback


def _routes(address: str, view: View) -> Iterator[Route]:
    operations = _operations(view)
    if operations is None:
        needs = "anyone" if getattr(view, "func", None) in OPEN_BY_NATURE else access_of(view) or ""
        yield Route(address, "", needs, _whose(needs, view))
        return
    for operation in operations:
        needs = _needs(operation)
        for method in operation.methods:
            yield Route(address, method, needs, _whose(needs, operation.view_func))


def _operations(view: View) -> list[Any] | None:
    """The operations behind an API address; None where it is a page."""
    owner = getattr(view, "__self__", None)
    for cell in getattr(view, "__closure__", None) or ():
        owner = cell.cell_contents if isinstance(cell.cell_contents, PathView) else owner
    return list(owner.operations) if isinstance(owner, PathView) else None


def _needs(operation: Any) -> str:
    """What was written beside the route as `auth=`; `auth=None` says anyone."""
    if not operation.auth_callbacks:
        return "anyone" if operation.auth_param is None else ""
    if any(access_of(type(one)) is None for one in operation.auth_callbacks):
        return ""
    return " and ".join(sorted({one.needs for one in operation.auth_callbacks}))


def _whose(needs: str, view: View) -> Whose | None:
    """What is for anyone, or for a role beyond membership, is about anybody's objects unless it says else."""
    by_nature: Whose | None = None if needs in ("", "signed_in", MEMBER) else "any"
    return whose_of(view) or by_nature
