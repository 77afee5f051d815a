"""A login service says that a session is over: believed only where everything about its word holds."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from joserfc import jwt
from joserfc.jwk import OctKey
from pytest_django import Settings

from caimera.audit.queries import trail
from caimera.demo.simulator import Client as Registered
from caimera.demo.simulator import Simulator
from caimera.demo.simulator.tokens import generate_keys
from caimera.people.models import HeardLogout, Identity, SignIn
from tests.people.conftest import Visitor

pytestmark = pytest.mark.django_db

Claims = dict[str, Any]
EVENT = "http://schemas.openid.net/event/backchannel-logout"


def say(token: str) -> HttpResponse:
    return Client(enforce_csrf_checks=True).post("/backchannel-logout", {"logout_token": token})


def logout_token(simulator: Simulator, persona: str = "researcher", *, sid: str = "") -> str:
    provider = simulator.provider
    sub = provider.personas[persona].sub
    return provider.mint.logout_token(client=provider.clients["test-site"], sub=sub, sid=sid)


def test_all_sessions_of_a_person_end(
    visitor: Visitor, another_visitor: Visitor, simulator: Simulator
) -> None:
    visitor.sign_in()
    another_visitor.sign_in()
    bystander = Visitor(simulator)
    bystander.sign_in("holder")
    answer = say(logout_token(simulator))
    assert (answer.status_code, answer.content) == (200, b"")
    assert "no-store" in answer["Cache-Control"]
    assert visitor.person is None
    assert another_visitor.person is None
    assert bystander.person is not None
    assert visitor.client.get("/me").status_code == 302
    ended = trail(act="session.ended").get()
    assert (ended.actor, ended.detail["sessions"]) == ("system", 2)
    gone = Identity.objects.get(sub=simulator.provider.personas["researcher"].sub)
    assert gone.kept is None


def test_one_session_ends_by_its_name(
    visitor: Visitor, another_visitor: Visitor, simulator: Simulator
) -> None:
    visitor.sign_in()
    another_visitor.sign_in()
    key = visitor.client.session.session_key
    sid = SignIn.objects.get(session_key=key).sid
    simulator.provider.mint.amend_logout_token = lambda claims: {
        name: value for name, value in claims.items() if name != "sub"
    }
    assert say(logout_token(simulator, sid=sid)).status_code == 200
    assert visitor.person is None
    assert another_visitor.person is not None
    assert another_visitor.client.get("/saved").status_code == 200


def test_somebody_unknown_is_no_fault(simulator: Simulator) -> None:
    assert say(logout_token(simulator)).status_code == 200
    assert not trail().exists()


def test_a_token_is_heard_once(visitor: Visitor, simulator: Simulator) -> None:
    token = logout_token(simulator)
    assert say(token).status_code == 200
    visitor.sign_in()
    assert say(token).status_code == 400
    assert visitor.person is not None
    HeardLogout.objects.update(until="2000-01-01T00:00:00Z")
    say(logout_token(simulator, "holder"))
    assert HeardLogout.objects.count() == 1


def without(name: str) -> Callable[[Claims], Claims]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


def having(**changed: object) -> Callable[[Claims], Claims]:
    return lambda claims: {**claims, **changed}


SPOILED = {
    "another issuer": having(iss="https://evil.example.org/"),
    "no issuer": without("iss"),
    "another audience": having(aud="another-site"),
    "no audience": without("aud"),
    "an hour old": having(iat=int(time.time()) - 3600),
    "from tomorrow": having(iat=int(time.time()) + 86400),
    "no time of issue": without("iat"),
    "expired": having(exp=int(time.time()) - 3600),
    "an odd expiry": having(exp="soon"),
    "no event": without("events"),
    "another event": having(events={"http://schemas.openid.net/event/other": {}}),
    "an event that is no object": having(events={EVENT: True}),
    "events as a list": having(events=[EVENT]),
    "a nonce": having(nonce="n"),
    "no identifier": without("jti"),
    "neither session nor person": without("sub"),
    "a person that is no text": having(sub=7),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED.keys())
def test_a_token_that_does_not_hold_ends_nothing(
    visitor: Visitor, simulator: Simulator, spoil: Callable[[Claims], Claims]
) -> None:
    visitor.sign_in()
    simulator.provider.mint.amend_logout_token = spoil
    answer = say(logout_token(simulator))
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})
    assert visitor.person is not None
    assert not trail(act="session.ended").exists()


def forged(simulator: Simulator, how: str) -> str:
    claims = jwt.decode(logout_token(simulator), simulator.provider.mint.keys, algorithms=["RS256"]).claims
    if how == "none":
        parts = (json.dumps(part).encode() for part in ({"alg": "none"}, claims))
        return ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."
    if how == "HS256":
        secret = OctKey.import_key(simulator.client.client_secret)
        return jwt.encode({"alg": "HS256"}, claims, secret, algorithms=["HS256"])
    stranger = next(key for key in generate_keys() if key.alg == "RS256")
    known = next(key for key in simulator.provider.mint.keys if key.alg == "RS256")
    typ = "at+jwt" if how == "typ" else "logout+jwt"
    key = known if how == "typ" else stranger
    return jwt.encode({"alg": "RS256", "kid": known.kid, "typ": typ}, claims, key, algorithms=["RS256"])


@pytest.mark.parametrize("how", ["none", "HS256", "stranger", "typ"])
def test_a_forged_token_ends_nothing(visitor: Visitor, simulator: Simulator, how: str) -> None:
    visitor.sign_in()
    assert say(forged(simulator, how)).status_code == 400
    assert visitor.person is not None


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "a..c", "e30.e30.e30", "é.é.é", "x" * 30_000, "a.W10.c"])
def test_what_is_no_token_is_refused_and_fills_nothing(simulator: Simulator, token: str) -> None:
    assert say(token).status_code == 400
    assert not HeardLogout.objects.exists()
    assert not trail().exists()


def test_keys_renewed_at_the_service_are_fetched(visitor: Visitor, simulator: Simulator) -> None:
    visitor.sign_in()
    simulator.provider.mint.keys = generate_keys()
    assert say(logout_token(simulator)).status_code == 200
    assert visitor.person is None


def test_a_service_that_is_away_may_say_it_again(
    visitor: Visitor, simulator: Simulator, settings: Settings
) -> None:
    token = logout_token(simulator)
    issuer = "http://127.0.0.1:9/oidc/"
    settings.SITE = settings.SITE.model_copy(update={"oidc_issuer": issuer})
    simulator.provider.mint.issuer = issuer
    assert say(token).status_code == 400
    assert say(logout_token(simulator)).status_code == 503


def test_a_logout_is_sent_by_post_alone() -> None:
    assert Client().get("/backchannel-logout").status_code == 405


def test_another_client_of_the_service_cannot_sign_out_here(visitor: Visitor, simulator: Simulator) -> None:
    visitor.sign_in()
    sub = simulator.provider.personas["researcher"].sub
    other = Registered("another-site", "Another site")
    assert say(simulator.provider.mint.logout_token(client=other, sub=sub)).status_code == 400
    assert visitor.person is not None
