"""Signing in with a browser: what is asked, what is refused, what comes back."""

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from caimera.demo.simulator import MEMBER, PERSONAS, Simulator
from tests.demo.simulator.conftest import CALLBACK, Site, sent_back


def test_discovery_says_that_it_is_a_simulator(site: Site) -> None:
    document = site.http.get(".well-known/openid-configuration").json()
    assert document["caimera_simulator"] is True
    assert document["issuer"] == site.simulator.issuer
    assert document["issuer"].endswith("/oidc/")
    assert document["code_challenge_methods_supported"] == ["S256"]


def test_a_persona_signs_in(site: Site) -> None:
    back = sent_back(site.authorize())
    assert back["state"] == "the-state"
    tokens = site.redeem(back["code"]).json()
    info = site.userinfo(tokens["access_token"]).json()
    assert info["sub"] == PERSONAS["researcher"].sub
    assert info["eduperson_entitlement"] == [MEMBER]
    assert info["email"] == "researcher@example.org"


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_the_id_token_binds_issuer_audience_nonce_and_access_token(site: Site, alg: str) -> None:
    import base64
    import hashlib
    from dataclasses import replace

    clients = site.simulator.provider.clients
    clients["test-site"] = replace(clients["test-site"], id_token_alg=alg)
    tokens = site.redeem(site.code()).json()
    keys = KeySet.import_key_set(site.http.get("jwk").json())
    token = jwt.decode(tokens["id_token"], keys, algorithms=[alg])
    half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    assert token.claims["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    assert token.claims["nonce"] == "the-nonce"
    assert token.claims["aud"] == "test-site"
    assert token.claims["iss"] == site.simulator.issuer
    assert token.claims["exp"] > token.claims["iat"]
    assert all("d" not in key for key in site.http.get("jwk").json()["keys"])


def test_userinfo_says_only_what_the_scope_allows(site: Site) -> None:
    tokens = site.redeem(site.code(scope="openid email unheard_of")).json()
    assert tokens["scope"] == "openid email"
    assert site.userinfo(tokens["access_token"]).json().keys() == {"sub", "email", "email_verified"}


def test_a_membership_withdrawn_shows_at_once(site: Site) -> None:
    from dataclasses import replace

    tokens = site.redeem(site.code()).json()
    personas = site.simulator.provider.personas
    personas["researcher"] = replace(personas["researcher"], entitlements=())
    assert site.userinfo(tokens["access_token"]).json()["eduperson_entitlement"] == []
    del personas["researcher"]
    assert site.userinfo(tokens["access_token"]).status_code == 401


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "too-short"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "email"}, "invalid_scope"),
        ({"prompt": "none", "login_hint": None}, "login_required"),
    ],
)
def test_a_wrong_request_is_sent_back_with_its_error_and_state(
    site: Site, changed: dict[str, str | None], error: str
) -> None:
    back = sent_back(site.authorize(**changed))
    assert back["error"] == error
    assert back["state"] == "the-state"
    assert "code" not in back


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": "http://testserver/elsewhere"},
        {"redirect_uri": None},
        {"client_id": "stranger"},
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_registered(
    site: Site, changed: dict[str, str | None]
) -> None:
    response = site.authorize(**changed)
    assert response.status_code == 400
    assert "location" not in response.headers
    assert "Sign-in is not possible" in response.text


@pytest.mark.parametrize("verifier", [None, "x" * 43, "short", pytest.param("é" * 50, id="letters")])
def test_a_wrong_verifier_is_refused(site: Site, verifier: str | None) -> None:
    answer = site.redeem(site.code(), code_verifier=verifier)
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_grant"


def test_a_code_goes_only_to_the_address_it_was_asked_with(site: Site) -> None:
    answer = site.redeem(site.code(), redirect_uri="http://testserver/elsewhere")
    assert answer.json()["error"] == "invalid_grant"


def test_a_replayed_code_is_refused_and_revokes_what_it_gave(site: Site) -> None:
    code = site.code()
    tokens = site.redeem(code).json()
    assert site.introspect(tokens["access_token"])["active"] is True
    assert site.redeem(code).json()["error"] == "invalid_grant"
    assert site.introspect(tokens["access_token"]) == {"active": False}
    assert site.userinfo(tokens["access_token"]).status_code == 401


def test_a_failed_attempt_uses_the_code_up(site: Site) -> None:
    code = site.code()
    site.redeem(code, code_verifier="x" * 43)
    assert site.redeem(code).json()["error"] == "invalid_grant"


def test_a_code_of_another_client_is_not_known(site: Site) -> None:
    code = site.code()
    form = {"grant_type": "authorization_code", "code": code, "client_id": "test-program"}
    assert site.http.post("token", data=form).json()["error"] == "unauthorized_client"


@pytest.mark.parametrize("auth", [("test-site", "wrong"), ("stranger", "secret"), ("test-site", "")])
def test_a_client_that_does_not_prove_itself_is_refused(site: Site, auth: tuple[str, str]) -> None:
    answer = site.http.post("token", data={"grant_type": "authorization_code", "code": "x"}, auth=auth)
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"
    assert answer.headers["www-authenticate"].startswith("Basic")


def test_the_secret_may_come_in_the_form(site: Site) -> None:
    client = site.simulator.client
    form = {"token": "x", "client_id": client.client_id, "client_secret": client.client_secret}
    assert site.http.post("introspect", data=form).json() == {"active": False}


def test_a_malformed_basic_header_is_refused(site: Site) -> None:
    answer = site.http.post("token", data={}, headers={"authorization": "Basic ***"})
    assert answer.status_code == 401


def test_without_a_hint_a_persona_is_chosen_on_a_page(site: Site) -> None:
    page = site.authorize(login_hint=None, state='"><script>')
    assert "This is a simulator" in page.text
    assert page.text.count('name="login_hint"') == len(PERSONAS)
    assert "<script>" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_only_this_machine_is_answered(simulator: Simulator) -> None:
    answer = httpx.get(simulator.issuer + "jwk", headers={"host": "attacker.example:80"})
    assert answer.status_code == 421


def test_an_unknown_address_a_large_body_and_a_doubled_field_are_refused(site: Site) -> None:
    assert site.http.get("register").status_code == 404
    assert site.http.post("token", content=b"x" * 70_000).status_code == 413
    assert site.http.post("token", content=b"code=1&code=2").json()["error"] == "invalid_request"


def test_an_unknown_grant_is_refused(site: Site) -> None:
    assert site.redeem("x", grant_type="password").json()["error"] == "unsupported_grant_type"


def test_a_code_expires(simulator: Simulator) -> None:
    from caimera.demo.simulator.codes import Codes, SignInRequest
    from caimera.demo.simulator.errors import OAuthError
    from tests.demo.simulator.conftest import Clock

    clock = Clock()
    codes = Codes(clock, lambda grant: None)
    client = simulator.provider.clients["test-site"]
    code = codes.give(SignInRequest(client, CALLBACK, "openid", "x" * 43, None), "somebody")
    clock.now += 60
    with pytest.raises(OAuthError, match="expired"):
        codes.redeem(client, {"code": code})


def test_signing_out_leads_back_only_to_a_registered_address(site: Site) -> None:
    fields = {"client_id": "test-site", "post_logout_redirect_uri": "http://testserver/", "state": "s"}
    assert site.http.get("endsession", params=fields).headers["location"] == "http://testserver/?state=s"
    del fields["state"]
    assert site.http.get("endsession", params=fields).headers["location"] == "http://testserver/"
    elsewhere = site.http.get("endsession", params=fields | {"post_logout_redirect_uri": "http://elsewhere/"})
    assert elsewhere.status_code == 200
    assert "Signed out" in elsewhere.text


def test_userinfo_wants_a_bearer_token(site: Site) -> None:
    assert site.http.get("userinfo").headers["www-authenticate"].startswith("Bearer")
    assert site.userinfo("nonsense").status_code == 401
    tokens = site.redeem(site.code()).json()
    assert site.userinfo(tokens["id_token"]).status_code == 401
