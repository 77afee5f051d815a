"""Rules that need a site's settings; run once for the hub and once for a node."""

from __future__ import annotations

import os

from django.http import HttpRequest, HttpResponse
from django.urls import get_resolver, path
from ninja import NinjaAPI

from caimera.people.access import SignedInAuth
from caimera.people.matrix import matrix
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
from caimera.web.access import anyone, own
from tests.house.rules.routes import undeclared

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
    patterns = get_resolver().url_patterns
    assert len(matrix(patterns)) > 7
    assert undeclared(patterns) == []


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

    @api.get("/of/{whom}", auth=SignedInAuth())
    def of_whom(request: HttpRequest, whom: str) -> str:
        return ""

    @api.get("/mine/{what}", auth=SignedInAuth())
    @own
    def mine(request: HttpRequest, what: str) -> str:
        return ""

    patterns = [
        path("silent", silent),
        path("public/<int:number>", anyone(lambda request, number: HttpResponse())),
        path("open", anyone(lambda request: HttpResponse())),
        path("api/", api.urls),
    ]
    assert undeclared(patterns) == [
        "GET api/of/<whom> does not say whose objects it is about.",
        "GET api/silent does not say who may call it.",
        "page silent does not say who may call it.",
    ]
