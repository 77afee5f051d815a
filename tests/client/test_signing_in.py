"""Signing in by the device flow, against the simulator."""

from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from caimera.client import Hub, HubFailed, HubUnreachable, Invitation, NotSignedIn, SignInFailed, TokenFile
from caimera.client.errors import InsecureAddress
from caimera.client.signing_in import SignInService
from caimera.demo.simulator import Simulator
from tests.client.small_hub import SmallHub


@pytest.fixture
def person(simulator: Simulator) -> Callable[[str], Callable[[Invitation], None]]:
    """Who approves what is announced: the persona given, or nobody for ''."""

    def answering(persona: str) -> Callable[[Invitation], None]:
        def answer(invitation: Invitation) -> None:
            assert invitation.code in invitation.address
            form = {"user_code": invitation.code, "login_hint": persona}
            httpx.post(invitation.page, data=form).raise_for_status()

        return answer

    return answering


Person = Callable[[str], Callable[[Invitation], None]]


class Pace:
    """Sleeps as the provider's clock wants it, without waiting."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.slept: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        for approval in self.simulator.provider.devices._waiting.values():
            approval.next_poll_at = 0.0


@pytest.fixture
def pace(simulator: Simulator) -> Pace:
    return Pace(simulator)


def test_a_person_signs_in_and_searches(
    small_hub: SmallHub, person: Person, pace: Pace, tokens: TokenFile
) -> None:
    with Hub(small_hub.url) as hub:
        assert hub.sign_in(person("researcher"), pace) == "Rosa Researcher"
        assert hub.search("modality = CT").closed
    with Hub(small_hub.url + "/") as another:
        assert len(another.nodes()) == 2
    assert tokens.path.exists()


def test_a_token_that_ended_is_refreshed(
    small_hub: SmallHub, person: Person, pace: Pace, tokens: TokenFile
) -> None:
    with Hub(small_hub.url) as hub:
        hub.sign_in(person("researcher"), pace)
        old = tokens.get(small_hub.url)
        assert old is not None
        tokens.put(small_hub.url, replace(old, expires_at=0.0))
        assert len(hub.nodes()) == 2
        fresh = tokens.get(small_hub.url)
        assert fresh is not None
        assert fresh.refresh_token != old.refresh_token
        tokens.put(small_hub.url, replace(old, expires_at=0.0))
        with pytest.raises(NotSignedIn):
            hub.nodes()
        tokens.put(small_hub.url, replace(old, expires_at=0.0, refresh_token=None))
        with pytest.raises(NotSignedIn):
            hub.nodes()


def test_signing_out_forgets_and_revokes(
    small_hub: SmallHub, person: Person, pace: Pace, tokens: TokenFile
) -> None:
    with Hub(small_hub.url) as hub:
        hub.sign_in(person("researcher"), pace)
        token = tokens.get(small_hub.url)
        assert token is not None
        assert hub.sign_out() is True
        assert hub.sign_out() is False
        with pytest.raises(NotSignedIn):
            hub.nodes()
    with Hub(small_hub.url, token.access_token) as hub, pytest.raises(NotSignedIn):
        hub.nodes()


def test_a_refusal_is_told(small_hub: SmallHub, person: Person, pace: Pace) -> None:
    with Hub(small_hub.url) as hub, pytest.raises(SignInFailed, match="refused"):
        hub.sign_in(person(""), pace)


def test_it_waits_and_slows_down_as_told(small_hub: SmallHub, person: Person, simulator: Simulator) -> None:
    devices = simulator.provider.devices
    announced: list[Invitation] = []
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        *_, approval = devices._waiting.values()
        if len(slept) < 3:
            approval.next_poll_at = 0.0 if len(slept) == 1 else approval.next_poll_at + 100
        else:
            approval.next_poll_at = 0.0
            person("researcher")(announced[0])

    with Hub(small_hub.url) as hub:
        hub.sign_in(announced.append, sleep)
    assert slept == [1, 1, 6]


def test_nobody_answering_ends_the_wait(small_hub: SmallHub, pace: Pace) -> None:
    with Hub(small_hub.url) as hub, pytest.raises(SignInFailed, match="in time"):
        hub.sign_in(lambda invitation: None, pace)
    assert len(pace.slept) == 600


def test_a_hub_that_names_no_issuer_is_said_to_be_at_fault(small_hub: SmallHub) -> None:
    small_hub.about = {}
    with Hub(small_hub.url) as hub, pytest.raises(HubFailed, match="where to sign in"):
        hub.sign_in(lambda invitation: None)


def test_an_unknown_client_cannot_begin(small_hub: SmallHub, simulator: Simulator) -> None:
    small_hub.about = {"issuer": simulator.issuer, "client_id": "stranger"}
    with (
        Hub(small_hub.url) as hub,
        pytest.raises(SignInFailed, match="could not begin: No client 'stranger'"),
    ):
        hub.sign_in(lambda invitation: None)


@pytest.mark.parametrize(
    ("issuer", "error", "sentence"),
    [
        ("http://127.0.0.1:1/oidc/", HubUnreachable, "does not answer"),
        ("http://issuer.example/", InsecureAddress, "not encrypted"),
        ("{hub}/api/", SignInFailed, "not the address of a sign-in service"),
        ("{simulator}", SignInFailed, "calls itself"),
    ],
)
def test_an_issuer_is_checked(
    small_hub: SmallHub, simulator: Simulator, issuer: str, error: type[Exception], sentence: str
) -> None:
    issuer = issuer.format(hub=small_hub.url, simulator=simulator.issuer.rstrip("/"))
    small_hub.about = {"issuer": issuer, "client_id": "x"}
    with Hub(small_hub.url) as hub, pytest.raises(error, match=sentence):
        hub.sign_in(lambda invitation: None)


@pytest.mark.parametrize("body", [b"[]", b"<html>"])
def test_what_is_no_discovery_document_is_no_issuer(small_hub: SmallHub, body: bytes) -> None:
    with Hub(small_hub.url) as hub:
        small_hub.raw = (200, body)
        with pytest.raises(SignInFailed, match="not the address of a sign-in service"):
            SignInService(hub._http, small_hub.url, "x")


def test_an_issuer_without_the_device_flow_is_said_to_have_none(small_hub: SmallHub) -> None:
    with Hub(small_hub.url) as hub:
        small_hub.raw = (200, b'{"issuer": "%s"}' % small_hub.url.encode())
        service = SignInService(hub._http, small_hub.url, "x")
        with pytest.raises(SignInFailed, match="no device authorization endpoint"):
            service.sign_in(lambda invitation: None)
