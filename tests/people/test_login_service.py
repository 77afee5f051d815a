"""Which login service a site may trust."""

from typing import Any

import pytest
from pytest_django import Settings

from caimera.people import login_service as room
from caimera.people.apps import refuse_unusable
from caimera.people.discovery import require_trustworthy, require_trustworthy_address
from caimera.people.errors import LoginRefused, LoginUnreachable, TokenRefused
from caimera.people.login_service import LoginService, login_service
from caimera.people.providers import providers
from caimera.secrets import FileStore
from caimera.web.site import SettingsProblem
from tests.people.conftest import Simulator

ISSUER = "https://login.aai.lifescience-ri.eu/oidc/"


def description(**changed: Any) -> dict[str, Any]:
    """What the real service says of itself, as far as it matters here."""
    endpoints = {
        "authorization_endpoint": "authorize",
        "token_endpoint": "token",
        "userinfo_endpoint": "userinfo",
        "introspection_endpoint": "introspect",
        "jwks_uri": "jwk",
    }
    return {
        "issuer": ISSUER,
        **{name: ISSUER + path for name, path in endpoints.items()},
        "id_token_signing_alg_values_supported": ["HS256", "RS256", "none"],
        "code_challenge_methods_supported": ["plain", "S256", "none"],
        **changed,
    }


def test_the_real_service_is_trusted() -> None:
    assert require_trustworthy(description(), issuer=ISSUER, demo=False) is None


def test_what_it_would_also_accept_changes_nothing_here(settings: Settings) -> None:
    site = settings.SITE.model_copy(update={"oidc_issuer": ISSUER, "demo": False})
    service = LoginService(providers(site)[0], site, description())
    assert service._app.server_metadata["id_token_signing_alg_values_supported"] == ["RS256", "ES256"]
    assert service._app.client_kwargs["code_challenge_method"] == "S256"
    assert service.sign_out_page == ""


UNTRUSTED = {
    "another issuer": ({"issuer": "https://evil.example.org/"}, "calls itself 'https://evil"),
    "no issuer": ({"issuer": None}, "calls itself 'None'"),
    "the simulator": ({"caimera_simulator": True}, "for the demo only"),
    "no userinfo": ({"userinfo_endpoint": None}, "does not offer userinfo_endpoint"),
    "tokens unencrypted": ({"token_endpoint": "http://login.example.org/token"}, "not reached by https"),
    "keys from this machine": ({"jwks_uri": "https://127.0.0.1/jwk"}, "is on this machine"),
    "only plain PKCE": ({"code_challenge_methods_supported": ["plain"]}, "does not offer PKCE with S256"),
}


@pytest.mark.parametrize(("changed", "sentence"), UNTRUSTED.values(), ids=UNTRUSTED.keys())
def test_an_untrustworthy_description(changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(LoginRefused, match=sentence):
        require_trustworthy(description(**changed), issuer=ISSUER, demo=False)


HERE = [
    "http://login.aai.lifescience-ri.eu/oidc/",
    "https://127.0.0.1:8890/oidc/",
    "https://127.1.2.3/oidc/",
    "https://[::1]/oidc/",
    "https://localhost/oidc/",
    "https://login.localhost/oidc/",
]


@pytest.mark.parametrize("address", HERE)
def test_an_address_only_a_demo_may_use(address: str) -> None:
    assert require_trustworthy_address(address, demo=True) is None
    with pytest.raises(LoginRefused, match="only a demo may use"):
        require_trustworthy_address(address, demo=False)


@pytest.mark.parametrize("address", [ISSUER, "https://192.0.2.7/oidc/", "https://localhost.example.org/"])
def test_an_address_elsewhere(address: str) -> None:
    assert require_trustworthy_address(address, demo=False) is None


def test_a_site_does_not_start_with_the_simulator_outside_the_demo(settings: Settings) -> None:
    site = settings.SITE.model_copy(update={"demo": False})
    with pytest.raises(
        SettingsProblem, match="CAIMERA_HUB_OIDC_ISSUER cannot be used: .* only a demo may use"
    ):
        refuse_unusable(site)


def test_a_site_does_not_start_with_a_group_that_is_none(settings: Settings) -> None:
    site = settings.SITE.model_copy(update={"membership_group": "EUCAIM"})
    with pytest.raises(
        SettingsProblem, match="CAIMERA_HUB_MEMBERSHIP_GROUP cannot be used: 'EUCAIM' is no group"
    ):
        refuse_unusable(site)


def test_the_description_is_read_once_an_hour(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    first = login_service()
    assert login_service() is first
    monkeypatch.setattr(room, "DESCRIPTION_COUNTS_SECONDS", -1.0)
    assert login_service() is not first


def test_a_secret_put_anew_counts_at_once(simulator: Simulator, settings: Settings) -> None:
    earlier = login_service()
    store = FileStore(settings.SITE.secrets_file, settings.SITE.secrets_key_file)
    store.put("oidc_client_secret", b"another secret")
    with pytest.raises(LoginRefused):
        login_service().introspect("a-token", now=0.0)
    store.put("oidc_client_secret", simulator.client.client_secret.encode())
    with pytest.raises(TokenRefused):
        login_service().introspect("a-token", now=0.0)
    assert login_service() is not earlier


@pytest.mark.parametrize("said", [[], "text", 7, None])
def test_a_service_that_does_not_describe_itself(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, said: object
) -> None:
    monkeypatch.setattr(simulator.provider, "discovery", lambda: said)
    with pytest.raises(LoginRefused, match="does not describe itself"):
        login_service()


def test_an_address_where_something_else_answers(simulator: Simulator, settings: Settings) -> None:
    settings.SITE = settings.SITE.model_copy(update={"oidc_issuer": simulator.issuer + "nothing/"})
    with pytest.raises(LoginUnreachable, match="404"):
        login_service()
