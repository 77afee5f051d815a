"""What a login service takes back acts within a minute; while it is away, who is in goes on for a while."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from caimera.audit.queries import trail
from caimera.demo.simulator import Simulator, running
from caimera.people import rechecking
from caimera.people.identities import RECHECK_AFTER
from caimera.people.models import Identity, Person, SignIn
from caimera.people.personal_tokens import make_token
from tests.people.conftest import KEYS, Visitor, register

pytestmark = [pytest.mark.django_db]

MEMBERS_PAGE = "/saved"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whom the login service was asked about again."""
    asked: list[str] = []
    genuine = rechecking.login_service

    def counted(issuer: str) -> object:
        asked.append(issuer)
        return genuine(issuer)

    monkeypatch.setattr(rechecking, "login_service", counted)
    return asked


def pass_time(seconds: float) -> None:
    """As if everything known of everyone had been said so much earlier."""
    earlier = timedelta(seconds=seconds)
    for person in Person.objects.exclude(recheck_at=None):
        Person.objects.filter(pk=person.pk).update(
            recheck_at=person.recheck_at - earlier, checked_at=person.checked_at - earlier
        )
    for identity in Identity.objects.all():
        Identity.objects.filter(pk=identity.pk).update(checked_at=identity.checked_at - earlier)


def lose_everything(simulator: Simulator, persona: str = "researcher") -> None:
    """The login service takes back a persona's groups."""
    known = simulator.provider.personas[persona]
    simulator.provider.personas[persona] = type(known)(known.id, "", known.given_name, known.family_name)


def revoke_all(simulator: Simulator, person: Person) -> None:
    """The login service stands by none of the tokens it gave this site for somebody."""
    for identity in person.identities.all():
        kept = identity.kept
        assert kept is not None
        simulator.provider.revoked.add(simulator.provider.mint.read("at+jwt", kept["access"])["grant"])


def test_what_is_taken_back_acts_within_a_minute(visitor: Visitor, simulator: Simulator) -> None:
    visitor.sign_in()
    assert visitor.client.get(MEMBERS_PAGE).status_code == 200
    lose_everything(simulator)
    pass_time(60)
    assert visitor.client.get(MEMBERS_PAGE).status_code == 403
    assert [one.act for one in trail()][:2] == ["access.refused", "membership.lost"]
    assert visitor.person is not None
    assert visitor.person.entitlements == []


def test_what_is_given_counts_within_a_minute(visitor: Visitor, simulator: Simulator) -> None:
    visitor.sign_in("newcomer")
    assert visitor.client.get(MEMBERS_PAGE).status_code == 403
    personas = simulator.provider.personas
    known = personas["newcomer"]
    personas["newcomer"] = type(known)(
        known.id, "", known.given_name, known.family_name, personas["researcher"].entitlements
    )
    pass_time(60)
    assert visitor.client.get(MEMBERS_PAGE).status_code == 200


def test_it_is_asked_once_in_that_time(visitor: Visitor, asked: list[str]) -> None:
    visitor.sign_in()
    for _ in range(3):
        visitor.client.get(MEMBERS_PAGE)
    assert asked == []
    pass_time(RECHECK_AFTER.total_seconds())
    for _ in range(3):
        visitor.client.get(MEMBERS_PAGE)
    assert len(asked) == 1
    assert timedelta(seconds=30) <= RECHECK_AFTER <= timedelta(seconds=50)


def test_while_one_request_asks_another_does_not_wait(visitor: Visitor, asked: list[str]) -> None:
    visitor.sign_in()
    pass_time(60)
    late = Person.objects.get()
    Person.objects.update(recheck_at=timezone.now() + RECHECK_AFTER)
    assert rechecking.still_known(late) == late
    assert asked == []


def test_somebody_the_service_knows_no_longer_is_signed_out(visitor: Visitor, simulator: Simulator) -> None:
    visitor.sign_in()
    person = visitor.person
    assert person is not None
    revoke_all(simulator, person)
    pass_time(60)
    answer = visitor.client.get(MEMBERS_PAGE)
    assert urlsplit(answer["Location"]).path == "/sign-in"
    assert not SignIn.objects.exists()
    assert Identity.objects.get().kept is None
    ended = trail(act="session.ended").get()
    assert (ended.actor, ended.detail["sessions"]) == ("system", 1)
    visitor.sign_in()
    assert visitor.client.get(MEMBERS_PAGE).status_code == 200


def test_an_access_token_that_is_over_is_renewed(visitor: Visitor) -> None:
    visitor.sign_in()
    identity = Identity.objects.get()
    before = identity.kept
    assert before is not None
    identity.keep({**before, "until": 0.0})
    identity.save()
    pass_time(60)
    assert visitor.client.get(MEMBERS_PAGE).status_code == 200
    after = Identity.objects.get().kept
    assert after is not None
    assert after["access"] != before["access"]
    assert after["refresh"] not in ("", before["refresh"])


def test_without_a_refresh_token_the_sign_in_ends_with_the_access_token(visitor: Visitor) -> None:
    visitor.sign_in()
    identity = Identity.objects.get()
    assert identity.kept is not None
    identity.keep({**identity.kept, "until": 0.0, "refresh": ""})
    identity.save()
    pass_time(60)
    assert visitor.client.get(MEMBERS_PAGE).status_code == 302


def test_a_refused_login_takes_nothing_from_another_of_the_same_person(
    visitor: Visitor, another_visitor: Visitor, simulator: Simulator
) -> None:
    visitor.sign_in("newcomer")
    begun = visitor.client.get("/me/identities/link")["Location"]
    visitor.come_back(visitor.choose(begun, "researcher"))
    visitor.client.post("/me/identities/finish", {"do": "link"})
    another_visitor.sign_in("researcher")
    member = Identity.objects.get(email="researcher@example.org")
    assert member.kept is not None
    grant = simulator.provider.mint.read("at+jwt", member.kept["access"])["grant"]
    simulator.provider.revoked.add(grant)
    pass_time(60)
    assert another_visitor.client.get(MEMBERS_PAGE).status_code == 302
    assert another_visitor.person is None
    assert visitor.person is not None
    assert visitor.client.get(MEMBERS_PAGE).status_code == 403


def test_tokens_of_this_site_stop_with_what_their_person_loses(
    visitor: Visitor, simulator: Simulator
) -> None:
    visitor.sign_in()
    assert visitor.person is not None
    _token, words = make_token(person=visitor.person, name="nightly", scopes=["member"], days=3)
    headers = {"Authorization": f"Bearer {words}"}
    assert Client().get("/api/saved", headers=headers).status_code == 200
    pass_time(60)
    assert Client().get("/api/saved", headers=headers).status_code == 200
    lose_everything(simulator)
    pass_time(60)
    assert Client().get("/api/saved", headers=headers).status_code == 403
    revoke_all(simulator, Person.objects.get())
    pass_time(60)
    assert Client().get("/api/saved", headers=headers).status_code == 401


def test_what_only_a_bearer_token_brought_counts_a_minute(simulator: Simulator) -> None:
    headers = {"Authorization": f"Bearer {simulator.access_token('researcher')}"}
    assert Client().get("/api/saved", headers=headers).status_code == 200
    person = Person.objects.get()
    _token, words = make_token(person=person, name="nightly", scopes=["member"], days=3)
    pass_time(60)
    assert Client().get("/api/saved", headers={"Authorization": f"Bearer {words}"}).status_code == 403


def test_the_service_is_killed_and_comes_back(settings: Settings) -> None:
    """Who is in goes on, who comes gets a sentence; what was taken back acts when it is back."""
    with running(keys=KEYS) as service:
        port = urlsplit(service.issuer).port
        register(settings, service)
        visitor = Visitor(service)
        visitor.sign_in()
    pass_time(600)
    assert visitor.client.get(MEMBERS_PAGE).status_code == 200
    newcomer = Visitor(service)
    state = dict(parse_qsl(urlsplit(newcomer.begin()).query))["state"]
    refused = newcomer.come_back({"state": state, "code": "any", "iss": service.issuer})
    assert refused.status_code == 503
    assert "does not answer at the moment. Try again in a few minutes." in refused.content.decode()
    with running(port or 0, keys=KEYS) as service:
        register(settings, service)
        lose_everything(service)
        pass_time(60)
        assert visitor.client.get(MEMBERS_PAGE).status_code == 403
        assert visitor.person is not None


def test_it_may_be_away_for_a_while_and_no_longer(settings: Settings) -> None:
    settings.SITE = settings.SITE.model_copy(update={"login_away_minutes": 30})
    with running(keys=KEYS) as service:
        port = urlsplit(service.issuer).port
        register(settings, service)
        visitor = Visitor(service)
        visitor.sign_in()
    pass_time(29 * 60)
    assert visitor.client.get(MEMBERS_PAGE).status_code == 200
    pass_time(2 * 60)
    assert visitor.client.get(MEMBERS_PAGE).status_code == 302
    assert visitor.person is None
    assert Identity.objects.get().kept is not None
    with running(port or 0, keys=KEYS) as service:
        register(settings, service)
        visitor.sign_in()
        assert visitor.client.get(MEMBERS_PAGE).status_code == 200


def test_signing_out_everywhere_leaves_nothing_to_ask_with(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.client.post("/me/sign-out-everywhere")
    assert Identity.objects.get().kept is None
    assert not SignIn.objects.exists()


def test_tokens_sealed_elsewhere_or_spoiled_are_none(visitor: Visitor, settings: Settings) -> None:
    visitor.sign_in()
    identity = Identity.objects.get()
    settings.SECRET_KEY = "another-secret-for-tests-0123456789abcdefghijklmnop"
    assert identity.kept is None
    identity.sealed = "spoiled"
    assert identity.kept is None
