"""The running site held against its matrix: everybody knocks at every route."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from caimera.people.matrix import SIGNED_IN, VISITOR, Route, matrix
from caimera.people.models import Person, RoleGrant

PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")


def all_routes() -> list[Route]:
    return matrix(get_resolver().url_patterns)


def somebody(caller: str) -> Client:
    """A browser of somebody who has exactly one role; a visitor's where there is nobody."""
    client = Client()
    if caller == VISITOR:
        return client
    person = Person.objects.create(
        issuer=settings.SITE.oidc_issuer,
        sub=f"{caller}-{uuid4()}",
        name=caller.title(),
        in_membership_group=caller == "researcher",
        checked_at=timezone.now(),
    )
    if caller not in (SIGNED_IN, "researcher"):
        now = timezone.now()
        RoleGrant.objects.create(
            person=person, role=caller, reason="test", until=now + timedelta(days=1), confirmed_at=now
        )
    client.force_login(person)
    return client


def address_of(route: Route, **values: object) -> str:
    """The route's address, what it names being given or made up."""

    def filled(found: re.Match[str]) -> str:
        made_up = {"uuid": str(uuid4()), "uuidstr": str(uuid4()), "int": "1"}.get(
            found[1] or "", "nothing-like-this"
        )
        return str(values.get(found[2], made_up))

    return "/" + PARAMETER.sub(filled, route.address)


def knocks(route: Route) -> Iterator[str]:
    """How to ask: a page by a form as well, as its mark stands before what tells methods apart."""
    yield from [route.method] if route.method else ["GET", "POST"]


def knock(client: Client, route: Route, method: str, **values: object) -> HttpResponse:
    body = (b'{"name": "Another"}', "application/json") if route.method and method != "GET" else (b"",)
    return client.generic(method, address_of(route, **values), *body)


def turned_away(response: HttpResponse) -> bool:
    """Whether an answer says: not you."""
    to_sign_in = response.headers.get("Location", "").startswith("/sign-in?")
    return response.status_code in (401, 403) or (response.status_code == 302 and to_sign_in)


def knock_undone(visitor: Client, route: Route, method: str) -> HttpResponse:
    """Knock as somebody, whom nothing that came of it changes."""
    client = Client(raise_request_exception=False)
    client.cookies.update(visitor.cookies)
    with transaction.atomic():
        response = knock(client, route, method)
        transaction.set_rollback(True)
    return response


def disagreements(caller: str) -> list[str]:
    """Where a caller meets other than the matrix says, in words; what is for anyone is asked as a visitor."""
    routes = [route for route in all_routes() if route.needs != "anyone" or caller == VISITOR]
    visitor = somebody(caller)
    return [
        f"{method} {route.address}: {response.status_code}"
        for route in routes
        for method in list(knocks(route))[-1:]
        if turned_away(response := knock_undone(visitor, route, method)) is route.admits(caller)
    ]
