"""Every address of a site says who may call it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver
from ninja.openapi.views import default_home, openapi_json
from ninja.operation import PathView

from caimera.web.access import access_of

OPEN_BY_NATURE = (openapi_json, default_home)
"""The API's own description, which tells nothing but the API."""


def routes(
    patterns: Iterable[URLPattern | URLResolver], before: str = ""
) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every address with its view."""
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, address)
        else:
            yield address, pattern.callback


def unnamed(found: Iterable[tuple[str, Callable[..., Any]]]) -> list[str]:
    """Addresses whose view does not say who may call it."""
    return [address for address, view in found if not _says(view)]


def _says(view: Callable[..., Any]) -> bool:
    if getattr(view, "func", None) in OPEN_BY_NATURE:
        return True
    operations = _operations(view)
    if operations is None:
        return access_of(view) is not None
    return all(_operation_says(operation) for operation in operations)


def _operations(view: Callable[..., Any]) -> list[Any] | None:
    """The operations behind an API address; None where it is a page."""
    owner = getattr(view, "__self__", None)
    for cell in getattr(view, "__closure__", None) or ():
        owner = cell.cell_contents if isinstance(cell.cell_contents, PathView) else owner
    return list(owner.operations) if isinstance(owner, PathView) else None


def _operation_says(operation: Any) -> bool:
    """Whether `auth=` was written beside the route; `auth=None` says anyone."""
    if operation.auth_callbacks:
        return all(access_of(type(callback)) for callback in operation.auth_callbacks)
    return operation.auth_param is None
