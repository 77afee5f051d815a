"""What every page knows of its site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from caimera.web.access import access_of
from caimera.web.counters import Counter, counters

NAVIGATION = (
    ("catalogue:catalogue", _("Catalogue")),
    ("search:builder", _("Search")),
    ("search:questions", _("My questions")),
    ("search:saved", _("Saved")),
    ("search:nodes", _("Nodes")),
)
"""Pages of the main navigation, in order; a site shows those it has and who looks may open."""

FOOTER = (
    ("dashboard:privacy", _("Privacy")),
    ("dashboard:accessibility", _("Accessibility")),
    ("dashboard:imprint", _("Imprint")),
)
"""Pages every page leads to at its end; a site shows those it has."""

Pages = tuple[tuple[str, "str | Promise"], ...]


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the main navigation or of the footer."""

    address: str
    label: str | Promise
    current: bool


@dataclass(frozen=True, slots=True)
class Site:
    """The site as its pages speak of it."""

    name: str
    demo: bool
    software: str
    navigation: tuple[Link, ...]
    counters: Callable[[], list[Counter]]
    """Called by the page that shows them: a part of a page needs none."""
    footer: tuple[Link, ...]


def site(request: HttpRequest) -> dict[str, Site]:
    """Context processor: `site` for every template."""
    return {
        "site": Site(
            name=settings.SITE.site_name,
            demo=settings.SITE.demo,
            software=version("caimera"),
            counters=partial(counters, request),
            navigation=tuple(_links(request, NAVIGATION)),
            footer=tuple(_links(request, FOOTER)),
        )
    }


def _links(request: HttpRequest, pages: Pages) -> list[Link]:
    links = []
    for name, label in pages:
        try:
            address = reverse(name)
        except NoReverseMatch:
            continue
        if _is_open(request, address):
            links.append(Link(address=address, label=label, current=request.path == address))
    return links


def _is_open(request: HttpRequest, address: str) -> bool:
    """Whether who looks may go there, by the mark of the page: nobody is led to a closed door."""
    needs = _needs(get_resolver(), address)
    if needs in (None, "anyone"):
        return True
    reader = getattr(request, "user", None)
    if reader is None or not reader.is_authenticated:
        return False
    return needs == "signed_in" or needs in reader.permissions


@cache
def _needs(pages: URLResolver, address: str) -> str | None:
    """The mark of the page at an address; which page that is, each request would look for anew."""
    return access_of(pages.resolve(address).func)
