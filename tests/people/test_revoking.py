"""What a login service gave for a person is revoked there once nothing here needs it (RFC 7009)."""

from __future__ import annotations

import logging
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from caimera.demo.simulator import Simulator, running
from caimera.people import rechecking, revoking
from caimera.people.errors import LoginRefused
from caimera.people.identities import withdraw
from caimera.people.login_service import Tokens, login_service
from caimera.people.models import AccessToken, Identity, Person, Revocation, SignIn
from caimera.people.personal_tokens import make_token, revoke_token
from tests.people.conftest import HTTP, KEYS, Visitor, register
from tests.people.test_rechecking import pass_time

pytestmark = pytest.mark.django_db


def held() -> dict[str, str]:
    """The tokens held for the only login there is."""
    kept = Identity.objects.get().kept
    assert kept is not None
    return kept


def opens(simulator: Simulator, tokens: dict[str, str]) -> bool:
    """Whether the login service still tells who somebody is for an access token."""
    headers = {"Authorization": f"Bearer {tokens['access']}", "Connection": "close"}
    return HTTP.get(simulator.issuer + "userinfo", headers=headers).status_code == 200


def renews(simulator: Simulator, tokens: dict[str, str]) -> bool:
    """Whether it still gives new tokens for a refresh token."""
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh"]}
    who = (simulator.client.client_id, simulator.client.client_secret)
    answer = HTTP.post(simulator.issuer + "token", data=form, auth=who, headers={"Connection": "close"})
    return answer.status_code == 200


@pytest.mark.parametrize("address", ["/sign-out", "/me/sign-out-everywhere", "/me/forget"])
def test_who_leaves_leaves_no_token_that_works(visitor: Visitor, simulator: Simulator, address: str) -> None:
    visitor.sign_in()
    tokens = held()
    assert opens(simulator, tokens)
    visitor.client.post(address)
    assert not Identity.objects.exclude(sealed="").exists()
    revoking.keep_tokens()
    assert not opens(simulator, tokens)
    assert not renews(simulator, tokens)
    assert not Revocation.objects.exists()


def test_a_login_that_is_unlinked_or_not_linked_is_let_go(visitor: Visitor, simulator: Simulator) -> None:
    visitor.sign_in("newcomer")
    first = held()
    for do in ("leave", "link"):
        begun = visitor.client.get("/me/identities/link")["Location"]
        visitor.come_back(visitor.choose(begun, "researcher"))
        visitor.client.post("/me/identities/finish", {"do": do})
        assert Revocation.objects.count() == (do == "leave")
        revoking.revoke_waiting()
    linked = Identity.objects.get(email="researcher@example.org")
    tokens = linked.kept
    assert tokens is not None
    assert opens(simulator, tokens)
    visitor.client.post(f"/me/identities/{linked.pk}/unlink")
    revoking.revoke_waiting()
    assert not opens(simulator, tokens)
    assert opens(simulator, first)


def test_a_login_service_that_takes_somebody_back_is_told_too(visitor: Visitor, simulator: Simulator) -> None:
    visitor.sign_in()
    tokens = held()
    withdraw(identity=Identity.objects.get(), for_good=False)
    assert not Revocation.objects.exists()
    withdraw(identity=Identity.objects.get(), for_good=True)
    revoking.revoke_waiting()
    assert not opens(simulator, tokens)


def test_tokens_stay_while_another_session_needs_them(
    visitor: Visitor, another_visitor: Visitor, simulator: Simulator
) -> None:
    visitor.sign_in()
    another_visitor.sign_in()
    tokens = held()
    another_visitor.client.post("/sign-out")
    revoking.keep_tokens()
    assert opens(simulator, tokens)
    visitor.client.post("/sign-out")
    revoking.keep_tokens()
    assert not opens(simulator, tokens)


def test_tokens_stay_while_a_token_of_this_site_needs_them(visitor: Visitor, simulator: Simulator) -> None:
    """A program goes on after its person signed out, and what they lose still acts within a minute."""
    visitor.sign_in()
    person, tokens = Person.objects.get(), held()
    token, _words = make_token(person=person, name="nightly", scopes=["member"], days=3)
    visitor.client.post("/sign-out")
    revoking.keep_tokens()
    assert opens(simulator, tokens)
    revoke_token(token_id=token.pk, by=person, person=person)
    revoking.keep_tokens()
    assert not opens(simulator, tokens)


def test_what_ended_by_itself_needs_nothing(visitor: Visitor, simulator: Simulator) -> None:
    visitor.sign_in()
    tokens = held()
    _token, _words = make_token(person=Person.objects.get(), name="nightly", scopes=["member"], days=3)
    over = timezone.now() - timedelta(hours=9)
    SignIn.objects.update(at=over)
    revoking.keep_tokens()
    assert opens(simulator, tokens)
    AccessToken.objects.update(until=over)
    revoking.keep_tokens()
    assert not opens(simulator, tokens)
    assert Identity.objects.get().kept is None


def test_a_refresh_that_comes_back_after_the_sign_out_is_let_go(
    visitor: Visitor, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.sign_in()
    identity = Identity.objects.get()
    identity.keep({**held(), "until": 0.0})
    identity.save()
    service, fresh = login_service(), []

    class Slow:
        """The person signs out while it answers."""

        def ask_again(self, tokens: Tokens, *, sub: str) -> object:
            answer = service.ask_again(tokens, sub=sub)
            visitor.client.post("/me/sign-out-everywhere")
            fresh.append(answer[1].as_json())
            return answer

    person = Person.objects.get()
    pass_time(60)
    person.refresh_from_db()
    monkeypatch.setattr(rechecking, "login_service", lambda _issuer: Slow())
    rechecking.still_known(person)
    assert Revocation.objects.count() == 2
    assert Identity.objects.get().kept is None
    revoking.revoke_waiting()
    assert not opens(simulator, fresh[0])


def test_a_service_that_is_away_is_told_when_it_is_back_and_nobody_waits(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with running(keys=KEYS) as service:
        port = urlsplit(service.issuer).port
        register(settings, service)
        visitor = Visitor(service)
        visitor.sign_in()
        tokens = held()
    assert visitor.client.post("/sign-out").status_code == 200
    assert visitor.person is None
    with caplog.at_level(logging.DEBUG):
        for attempt in range(1, 4):
            Revocation.objects.update(due_at=timezone.now())
            revoking.revoke_waiting()
            waiting = Revocation.objects.get()
            assert waiting.attempts == attempt
            pause = (waiting.due_at - timezone.now()).total_seconds()
            assert 30 * 2 ** (attempt - 1) - 10 < pause <= 30 * 2 ** (attempt - 1)
            revoking.revoke_waiting()
            assert Revocation.objects.get().attempts == attempt, "its pause is not over"
    assert "not revoked yet: LoginUnreachable" in caplog.text
    assert not [one for one in (tokens["access"], tokens["refresh"]) if one in caplog.text]
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, ' ') FROM people_revocation AS t")
        assert tokens["refresh"] not in cursor.fetchone()[0]
    with running(port or 0, keys=KEYS) as service:
        register(settings, service)
        assert opens(service, tokens)
        Revocation.objects.update(due_at=timezone.now())
        revoking.revoke_waiting()
        assert not opens(service, tokens)
    assert not Revocation.objects.exists()


def test_it_is_tried_for_three_days_and_no_longer(simulator: Simulator, settings: Settings) -> None:
    """Meanwhile other services are not held up."""
    mine = {"access": "", "until": 0.0, "refresh": "made-up"}
    revoking.revoke_later(issuer="https://trusted-no-longer.example.org/", tokens=mine)
    revoking.revoke_later(issuer=simulator.issuer, tokens=mine)
    revoking.revoke_waiting()
    left = Revocation.objects.get()
    assert left.issuer.startswith("https://trusted-no-longer")
    for days, kept in ((2.9, 1), (3.1, 0)):
        earlier = timezone.now() - timedelta(days=days)
        Revocation.objects.update(let_go_at=earlier, due_at=timezone.now())
        revoking.revoke_waiting()
        assert Revocation.objects.count() == kept


def test_a_wrong_secret_is_told_and_tried_again(visitor: Visitor, simulator: Simulator) -> None:
    visitor.sign_in()
    visitor.client.post("/sign-out")
    known = simulator.provider.clients.pop("test-site")
    with pytest.raises(LoginRefused):
        login_service().revoke(Tokens("", 0.0, "made-up"))
    revoking.revoke_waiting()
    assert Revocation.objects.get().attempts == 1
    simulator.provider.clients["test-site"] = known


def test_tokens_this_site_cannot_open_any_more_are_dropped(visitor: Visitor, settings: Settings) -> None:
    visitor.sign_in()
    visitor.client.post("/sign-out")
    settings.SECRET_KEY = "another-secret-for-tests-0123456789abcdefghijklmnop"
    revoking.revoke_waiting()
    assert not Revocation.objects.exists()


def test_where_revocation_is_not_offered_tokens_are_let_go(
    visitor: Visitor, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    said = httpx.get(simulator.issuer + ".well-known/openid-configuration").json()
    del said["revocation_endpoint"]
    monkeypatch.setattr("caimera.people.login_service.description", lambda _issuer: said)
    settings.SITE = settings.SITE.model_copy()
    visitor.sign_in()
    tokens = held()
    visitor.client.post("/sign-out")
    revoking.revoke_waiting()
    assert not Revocation.objects.exists()
    assert Identity.objects.get().kept is None
    assert opens(simulator, tokens)
