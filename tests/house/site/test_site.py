"""Rules that need a site's settings; run once for the hub and once for a node."""

from __future__ import annotations

import os

from django.http import HttpRequest, HttpResponse
from django.urls import get_resolver, path
from ninja import NinjaAPI

from caimera.protocol.messages import (
    Answer,
    Ask,
    CatalogueChanged,
    CatalogueListed,
    CatalogueWanted,
    Message,
    Presence,
    RecordsGiven,
    RecordsWanted,
    TrailCheckpoint,
    TrailCosignature,
)
from caimera.web.access import anyone
from tests.house.rules.routes import routes, unnamed

BETWEEN_EQUALS: set[type[Message]] = {TrailCheckpoint, TrailCosignature}
"""What every site says to every other."""

HEARD_BY: dict[str, set[type[Message]]] = {
    "hub": {Answer, Presence, CatalogueChanged, CatalogueListed, RecordsGiven} | BETWEEN_EQUALS,
    "node": {Ask, CatalogueWanted, RecordsWanted} | BETWEEN_EQUALS,
}
"""Which site hears which message: every other type stands here exactly once."""


def kind_of_site() -> str:
    return "hub" if os.environ["DJANGO_SETTINGS_MODULE"] == "caimera.hub.settings" else "node"


def test_every_route_says_who_may_call_it() -> None:
    found = list(routes(get_resolver().url_patterns))
    assert len(found) > 7
    assert unnamed(found) == []


def test_each_message_has_exactly_one_handler_here() -> None:
    if kind_of_site() == "hub":
        from caimera.hub.federation.handlers import registered

        handlers = registered()
    else:
        from caimera.node.agent.hearing import HANDLERS

        handlers = HANDLERS
    assert set(handlers) == HEARD_BY[kind_of_site()]


def test_every_message_is_heard_by_one_kind_of_site_or_goes_between_equals() -> None:
    from caimera.protocol.messages import type_of_message

    heard = [message for messages in HEARD_BY.values() for message in messages - BETWEEN_EQUALS]
    assert sorted(message.type for message in [*heard, *BETWEEN_EQUALS]) == sorted(type_of_message)


def test_a_route_that_does_not_say_is_found() -> None:
    def silent(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    api = NinjaAPI(urls_namespace="planted", docs_url=None)

    @api.get("/silent")
    def operation(request: HttpRequest) -> str:
        return ""

    @api.get("/said", auth=None)
    def said(request: HttpRequest) -> str:
        return ""

    patterns = [
        path("silent", silent),
        path("open", anyone(lambda request: HttpResponse())),
        path("api/", api.urls),
    ]
    assert unnamed(routes(patterns)) == ["silent", "api/silent"]
