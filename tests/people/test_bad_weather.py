"""The login service is away; somebody tries to sign in ten thousand times."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from caimera.audit.queries import trail
from caimera.demo.simulator import Simulator
from caimera.people import begun, guessing
from caimera.people.models import Person, RoleGrant, SignIn
from caimera.web import limits
from caimera.web.limits import AddressLimits
from tests.people.conftest import Visitor

pytestmark = pytest.mark.django_db

MakePerson = Callable[..., Person]
ATTEMPTS = 10_000


def test_while_the_login_service_is_away_who_is_in_goes_on_and_who_comes_gets_a_sentence(
    visitor: Visitor, settings: Settings
) -> None:
    visitor.sign_in()
    settings.SITE = settings.SITE.model_copy(update={"oidc_issuer": "http://127.0.0.1:9/oidc/"})
    assert visitor.client.get("/saved").status_code == 200
    assert visitor.client.get("/me").status_code == 200
    newcomer = Client().get("/sign-in")
    assert newcomer.status_code == 503
    assert "does not answer at the moment. Try again in a few minutes." in newcomer.content.decode()
    assert visitor.client.post("/sign-out").status_code == 200
    bearer = Client().get("/api/saved", headers={"Authorization": "Bearer unknown-token"})
    assert bearer.status_code == 503


def test_ten_thousand_sign_in_attempts_are_told_to_wait_and_reach_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All in one moment, so that time decides nothing; what a 429 looks like is tested elsewhere."""
    settings.SITE = settings.SITE.model_copy(update={"sign_ins_per_minute": 60})
    monkeypatch.setattr(limits.time, "monotonic", lambda: 1_000.0)
    monkeypatch.setattr(limits, "too_many", lambda request, seconds: HttpResponse(status=429))
    reached: list[str] = []

    def answer(request: HttpRequest) -> HttpResponse:
        reached.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    limited, make = AddressLimits(answer), RequestFactory()
    for number in range(ATTEMPTS):
        limited(make.get("/sign-in/callback", {"state": number}, REMOTE_ADDR="198.51.100.7"))
    assert len(reached) == 60
    limited(make.get("/sign-in/callback", REMOTE_ADDR="198.51.100.8"))
    assert reached[-1] == "198.51.100.8"


def bearer(token: str, address: str = "198.51.100.7") -> HttpResponse:
    sent = {"Authorization": f"Bearer {token}"}
    return Client(REMOTE_ADDR=address).get("/api/saved", headers=sent)  # type: ignore[return-value]


def test_tokens_made_up_by_the_thousand_are_looked_at_a_few_times_and_told_of_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, simulator: Simulator
) -> None:
    """All in one moment; a good token of another address opens what it did."""
    settings.SITE = settings.SITE.model_copy(update={"refused_tokens_per_minute": 3})
    now = 1_000.0
    monkeypatch.setattr(guessing.time, "monotonic", lambda: now)
    monkeypatch.setattr(guessing, "tokens", guessing.RefusedTokens())
    statuses = [bearer(f"{'caimera_' * (number % 2)}guess-{number}").status_code for number in range(40)]
    assert statuses == [401] * 3 + [429] * 37
    told = bearer("guess")
    assert told.headers["Retry-After"] == "20"
    assert told.json()["detail"].endswith("Try again in 20 seconds.")
    assert [one.detail for one in trail(act="token.refused")] == [{"tokens": 1}]
    good = simulator.access_token("researcher")
    assert bearer(good, "198.51.100.8").status_code == 200
    assert bearer(good).status_code == 429
    now += 61.0
    assert [bearer(good).status_code, bearer("guess").status_code] == [200, 401]
    assert [one.detail for one in trail(act="token.refused")] == [{"tokens": 3}, {"tokens": 1}]


def attempt(number: int) -> None:
    """Begin a sign-in, or come back from one that nobody began, from an address of one's own."""
    address = f"10.{number // 62_500}.{number // 250 % 250}.{number % 250 + 1}"
    browser = Client(REMOTE_ADDR=address)
    if number % 2:
        assert browser.get("/sign-in", {"next": "/saved"}).status_code == 302
    else:
        assert browser.get("/sign-in/callback", {"state": str(number), "code": "guess"}).status_code == 400


def assert_nothing_was_filled(visitor: Visitor) -> None:
    """Whoever tries fills neither table nor trail, and keeps nobody else out."""
    assert not Session.objects.exists()
    assert not Person.objects.exists()
    assert not SignIn.objects.exists()
    assert not trail().exists()
    assert visitor.sign_in().status_code == 302
    assert visitor.client.get("/saved").status_code == 200


def test_attempts_from_many_addresses_fill_nothing_and_keep_nobody_out(visitor: Visitor) -> None:
    for number in range(ATTEMPTS // 50):
        attempt(number)
    assert_nothing_was_filled(visitor)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_ten_thousand_attempts_from_as_many_addresses(visitor: Visitor) -> None:
    for number in range(ATTEMPTS):
        attempt(number)
    assert_nothing_was_filled(visitor)


def test_a_browser_that_begins_too_many_keeps_the_latest(visitor: Visitor) -> None:
    for _ in range(9):
        last = visitor.begin("/roles")
    kept = [one for one in visitor.client.cookies.values() if "_begun_" in one.key and one.value]
    assert len(kept) <= 5
    assert visitor.come_back(visitor.choose(last))["Location"] == "/roles"


def test_a_sign_in_begun_counts_ten_minutes(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    query = visitor.choose(visitor.begin())
    later = time.time() + begun.COUNTS_SECONDS + 1
    monkeypatch.setattr(begun, "time", lambda: later)
    assert visitor.come_back(query).status_code == 400


def test_a_sign_in_nobody_began_leaves_no_session_and_no_person(simulator: Simulator) -> None:
    answer = Client().get("/sign-in/callback", {"state": "guess", "code": "guess"})
    assert answer.status_code == 400
    assert not Session.objects.exists()
    assert not Person.objects.exists()


def test_what_no_database_can_keep_is_no_fault(make_person: MakePerson) -> None:
    person, now = make_person(), timezone.now()
    RoleGrant.objects.create(
        person=person, role="operator", reason="t", until=now + timedelta(days=1), confirmed_at=now
    )
    client, nul = Client(), "a\0b"
    client.force_login(person)
    assert client.get("/api/memberships", {"state": nul}).json() == {"memberships": []}
    for address, sent in (
        ("/roles/give", {"who": nul, "role": nul, "reason": nul, "until": nul}),
        ("/organisations/keep", {"do": "take-on", "name": nul, "country": "x" * 9000, "node_id": nul}),
        ("/me/profile", {"shown_name": nul, "notice_email": ""}),
        ("/me/tokens", {"name": nul, "scope": "member", "days": "3"}),
        ("/membership/apply", {"institution": nul, "purpose": nul, "accept": nul}),
    ):
        assert client.post(address, sent).status_code < 500, address
