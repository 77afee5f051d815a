"""Everything that must not sign anybody in."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.http import HttpResponse
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from pytest_django import Settings

from caimera.audit.queries import trail
from caimera.demo.simulator import Simulator
from caimera.demo.simulator.tokens import generate_keys
from caimera.people.login_service import login_service
from caimera.people.models import Person
from tests.people.conftest import Visitor

pytestmark = pytest.mark.django_db

Claims = dict[str, Any]
MIXED_UP = "was not begun in this browser"
NOT_VERIFIED = "could not be verified"
DISAGREE = "do not agree about each other"


def assert_turned_away(visitor: Visitor, response: HttpResponse, status: int, sentence: str) -> None:
    """A page with a sentence, and no person."""
    assert response.status_code == status
    assert "You are not signed in" in response.content.decode()
    assert sentence in response.content.decode()
    assert visitor.person is None
    assert not Person.objects.exists()


def assert_refused(visitor: Visitor, response: HttpResponse, status: int, sentence: str) -> None:
    """A page with a sentence, no person, and in the trail that somebody was refused, not who."""
    assert_turned_away(visitor, response, status, sentence)
    told = list(trail().values_list("act", "actor", "object"))
    assert told
    assert set(told) == {("person.sign-in-refused", "visitor", "")}
    assert all(record.detail.keys() == {"reason"} for record in trail())


def test_a_wrong_state(visitor: Visitor) -> None:
    query = visitor.choose(visitor.begin())
    response = visitor.come_back({**query, "state": "another"})
    assert_refused(visitor, response, 400, MIXED_UP)


def test_no_state_at_all(visitor: Visitor) -> None:
    query = visitor.choose(visitor.begin())
    assert_refused(visitor, visitor.come_back({"code": query["code"]}), 400, MIXED_UP)


def test_the_answer_to_a_sign_in_begun_in_another_browser(visitor: Visitor, another_visitor: Visitor) -> None:
    query = another_visitor.choose(another_visitor.begin())
    assert_turned_away(visitor, visitor.come_back(query), 400, MIXED_UP)
    assert not trail().exists()  # this browser began nothing


def test_a_code_stolen_from_another_browser_does_not_fit_the_verifier(
    visitor: Visitor, another_visitor: Visitor
) -> None:
    stolen = another_visitor.choose(another_visitor.begin())["code"]
    query = visitor.choose(visitor.begin())
    assert_refused(visitor, visitor.come_back({**query, "code": stolen}), 400, MIXED_UP)


def test_a_code_that_was_never_given(visitor: Visitor) -> None:
    query = visitor.choose(visitor.begin())
    assert_refused(visitor, visitor.come_back({**query, "code": "made-up"}), 400, MIXED_UP)


def test_an_answer_replayed_signs_nobody_in_a_second_time(visitor: Visitor) -> None:
    query = visitor.choose(visitor.begin())
    assert visitor.come_back(query).status_code == 302
    visitor.client.post("/sign-out")
    replayed = visitor.come_back(query)
    assert replayed.status_code == 400
    assert MIXED_UP in replayed.content.decode()
    assert visitor.person is None


def test_a_code_used_twice_under_a_fresh_state(visitor: Visitor) -> None:
    used = visitor.choose(visitor.begin())
    visitor.come_back(used)
    visitor.client.post("/sign-out")
    fresh = visitor.choose(visitor.begin())
    assert visitor.come_back({**fresh, "code": used["code"]}).status_code == 400
    assert visitor.person is None


def test_a_state_is_forgotten_after_a_failed_try(visitor: Visitor) -> None:
    query = visitor.choose(visitor.begin())
    visitor.come_back({**query, "code": "made-up"})
    assert_refused(visitor, visitor.come_back(query), 400, MIXED_UP)


def test_an_answer_of_another_issuer(visitor: Visitor) -> None:
    query = visitor.choose(visitor.begin())
    response = visitor.come_back({**query, "iss": "https://evil.example.org/oidc/"})
    assert_refused(visitor, response, 400, MIXED_UP)


def test_a_sign_in_declined(visitor: Visitor) -> None:
    query = visitor.choose(visitor.begin())
    response = visitor.come_back({**query, "error": "access_denied"})
    assert_refused(visitor, response, 403, "cancelled or refused at the login service")


def without(name: str) -> Callable[[Claims], Claims]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


def having(**changed: object) -> Callable[[Claims], Claims]:
    return lambda claims: {**claims, **changed}


PAST = int(time.time()) - 3600

SPOILED = {
    "another nonce": having(nonce="another"),
    "no nonce": without("nonce"),
    "another issuer": having(iss="https://evil.example.org/oidc/"),
    "the issuer without its slash": lambda claims: {**claims, "iss": claims["iss"].rstrip("/")},
    "no issuer": without("iss"),
    "another audience": having(aud="another-site"),
    "another audience although authorized for us": having(aud=["another-site"], azp="test-site"),
    "several audiences and nobody authorized": lambda claims: without("azp")(
        {**claims, "aud": ["test-site", "another-site"]}
    ),
    "several audiences and another authorized": having(aud=["test-site", "another-site"], azp="another-site"),
    "no audience": without("aud"),
    "another authorized party": having(azp="another-site"),
    "expired": having(exp=PAST, iat=PAST - 600),
    "no expiry": without("exp"),
    "issued tomorrow": having(iat=int(time.time()) + 86400),
    "no time of issue": without("iat"),
    "another access token": having(at_hash="bm90LXRoaXMtb25l"),
    "another person than userinfo": having(sub="somebody-else@lifescience-ri.eu"),
    "nobody": without("sub"),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED.keys())
def test_a_wrong_id_token(visitor: Visitor, spoil: Callable[[Claims], Claims]) -> None:
    visitor.simulator.provider.mint.amend_id_token = spoil
    assert_refused(visitor, visitor.sign_in(), 403, NOT_VERIFIED)


def test_two_audiences_are_fine_where_we_are_the_authorized_one(visitor: Visitor) -> None:
    visitor.simulator.provider.mint.amend_id_token = having(aud=["test-site", "another-site"])
    assert visitor.sign_in().status_code == 302
    assert visitor.person is not None


def resign(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, sign: Callable[[Mapping[str, Any]], str]
) -> None:
    """Let the login service sign its id tokens some other way."""
    mint = simulator.provider.mint
    genuine = mint.id_token

    def id_token(**asked: Any) -> str:
        return sign(jwt.decode(genuine(**asked), mint.keys, algorithms=["RS256"]).claims)

    monkeypatch.setattr(mint, "id_token", id_token)


def test_an_id_token_without_signature(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsigned(claims: Mapping[str, Any]) -> str:
        parts = (json.dumps(part).encode() for part in ({"alg": "none"}, claims))
        return ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."

    resign(visitor.simulator, monkeypatch, unsigned)
    assert_refused(visitor, visitor.sign_in(), 403, NOT_VERIFIED)


def test_an_id_token_signed_with_our_own_secret(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = OctKey.import_key(visitor.simulator.client.client_secret)
    resign(
        visitor.simulator,
        monkeypatch,
        lambda claims: jwt.encode({"alg": "HS256"}, dict(claims), secret, algorithms=["HS256"]),
    )
    assert_refused(visitor, visitor.sign_in(), 403, NOT_VERIFIED)


def test_an_id_token_signed_with_an_algorithm_we_do_not_take(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = next(key for key in visitor.simulator.provider.mint.keys if key.alg == "RS256")
    key = RSAKey.import_key(without("alg")(known.as_dict(private=True)))
    header = {"alg": "RS512", "kid": known.kid}
    resign(
        visitor.simulator,
        monkeypatch,
        lambda claims: jwt.encode(header, dict(claims), key, algorithms=["RS512"]),
    )
    assert_refused(visitor, visitor.sign_in(), 403, NOT_VERIFIED)


def test_an_id_token_signed_by_somebody_else(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = next(key for key in generate_keys() if key.alg == "RS256")
    known = next(key for key in visitor.simulator.provider.mint.keys if key.alg == "RS256")
    header = {"alg": "RS256", "kid": known.kid}
    resign(
        visitor.simulator,
        monkeypatch,
        lambda claims: jwt.encode(header, dict(claims), stranger, algorithms=["RS256"]),
    )
    assert_refused(visitor, visitor.sign_in(), 403, NOT_VERIFIED)


def test_no_id_token_at_all(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = visitor.simulator.provider
    genuine = provider.token

    def token(*asked: Any) -> dict[str, object]:
        return without("id_token")(genuine(*asked))

    monkeypatch.setattr(provider, "token", token)
    assert_refused(visitor, visitor.sign_in(), 403, NOT_VERIFIED)


def test_a_userinfo_that_refuses_the_token(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = visitor.simulator.provider
    genuine = provider.token

    def token(*asked: Any) -> dict[str, object]:
        answer = genuine(*asked)
        claims = provider.mint.read("at+jwt", str(answer["access_token"]))
        provider.revoked.add(claims["grant"])
        return answer

    monkeypatch.setattr(provider, "token", token)
    assert_refused(visitor, visitor.sign_in(), 403, NOT_VERIFIED)


def test_keys_changed_at_the_login_service_are_fetched_again(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.client.post("/sign-out")
    visitor.simulator.provider.mint.keys = generate_keys()
    assert visitor.sign_in().status_code == 302
    assert visitor.person is not None


def test_a_login_service_that_does_not_know_this_site(visitor: Visitor) -> None:
    query = visitor.choose(visitor.begin())
    visitor.simulator.provider.clients.pop("test-site")
    assert_refused(visitor, visitor.come_back(query), 502, DISAGREE)


def test_a_login_service_that_is_down(visitor: Visitor, settings: Settings) -> None:
    settings.SITE = settings.SITE.model_copy(update={"oidc_issuer": "http://127.0.0.1:9/oidc/"})
    assert_refused(visitor, visitor.client.get("/sign-in"), 503, "does not answer at the moment")


def test_a_login_service_that_goes_down_meanwhile(visitor: Visitor) -> None:
    query = visitor.choose(visitor.begin())
    login_service()._app.server_metadata["token_endpoint"] = "http://127.0.0.1:9/oidc/token"
    assert_refused(visitor, visitor.come_back(query), 503, "does not answer at the moment")


def test_the_simulator_outside_the_demo(visitor: Visitor, settings: Settings) -> None:
    settings.SITE = settings.SITE.model_copy(update={"demo": False})
    assert_refused(visitor, visitor.client.get("/sign-in"), 502, DISAGREE)


def test_a_login_service_that_calls_itself_otherwise(visitor: Visitor, settings: Settings) -> None:
    issuer = settings.SITE.oidc_issuer.rstrip("/")
    settings.SITE = settings.SITE.model_copy(update={"oidc_issuer": issuer})
    assert_refused(visitor, visitor.client.get("/sign-in"), 502, DISAGREE)
