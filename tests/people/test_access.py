"""Who may call a page, and who a route of the API."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpResponse
from django.test import AsyncClient, Client

from caimera.audit.queries import trail
from caimera.people.access import MemberAuth, SignedInAuth
from caimera.people.models import Person
from caimera.web.access import access_of
from tests.people import urls

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.people.urls")]

MakePerson = Callable[..., Person]
Get = Callable[..., HttpResponse]


def get_sync(address: str, person: Person | None = None, **headers: str) -> HttpResponse:
    client = Client()
    if person:
        client.force_login(person)
    return client.get(address, headers=headers)


def get_async(address: str, person: Person | None = None, **headers: str) -> HttpResponse:
    client = AsyncClient()
    if person:
        client.force_login(person)
    return async_to_sync(client.get)(address, headers=headers)


WAYS = [
    pytest.param(get_sync, "", id="sync"),
    pytest.param(get_sync, "-async", id="async view under WSGI"),
    pytest.param(get_async, "", id="sync view under ASGI"),
    pytest.param(get_async, "-async", id="async"),
]


@pytest.mark.parametrize(("get", "kind"), WAYS)
def test_a_visitor_is_sent_to_sign_in_and_back(get: Get, kind: str) -> None:
    for page in (f"/private{kind}", f"/member{kind}/7?a=1%202&b=%2F"):
        response = get(page)
        assert response.status_code == 302
        address = urlsplit(response["Location"])
        assert address.path == "/sign-in"
        assert parse_qs(address.query) == {"next": [page]}
    assert not trail().exists()


@pytest.mark.parametrize(("get", "kind"), WAYS)
def test_a_member_may_see_all(get: Get, kind: str, make_person: MakePerson) -> None:
    person = make_person()
    assert get(f"/private{kind}", person).content == b"Rosa Researcher"
    assert get(f"/member{kind}/7", person).content == b"Rosa Researcher 7"


@pytest.mark.parametrize(("get", "kind"), WAYS)
def test_somebody_who_is_no_member_is_shown_how_to_become_one(
    get: Get, kind: str, make_person: MakePerson
) -> None:
    person = make_person(is_member=False, entitlements=[])
    assert get(f"/private{kind}", person).content == b"Rosa Researcher"
    response = get(f"/member{kind}/7", person)
    assert response.status_code == 403
    assert "You are signed in as Rosa Researcher, but not yet as a member." in response.content.decode()
    assert "/fed/registrar/" in response.content.decode()
    refusal = trail().get()
    assert (refusal.act, refusal.actor) == ("access.refused", person.actor)
    assert (refusal.object, refusal.detail) == (f"route:member{kind}", {"needs": "member"})


def test_a_form_sent_by_a_visitor_is_answered_with_a_page() -> None:
    response = Client().post("/private")
    assert response.status_code == 401
    assert "what you sent was not kept" in response.content.decode()
    assert '<a class="ds-button" data-variant="primary" href="/sign-in"' in response.content.decode()


def test_a_part_of_a_page_asked_for_by_a_visitor_sends_the_whole_page_to_sign_in() -> None:
    for current in ("/questions?page=2", "/questions"):
        response = get_sync("/private", **{"HX-Current-URL": f"http://testserver{current}"})
        assert response.status_code == 200
        assert parse_qs(urlsplit(response["HX-Redirect"]).query) == {"next": [current]}


def test_every_view_carries_its_mark() -> None:
    assert access_of(urls.private_page) == "signed_in"
    assert access_of(urls.member_page_async) == "member"
    assert access_of(SignedInAuth()) == "signed_in"
    assert access_of(MemberAuth()) == "member"


@pytest.mark.parametrize("get", [get_sync, get_async])
def test_the_api_takes_a_session(get: Get, make_person: MakePerson) -> None:
    person = make_person()
    for route in ("private", "member", "member-async"):
        assert get(f"/api/{route}", person).json() == "Rosa Researcher"


@pytest.mark.parametrize("get", [get_sync, get_async])
def test_the_api_tells_a_visitor_to_sign_in(get: Get) -> None:
    for route in ("private", "member", "member-async"):
        response = get(f"/api/{route}")
        assert response.status_code == 401
        assert response.json() == {"detail": "Sign in first: with `caimera login`, or in the browser."}


@pytest.mark.parametrize("get", [get_sync, get_async])
@pytest.mark.parametrize("route", ["member", "member-async"])
def test_the_api_tells_somebody_who_is_no_member_how_to_become_one(
    get: Get, route: str, make_person: MakePerson
) -> None:
    person = make_person(is_member=False, entitlements=[])
    assert get("/api/private", person).status_code == 200
    response = get(f"/api/{route}", person)
    assert response.status_code == 403
    assert response.json()["detail"].endswith("How to become a member: http://testserver/membership")
    assert trail(actor=person.actor).get().act == "access.refused"


def test_the_api_asks_a_session_for_the_csrf_token(make_person: MakePerson) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_person())
    refused = client.post("/api/member")
    assert refused.status_code == 403
    assert "Reload it and try again" in refused.json()["detail"]
    secret = client.get("/membership").wsgi_request.META["CSRF_COOKIE"]
    client.cookies["caimera_hub_csrf"] = secret
    assert client.post("/api/member", headers={"X-CSRFToken": secret}).json() == "Rosa Researcher"


def test_the_csrf_token_is_not_asked_of_what_changes_nothing(make_person: MakePerson) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_person())
    assert client.get("/api/member").status_code == 200


def test_the_description_of_the_api_names_the_bearer_token() -> None:
    schemes = urls.api.get_openapi_schema()["components"]["securitySchemes"]
    assert schemes["MemberAuth"] == {"type": "http", "scheme": "bearer"}
