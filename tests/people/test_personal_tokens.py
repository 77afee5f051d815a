"""Tokens this site gives, accounts of programs, and sessions ended everywhere at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from caimera.audit.queries import trail
from caimera.people.errors import ActRefused, Overtaken, TokenRefused
from caimera.people.models import AccessToken, Person, RoleGrant
from caimera.people.personal_tokens import (
    AT_MOST,
    PREFIX,
    TRUSTED,
    end_account,
    make_account,
    make_account_with_token,
    make_token,
    person_by_token,
    revoke_token,
)
from tests.looking import browser

pytestmark = pytest.mark.django_db

MakePerson = Callable[..., Person]


def ask(words: str, address: str = "/api/saved") -> HttpResponse:
    return Client().get(address, headers={"Authorization": f"Bearer {words}"})  # type: ignore[return-value]


def token(person: Person, *scopes: str, days: int = 30) -> str:
    return make_token(person=person, name="laptop", scopes=scopes, days=days)[1]


def test_a_token_asks_in_its_persons_name_for_what_it_was_made_for(make_person: MakePerson) -> None:
    rosa = make_person()
    words = token(rosa, "member")
    assert re.fullmatch(PREFIX + r"[A-Za-z0-9_-]{43}", words)
    assert ask(words).status_code == 200
    assert AccessToken.objects.get().last_used_at is not None
    narrow = ask(token(rosa))
    assert narrow.status_code == 403
    assert "not made for this" in narrow.json()["detail"]


def test_a_token_never_does_more_than_its_person(make_person: MakePerson) -> None:
    rosa = make_person()
    words = token(rosa, "member", "members.read")
    assert ask(words, "/api/memberships").status_code == 403
    now = timezone.now()
    RoleGrant.objects.create(
        person=rosa, role="engagement", reason="t", until=now + timedelta(days=1), confirmed_at=now
    )
    assert ask(words, "/api/memberships").status_code == 200
    assert ask(token(rosa, "member"), "/api/memberships").status_code == 403
    Person.objects.update(in_membership_group=False)
    assert ask(words).status_code == 403


def test_only_the_digest_is_kept_and_the_trail_knows_no_words(make_person: MakePerson) -> None:
    words = token(make_person(), "member")
    kept = AccessToken.objects.values().get()
    assert not any(words in str(value) or words[len(PREFIX) :] in str(value) for value in kept.values())
    made = trail(act="token.made").get()
    assert words not in str(made.detail)
    assert made.detail["scopes"] == ["member"]


def test_a_token_that_ended_was_revoked_or_is_of_somebody_long_away_opens_nothing(
    make_person: MakePerson,
) -> None:
    rosa = make_person()
    over, revoked, away = token(rosa, "member"), token(rosa, "member"), token(rosa, "member")
    first, second, _third = AccessToken.objects.order_by("made_at", "pk")
    AccessToken.objects.filter(digest=first.digest).update(until=timezone.now())
    revoke_token(token_id=second.pk, by=rosa, person=rosa)
    with pytest.raises(Overtaken):
        revoke_token(token_id=second.pk, by=rosa, person=rosa)
    works = [ask(words).status_code for words in (over, revoked, away)]
    assert sorted(works) == [200, 401, 401]
    Person.objects.update(checked_at=timezone.now() - TRUSTED)
    answers = [ask(words) for words in (over, revoked, away)]
    assert {answer.status_code for answer in answers} == {401}
    assert all(answer["WWW-Authenticate"] == "Bearer" for answer in answers)
    with pytest.raises(TokenRefused):
        person_by_token(PREFIX + "x" * 43)


@pytest.mark.parametrize(
    "changed",
    [{"name": " "}, {"name": "x" * 101}, {"scopes": ["everything"]}, {"days": 0}, {"days": 367}],
)
def test_a_token_has_a_name_an_end_and_known_permissions(make_person: MakePerson, changed: dict) -> None:
    sound = {"person": make_person(), "name": "laptop", "scopes": ["member"], "days": 30}
    with pytest.raises(ActRefused):
        make_token(**{**sound, **changed})
    assert not AccessToken.objects.exists()


def test_a_person_has_a_bounded_number_of_them(make_person: MakePerson) -> None:
    rosa = make_person()
    for _ in range(AT_MOST):
        token(rosa)
    with pytest.raises(ActRefused, match="Revoke one first"):
        token(rosa)


def test_the_page_shows_a_token_once_and_revokes_it(make_person: MakePerson) -> None:
    client = browser(make_person())
    made = client.post("/me/tokens", {"name": "laptop", "scope": "member", "days": "30"})
    (words,) = re.findall(PREFIX + r"[A-Za-z0-9_-]{43}", made.content.decode())
    assert "no-store" in made["Cache-Control"]
    assert words not in client.get("/me/tokens").content.decode()
    assert ask(words).status_code == 200
    kept = AccessToken.objects.get()
    other = browser(make_person("other"))
    assert other.post(f"/me/tokens/{kept.pk}/revoke").status_code == 404
    client.post(f"/me/tokens/{kept.pk}/revoke")
    assert ask(words).status_code == 401
    assert client.post(f"/me/tokens/{kept.pk}/revoke").status_code == 409
    assert client.post("/me/tokens", {"name": "", "days": "many"}).status_code == 422


def test_signing_out_everywhere_ends_every_session_and_token(make_person: MakePerson) -> None:
    rosa = make_person()
    here, there, words = browser(rosa), browser(rosa), token(rosa, "member")
    somebody_else = browser(make_person("other"))
    here.post("/me/sign-out-everywhere")
    assert (here.get("/me").status_code, there.get("/me").status_code) == (302, 302)
    assert ask(words).status_code == 401
    assert somebody_else.get("/me").status_code == 200
    assert browser(Person.objects.get(pk=rosa.pk)).get("/me").status_code == 200
    assert trail(act="person.signed-out-everywhere").get().detail == {"tokens": 1}


def test_a_program_has_an_account_a_role_and_a_token_until_it_ends() -> None:
    words = make_account_with_token(name="nightly-report", roles=("researcher", "engagement"), days=30)
    assert ask(words).status_code == 200
    assert ask(words, "/api/memberships").status_code == 200
    with pytest.raises(Overtaken):
        make_account(name="nightly-report", roles=("researcher",), days=30, by=None)
    end_account(name="nightly-report", by=None)
    assert ask(words).status_code == 401
    assert Person.objects.get().roles == frozenset()


@pytest.mark.parametrize(
    "changed", [{"name": "Nightly Report"}, {"roles": ["operator"]}, {"roles": ["emperor"]}, {"days": 0}]
)
def test_an_account_that_cannot_be_is_refused(changed: dict) -> None:
    with pytest.raises(ActRefused):
        make_account(**{"name": "nightly", "roles": ["engagement"], "days": 30, "by": None, **changed})
    assert not Person.objects.exists()


def test_the_profile_is_corrected_told_and_forgotten(make_person: MakePerson) -> None:
    rosa = make_person()
    client = browser(rosa)
    sent = {"shown_name": "Dr Rosa R.", "notice_email": "rosa@lab.example.org"}
    client.post("/me/profile", sent)
    known = client.get("/me.json").json()["person"]
    assert {name: known[name] for name in sent} == sent
    assert "Dr Rosa R." in client.get("/membership").content.decode()
    for wrong in ({**sent, "notice_email": "no address"}, {**sent, "shown_name": "x\x1b[31m"}):
        assert client.post("/me/profile", wrong).status_code == 422
    assert Person.objects.get().shown_name == "Dr Rosa R."


def test_every_chapter_of_this_room_tells_and_forgets(make_person: MakePerson) -> None:
    from caimera.people.organisations import appoint, take_on
    from caimera.people.own_chapters import ALL

    rosa = make_person()
    token(rosa, "member")
    appoint(organisation_id=take_on(name="Hospital", by=None).pk, person=rosa, by=None)
    told = {chapter.name: chapter.told(rosa) for chapter in ALL}
    assert told["tokens"][0]["scopes"] == ["member"]
    assert told["organisations"][0]["organisation"] == "Hospital"
    for chapter in ALL:
        chapter.forget(rosa)
    assert {chapter.name for chapter in ALL if chapter.count(rosa)} == set()
    assert rosa.tokens.count() == 0
