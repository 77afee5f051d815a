"""A running simulator, and a browser and a client of our own that share no code with it."""

import base64
import hashlib
import secrets
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from caimera.demo.simulator import Simulator, running
from caimera.demo.simulator.tokens import generate_keys

KEYS = generate_keys()
CALLBACK = "http://testserver/sign-in/callback"


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with running(keys=KEYS) as simulator:
        yield simulator


class Site:
    """A relying party written from the RFCs: what a correct one sends, with any field changed or left out."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.http = httpx.Client(base_url=simulator.issuer)
        self.verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(self.verifier.encode()).digest()
        self.challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def authorize(self, **changed: str | None) -> httpx.Response:
        fields = {
            "response_type": "code",
            "client_id": self.simulator.client.client_id,
            "redirect_uri": CALLBACK,
            "scope": "openid profile email eduperson_entitlement",
            "state": "the-state",
            "nonce": "the-nonce",
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
            "login_hint": "researcher",
        } | changed
        return self.http.get(
            "authorize", params={name: value for name, value in fields.items() if value is not None}
        )

    def code(self, **changed: str | None) -> str:
        return sent_back(self.authorize(**changed))["code"]

    def redeem(self, code: str, **changed: str | None) -> httpx.Response:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": self.verifier,
        } | changed
        client = self.simulator.client
        return self.http.post(
            "token",
            data={name: value for name, value in fields.items() if value is not None},
            auth=(client.client_id, client.client_secret),
        )

    def userinfo(self, access_token: str) -> httpx.Response:
        return self.http.get("userinfo", headers={"authorization": f"Bearer {access_token}"})

    def introspect(self, token: str) -> dict[str, object]:
        client = self.simulator.client
        answer = self.http.post(
            "introspect", data={"token": token}, auth=(client.client_id, client.client_secret)
        )
        return answer.raise_for_status().json()


def sent_back(response: httpx.Response) -> dict[str, str]:
    """The fields carried back to the client's redirect address."""
    assert response.status_code == 303
    address = urlsplit(response.headers["location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == CALLBACK
    return {name: values[0] for name, values in parse_qs(address.query).items()}


@pytest.fixture
def site(simulator: Simulator) -> Iterator[Site]:
    site = Site(simulator)
    yield site
    site.http.close()
