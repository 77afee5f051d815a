"""Bearer tokens: introspected, given to us, kept for a moment."""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from caimera.audit.queries import trail
from caimera.demo.simulator import Client as Registered
from caimera.demo.simulator import Simulator
from caimera.people import tokens
from caimera.people.errors import TokenRefused
from caimera.people.login_service import login_service
from caimera.people.models import Person
from caimera.people.proof import Proof
from caimera.people.tokens import KnownTokens

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.people.urls")]


@pytest.fixture(autouse=True)
def no_tokens_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_tokens", KnownTokens())


@pytest.fixture
def asked(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tokens the login service was asked about."""
    asked: list[str] = []
    genuine = simulator.provider.introspect

    def introspect(client: Registered, token: str) -> dict[str, object]:
        asked.append(token)
        return genuine(client, token)

    monkeypatch.setattr(simulator.provider, "introspect", introspect)
    return asked


def get(token: str, route: str = "member", scheme: str = "Bearer") -> HttpResponse:
    return Client(enforce_csrf_checks=True).get(
        f"/api/{route}", headers={"Authorization": f"{scheme} {token}"}
    )


@pytest.mark.parametrize("route", ["private", "member", "member-async"])
def test_a_token_of_the_command_line_opens_the_api(simulator: Simulator, route: str) -> None:
    assert get(simulator.access_token("researcher"), route).json() == "Rosa Researcher"
    assert Person.objects.get().sub == simulator.provider.personas["researcher"].sub


def test_a_form_needs_no_csrf_token_with_a_bearer_token(simulator: Simulator) -> None:
    headers = {"Authorization": f"bearer {simulator.access_token('researcher')}"}
    assert Client(enforce_csrf_checks=True).post("/api/member", headers=headers).json() == "Rosa Researcher"


def test_somebody_who_is_no_member_is_told_so(simulator: Simulator) -> None:
    token = simulator.access_token("newcomer")
    assert get(token, "private").json() == "Nils Newcomer"
    assert get(token).status_code == 403
    assert [record.act for record in trail()] == ["access.refused"]


def test_the_first_use_of_a_member_is_recorded_once(simulator: Simulator) -> None:
    get(simulator.access_token("researcher"))
    get(simulator.access_token("researcher"))
    assert [record.act for record in trail()] == ["membership.gained"]


def test_a_token_is_asked_about_once_a_minute(simulator: Simulator, asked: list[str]) -> None:
    token = simulator.access_token("researcher")
    for _ in range(3):
        assert get(token).status_code == 200
    other = simulator.access_token("researcher")
    get(other)
    assert asked == [token, other]


def test_membership_lost_is_seen_at_the_latest_after_a_minute(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "KEPT_SECONDS", 0)
    token = simulator.access_token("researcher")
    assert get(token).status_code == 200
    personas = simulator.provider.personas
    researcher = personas["researcher"]
    personas["researcher"] = type(researcher)("researcher", "", researcher.given_name, researcher.family_name)
    assert get(token).status_code == 403
    assert [record.act for record in trail()] == ["access.refused", "membership.lost", "membership.gained"]


def test_membership_lost_by_another_door_counts_at_once(simulator: Simulator) -> None:
    token = simulator.access_token("researcher")
    assert get(token).status_code == 200
    Person.objects.update(in_membership_group=False)
    assert get(token).status_code == 403


def assert_refused(response: HttpResponse, status: int = 401, sentence: str = "Sign in again") -> None:
    assert response.status_code == status
    assert sentence in response.json()["detail"]
    assert not Person.objects.exists()


def test_a_revoked_token(simulator: Simulator) -> None:
    token = simulator.access_token("researcher")
    simulator.provider.revoked.add(simulator.provider.mint.read("at+jwt", token)["grant"])
    assert_refused(get(token))


def test_an_expired_token(simulator: Simulator) -> None:
    simulator.provider.mint.clock = lambda: time.time() - 86400
    token = simulator.access_token("researcher")
    simulator.provider.mint.clock = time.time
    assert_refused(get(token))


def test_a_token_given_to_another_client(simulator: Simulator) -> None:
    simulator.provider.clients["another"] = Registered("another", "Another site")
    token = simulator.provider.mint.token(
        "at+jwt",
        client=simulator.provider.clients["another"],
        sub=simulator.provider.personas["researcher"].sub,
        scope="openid eduperson_entitlement",
        grant="a-grant",
    )
    assert_refused(get(token))


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "ünïcode"])
def test_no_token_of_the_service(simulator: Simulator, token: str) -> None:
    assert_refused(get(token))


@pytest.mark.parametrize(("token", "scheme"), [("", "Bearer"), ("  ", "Bearer"), ("dXNlcjpwYXNz", "Basic")])
def test_no_bearer_token(token: str, scheme: str) -> None:
    assert_refused(get(token, scheme=scheme), 401, "Authorization: Bearer <token>")


def test_a_bad_token_is_refused_whoever_is_signed_in(
    simulator: Simulator, make_person: Callable[..., Person]
) -> None:
    client = Client()
    client.force_login(make_person())
    assert client.get("/api/member", headers={"Authorization": "Bearer nonsense"}).status_code == 401


SAID: dict[str, dict[str, Any]] = {
    "not active": {"active": False},
    "active as a text": {"active": "true"},
    "another audience": {"aud": ["another-site"]},
    "another client": {"client_id": "another-site"},
    "no client": {"client_id": None},
    "another issuer": {"iss": "https://evil.example.org/"},
    "expired": {"exp": 1},
    "nobody": {"sub": None},
}


@pytest.mark.parametrize("said", SAID.values(), ids=SAID.keys())
def test_what_introspection_must_not_say(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, said: dict[str, Any]
) -> None:
    genuine = simulator.provider.introspect
    monkeypatch.setattr(simulator.provider, "introspect", lambda *asked: {**genuine(*asked), **said})
    assert_refused(get(simulator.access_token("researcher")))


def test_an_introspection_that_says_little_is_enough(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = ("active", "sub", "client_id")
    genuine = simulator.provider.introspect
    monkeypatch.setattr(
        simulator.provider, "introspect", lambda *asked: {name: genuine(*asked)[name] for name in told}
    )
    assert get(simulator.access_token("researcher")).status_code == 200


def test_an_introspection_that_is_no_object(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulator.provider, "introspect", lambda *asked: ["active"])
    with pytest.raises(TokenRefused):
        login_service().introspect("token", now=0.0)


def test_userinfo_about_somebody_else(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulator.provider, "userinfo", lambda token: {"sub": "somebody-else"})
    assert_refused(get(simulator.access_token("researcher")), 403, "could not be verified")


def test_a_login_service_that_is_down(settings: Settings) -> None:
    settings.SITE = settings.SITE.model_copy(update={"oidc_issuer": "http://127.0.0.1:9/oidc/"})
    assert_refused(get("token"), 503, "does not answer at the moment")


def test_a_secret_the_service_does_not_take(simulator: Simulator) -> None:
    login_service()._credentials = ("test-site", "wrong")
    assert_refused(get(simulator.access_token("researcher")), 502, "tell the operator")


def test_known_tokens_are_forgotten_when_they_expire() -> None:
    known, person = KnownTokens(), (uuid4(), Proof())
    known.keep("short", person, now=1000.0, expires_at=1005.0)
    known.keep("long", person, now=1000.0, expires_at=9999.0)
    assert known.find("short", now=1004.9) == person
    assert known.find("short", now=1005.0) is None
    assert known.find("long", now=1059.9) == person
    assert known.find("long", now=1060.0) is None
    assert known.find("never", now=1000.0) is None


def test_known_tokens_are_bounded_and_the_oldest_makes_room() -> None:
    known = KnownTokens(at_most=2)
    people = {token: (uuid4(), Proof()) for token in "abac"}
    for token in "abac":
        known.keep(token, people[token], now=0.0, expires_at=60.0)
    assert known.find("b", now=1.0) is None
    assert known.find("a", now=1.0) == people["a"]
    assert known.find("c", now=1.0) == people["c"]


def test_no_token_is_kept_in_clear() -> None:
    known = KnownTokens()
    known.keep("the-token", (uuid4(), Proof()), now=0.0, expires_at=60.0)
    assert "the-token" not in repr(vars(known))
