"""A running login service, this site registered there, and a visitor with a browser."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from caimera.demo.simulator import DEVICE, MEMBER, Simulator, running
from caimera.demo.simulator import Client as Registered
from caimera.demo.simulator.tokens import generate_keys
from caimera.people.models import Person
from caimera.secrets import FileStore

KEYS = generate_keys()
HTTP = httpx.Client(verify=False)  # noqa: S501 - the simulator speaks plain HTTP; certificates take long to load


@pytest.fixture
def simulator(settings: Settings) -> Iterator[Simulator]:
    """A login service that knows this site, and the `caimera` command as `caimera-cli`."""
    with running(keys=KEYS) as simulator:
        register(settings, simulator)
        yield replace(simulator, device_client_id="caimera-cli")


def register(settings: Settings, simulator: Simulator) -> None:
    """Let the site and the service know each other."""
    simulator.provider.clients["caimera-cli"] = Registered("caimera-cli", "Caimera", grants=(DEVICE,))
    store = FileStore(settings.SITE.secrets_file, settings.SITE.secrets_key_file)
    store.put("oidc_client_secret", simulator.client.client_secret.encode())
    registration = {"oidc_issuer": simulator.issuer, "oidc_client_id": simulator.client.client_id}
    settings.SITE = settings.SITE.model_copy(update=registration)


class Visitor:
    """Somebody with a browser: a session at this site, and hands that follow redirects between the two."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.client = Client()

    def begin(self, target: str = "/membership") -> str:
        """Ask to sign in; the address of the login service the browser is sent to."""
        return self.client.get("/sign-in", {"next": target})["Location"]

    def choose(self, address: str, persona: str = "researcher", **more: str) -> dict[str, str]:
        """Sign in at the login service; the query the browser is sent back with."""
        asked = {**dict(parse_qsl(urlsplit(address).query)), "login_hint": persona, **more}
        answer = httpx.get(address, params=asked)
        assert answer.status_code == 303, answer.text
        return {
            name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()
        }

    def come_back(self, query: dict[str, str]) -> HttpResponse:
        return self.client.get(f"/sign-in/callback?{urlencode(query)}")

    def sign_in(self, persona: str = "researcher", target: str = "/membership") -> HttpResponse:
        return self.come_back(self.choose(self.begin(target), persona))

    def sign_in_at(self, issuer: str, persona: str) -> HttpResponse:
        """Sign in at one of several login services."""
        begun = self.client.get("/sign-in", {"next": "/membership", "at": issuer})["Location"]
        return self.come_back(self.choose(begun, persona))

    @property
    def person(self) -> Person | None:
        """Whom this site takes the visitor for."""
        user = self.client.get("/membership").context["user"]
        return user if user.is_authenticated else None


@pytest.fixture
def visitor(simulator: Simulator) -> Visitor:
    return Visitor(simulator)


@pytest.fixture
def another_visitor(simulator: Simulator) -> Visitor:
    return Visitor(simulator)


@pytest.fixture
def make_person(settings: Settings) -> Callable[..., Person]:
    """A person the login service vouched for a moment ago."""

    def make(sub: str = "ab12@lifescience-ri.eu", *, is_member: bool = True, **fields: Any) -> Person:
        known = {
            "name": "Rosa Researcher",
            "entitlements": [MEMBER] if is_member else [],
            "in_membership_group": is_member,
        }
        return Person.objects.create(
            issuer=settings.SITE.oidc_issuer, sub=sub, checked_at=timezone.now(), **{**known, **fields}
        )

    return make
