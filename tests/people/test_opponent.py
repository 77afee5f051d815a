"""Signing in at a provider written by others (npm `oidc-provider`), and what must not sign in there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import httpx
import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from caimera.demo.simulator import MEMBER
from caimera.people.errors import TokenRefused
from caimera.people.login_service import login_service
from caimera.people.models import Person, Revocation
from caimera.people.revoking import revoke_waiting
from caimera.people.sealing import seal, unseal
from caimera.secrets import FileStore

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
SECRET = "a-client-secret-for-the-opponent"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A running provider that knows this site; its issuer."""
    node = shutil.which("node")
    if node is None or not (ROOT / "node_modules" / "oidc-provider").exists():
        if os.environ.get("CI"):
            pytest.fail("Node.js or the npm packages are missing: run `make node_modules/.ready`.")
        pytest.skip("Node.js or the npm packages are missing: run `make node_modules/.ready`.")
    told = {
        "client": {"client_id": "opponent", "client_secret": SECRET},
        "callback": f"{settings.SITE.base_url}/sign-in/callback",
        "groups": [MEMBER],
    }
    command = [node, str(Path(__file__).with_name("opponent.mjs")), json.dumps(told)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as running:
        assert running.stdin
        assert running.stdout
        yield json.loads(running.stdout.readline())["issuer"]
        running.stdin.close()


@pytest.fixture
def site(settings: Settings, issuer: str) -> Iterator[None]:
    """This site, registered at the provider, which spoils nothing yet."""
    store = FileStore(settings.SITE.secrets_file, settings.SITE.secrets_key_file)
    store.put("oidc_client_secret", SECRET.encode())
    registration = {"oidc_issuer": issuer, "oidc_client_id": "opponent"}
    settings.SITE = settings.SITE.model_copy(update=registration)
    httpx.get(f"{issuer}/spoil").raise_for_status()
    yield
    httpx.get(f"{issuer}/spoil").raise_for_status()


def answered(address: str) -> dict[str, str]:
    """Sign in and consent with a browser of one's own; the query that comes back to the site."""
    with httpx.Client() as browser:
        response = browser.get(address)
        for _step in range(12):
            if response.is_redirect:
                target = urljoin(str(response.url), response.headers["location"])
                if target.startswith(settings.SITE.base_url):
                    return dict(parse_qsl(urlsplit(target).query))
                response = browser.get(target)
            else:
                asked = "login" if 'name="login"' in response.text else "consent"
                form = {"prompt": asked, "login": "rosa", "password": "any"}
                response = browser.post(str(response.url), data=form)
    pytest.fail(f"The provider never sent the browser back: {response.status_code} {response.text[:500]}")


def begin(client: Client) -> str:
    return client.get("/sign-in", {"next": "/roles"})["Location"]


def come_back(client: Client, query: dict[str, str]) -> HttpResponse:
    return client.get(f"/sign-in/callback?{urlencode(query)}")  # type: ignore[return-value]


def assert_nobody(client: Client, response: HttpResponse) -> None:
    assert response.status_code in (400, 403)
    assert "You are not signed in" in response.content.decode()
    assert not Person.objects.exists()
    assert client.get("/me").status_code == 302


def spoil(issuer: str, **changes: object) -> None:
    httpx.get(f"{issuer}/spoil", params=changes).raise_for_status()


def test_a_right_sign_in_works(site: None, issuer: str) -> None:
    client = Client()
    response = come_back(client, answered(begin(client)))
    assert response["Location"] == "/roles"
    person = Person.objects.get()
    assert (person.issuer, person.sub, person.name) == (issuer, "rosa", "Rosa Researcher")
    assert person.is_member


def test_an_id_token_resigned_unchanged_is_taken(site: None, issuer: str) -> None:
    """So that what is refused below is refused for what was spoiled."""
    client = Client()
    spoil(issuer, unheard_of="claim")
    assert come_back(client, answered(begin(client))).status_code == 302


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"aud": "another-client"}, id="wrong audience"),
        pytest.param({"iss": "https://evil.example.org"}, id="other issuer"),
        pytest.param({"exp": int(time.time()) - 3600, "iat": int(time.time()) - 7200}, id="expired"),
        pytest.param({"alg": "none"}, id="alg none"),
        pytest.param({"nonce": "another"}, id="other nonce"),
        pytest.param({"sub": "omar"}, id="somebody else than userinfo says"),
    ],
)
def test_a_spoiled_id_token_signs_nobody_in(site: None, issuer: str, changes: dict[str, object]) -> None:
    client = Client()
    spoil(issuer, **changes)
    assert_nobody(client, come_back(client, answered(begin(client))))


def test_a_wrong_verifier(site: None) -> None:
    client = Client()
    query = answered(begin(client))
    (name,) = (name for name in client.cookies if "begun" in name)
    kept = unseal("begun", client.cookies[name].value)
    client.cookies[name] = seal("begun", {**kept, "code_verifier": "x" * 48})
    assert_nobody(client, come_back(client, query))


def test_a_replayed_code(site: None) -> None:
    client, other = Client(), Client()
    used = answered(begin(client))
    assert come_back(client, used).status_code == 302
    fresh = answered(begin(other))
    response = come_back(other, {**fresh, "code": used["code"]})
    assert response.status_code == 400
    assert other.get("/me").status_code == 302


def test_mixed_up_states_and_issuers(site: None) -> None:
    client, other = Client(), Client()
    mine, theirs = answered(begin(client)), answered(begin(other))
    assert_nobody(client, come_back(client, {**mine, "state": "another"}))
    assert_nobody(client, come_back(client, theirs))
    assert_nobody(client, come_back(client, {**mine, "iss": "https://evil.example.org"}))


def test_a_provider_that_does_not_know_the_level_asked_for_is_not_believed(
    site: None, settings: Settings
) -> None:
    settings.SITE = settings.SITE.model_copy(update={"step_up_for": ("people:profile",)})
    client = Client()
    come_back(client, answered(begin(client)))
    assert client.get("/me/profile").status_code == 401
    away = client.get("/sign-in/step-up", {"next": "/me/profile"})["Location"]
    assert "acr_values=" in away
    refused = come_back(client, answered(away))
    assert refused.status_code == 403
    assert "did not confirm a second factor" in refused.content.decode()
    assert client.get("/me/profile").status_code == 401


def test_its_people_are_asked_about_again(site: None) -> None:
    """It gives no refresh token unasked, so the access token is what there is to ask with."""
    client = Client()
    come_back(client, answered(begin(client)))
    person = Person.objects.get()
    Person.objects.update(recheck_at=person.checked_at)
    before = person.identities.get().checked_at
    assert client.get("/me").status_code == 200
    assert person.identities.get().checked_at > before


def test_its_tokens_are_revoked_at_sign_out(site: None, issuer: str) -> None:
    client = Client()
    come_back(client, answered(begin(client)))
    kept = Person.objects.get().identities.get().kept
    assert kept is not None
    headers = {"Authorization": f"Bearer {kept['access']}"}
    assert httpx.get(f"{issuer}/me", headers=headers).status_code == 200
    client.post("/sign-out")
    assert Revocation.objects.count() == 1
    revoke_waiting()
    assert httpx.get(f"{issuer}/me", headers=headers).status_code == 401
    assert not Revocation.objects.exists()


def test_its_tokens_are_introspected(site: None) -> None:
    with pytest.raises(TokenRefused):
        login_service().introspect("made-up", now=time.time())
