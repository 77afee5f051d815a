"""Signing a program in without a browser, refreshing and revoking (RFC 8628, 6749, 7009)."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from caimera.demo.simulator import PERSONAS, Client, Simulator, save_clients, secret_digest
from caimera.demo.simulator.clients import DEVICE, REFRESH, load_clients
from caimera.demo.simulator.devices import Devices
from caimera.demo.simulator.errors import InvalidToken, OAuthError
from caimera.demo.simulator.tokens import Mint, generate_keys, stored_keys
from tests.demo.simulator.conftest import KEYS, Clock, Site

PROGRAM = Client("program", "Program", grants=(DEVICE, REFRESH))


class Program:
    """A command line that signs a person in."""

    def __init__(self, site: Site, scope: str = "openid offline_access eduperson_entitlement") -> None:
        self.http = site.http
        form = {"client_id": "test-program", "scope": scope}
        self.asked = self.http.post("devicecode", data=form).raise_for_status().json()

    def poll(self) -> dict[str, str]:
        form = {"grant_type": DEVICE, "device_code": self.asked["device_code"], "client_id": "test-program"}
        return self.http.post("token", data=form).json()

    def answer(self, persona: str, user_code: str = "") -> httpx.Response:
        form = {"user_code": user_code or self.asked["user_code"], "login_hint": persona}
        return self.http.post("device", data=form)

    def refresh(self, token: str, client: str = "test-program") -> dict[str, str]:
        form = {"grant_type": REFRESH, "refresh_token": token, "client_id": client}
        return self.http.post("token", data=form).json()


@pytest.fixture
def program(site: Site) -> Program:
    return Program(site)


def test_a_device_waits_is_approved_and_gets_its_tokens_once(program: Program, site: Site) -> None:
    assert program.poll()["error"] == "authorization_pending"
    assert "signed in as Rosa Researcher" in program.answer("researcher").text
    waiting = site.simulator.provider.devices
    waiting._waiting[program.asked["device_code"]].next_poll_at = 0.0
    tokens = program.poll()
    assert site.userinfo(tokens["access_token"]).json()["sub"] == PERSONAS["researcher"].sub
    assert program.poll()["error"] == "invalid_grant"


def test_the_complete_address_shows_the_personas(program: Program, site: Site) -> None:
    page = site.http.get(program.asked["verification_uri_complete"])
    assert page.text.count('name="login_hint"') == len(PERSONAS) + 1
    assert "Test program" in page.text


def test_the_code_may_be_typed_carelessly(program: Program, site: Site) -> None:
    typed = program.asked["user_code"].lower().replace("-", " ")
    assert "Choose a persona" in site.http.get("device", params={"user_code": typed}).text


def test_without_a_code_one_is_asked_for(site: Site) -> None:
    page = site.http.get("device")
    assert page.status_code == 200
    assert '<label for="user_code">' in page.text


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_wrong_code_is_said_to_be_wrong(site: Site, method: str) -> None:
    fields = {"user_code": "<b>XXXX"}
    page = (
        site.http.get("device", params=fields) if method == "get" else site.http.post("device", data=fields)
    )
    assert page.status_code == 404
    assert "&lt;b&gt;XXXX" in page.text
    assert 'aria-invalid="true"' in page.text


def test_a_person_may_refuse(program: Program) -> None:
    assert "Refused" in program.answer("").text
    assert program.poll()["error"] == "access_denied"


def test_polling_too_fast_is_slowed_down() -> None:
    clock = Clock()
    devices = Devices(clock, interval=5)
    approval = devices.ask(PROGRAM, "openid")
    codes = []
    for wait in (0, 4, 9, 15):
        clock.now += wait
        with pytest.raises(OAuthError) as refusal:
            devices.poll(PROGRAM, approval.device_code)
        codes.append(refusal.value.code)
    assert codes == ["authorization_pending", "slow_down", "slow_down", "authorization_pending"]
    assert approval.interval == 15


def test_a_device_code_expires() -> None:
    clock = Clock()
    devices = Devices(clock)
    approval = devices.ask(PROGRAM, "openid")
    clock.now += 600
    with pytest.raises(OAuthError, match="expired_token"):
        devices.poll(PROGRAM, approval.device_code)
    assert devices.by_user_code(approval.user_code) is None


def test_a_device_code_belongs_to_its_client() -> None:
    devices = Devices(Clock())
    approval = devices.ask(PROGRAM, "openid")
    with pytest.raises(OAuthError, match="invalid_grant"):
        devices.poll(replace(PROGRAM, id="other"), approval.device_code)


def test_a_site_without_the_device_grant_gets_no_code(site: Site) -> None:
    client = site.simulator.client
    answer = site.http.post("devicecode", data={}, auth=(client.client_id, client.client_secret))
    assert answer.json()["error"] == "unauthorized_client"


@pytest.fixture
def tokens(program: Program) -> dict[str, str]:
    program.answer("holder")
    return program.poll()


def test_a_refresh_token_works_once(program: Program, tokens: dict[str, str], site: Site) -> None:
    fresh = program.refresh(tokens["refresh_token"])
    assert site.userinfo(fresh["access_token"]).json()["sub"] == PERSONAS["holder"].sub
    assert program.refresh(tokens["refresh_token"])["error"] == "invalid_grant"
    assert site.userinfo(fresh["access_token"]).status_code == 401
    assert program.refresh(fresh["refresh_token"])["error"] == "invalid_grant"


def test_a_refresh_token_belongs_to_its_client(program: Program, tokens: dict[str, str], site: Site) -> None:
    site.simulator.provider.clients["program"] = PROGRAM
    assert program.refresh(tokens["refresh_token"], client="program")["error"] == "invalid_grant"
    assert program.refresh(tokens["access_token"])["error"] == "invalid_grant"


def test_without_offline_access_there_is_no_refresh_token_and_without_openid_no_id_token(site: Site) -> None:
    program = Program(site, scope="email")
    program.answer("newcomer")
    assert program.poll().keys() == {"access_token", "token_type", "expires_in", "scope"}


def test_a_revoked_token_is_dead_for_its_own_client_only(tokens: dict[str, str], site: Site) -> None:
    client = site.simulator.client
    for_another = {"token": tokens["access_token"]}
    site.http.post("revoke", data=for_another, auth=(client.client_id, client.client_secret))
    assert site.introspect(tokens["access_token"])["active"] is True
    site.http.post("revoke", data={"token": tokens["refresh_token"], "client_id": "test-program"})
    assert site.introspect(tokens["access_token"])["active"] is False
    assert site.http.post("revoke", data={"token": "x", "client_id": "test-program"}).status_code == 200


def test_introspection_is_for_clients_with_a_secret(site: Site) -> None:
    answer = site.http.post("introspect", data={"token": "x", "client_id": "test-program"})
    assert answer.status_code == 401


def test_introspection_tells_who_when_and_what_for(site: Site) -> None:
    told = site.introspect(site.simulator.access_token("operator"))
    assert told["sub"] == PERSONAS["operator"].sub
    assert told["client_id"] == "test-program"
    assert "eduperson_entitlement" in str(told["scope"])


def test_tokens_expire(clock: Clock) -> None:
    mint = Mint("http://127.0.0.1/oidc/", KEYS, clock)
    token = mint.token("at+jwt", client=PROGRAM, sub="x", scope="openid", grant="g")
    assert mint.read("at+jwt", token)["sub"] == "x"
    with pytest.raises(InvalidToken, match="not of the type"):
        mint.read("refresh+jwt", token)
    clock.now += 3600
    with pytest.raises(InvalidToken, match="expired"):
        mint.read("at+jwt", token)


def test_tokens_of_another_issuer_or_key_are_not_ours() -> None:
    token = Mint("http://127.0.0.1:1/oidc/", KEYS).token(
        "at+jwt", client=PROGRAM, sub="x", scope="", grant="g"
    )
    with pytest.raises(InvalidToken):
        Mint("http://127.0.0.1:2/oidc/", KEYS).read("at+jwt", token)
    with pytest.raises(InvalidToken):
        Mint("http://127.0.0.1:1/oidc/", generate_keys()).read("at+jwt", token)


def test_keys_and_clients_are_kept(tmp_path: Path) -> None:
    keys = stored_keys(tmp_path / "keys.json")
    assert stored_keys(tmp_path / "keys.json") == keys
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600
    site = Client("site", "Site", secret_digest("s"), ("http://a/",), ("http://b/",), id_token_alg="ES256")
    save_clients(tmp_path / "clients.json", [site, PROGRAM])
    assert load_clients(tmp_path / "clients.json") == {"site": site, "program": PROGRAM}


def test_an_id_token_may_be_spoiled_for_a_test(simulator: Simulator, site: Site) -> None:
    simulator.provider.mint.amend_id_token = lambda claims: claims | {"nonce": "other"}
    from joserfc import jws

    token = jws.extract_compact(site.redeem(site.code()).json()["id_token"].encode())
    assert b'"nonce":"other"' in token.payload.replace(b" ", b"")
