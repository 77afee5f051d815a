"""A notice is written with what it tells, to those it concerns, in the way they chose."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.utils import timezone

from caimera.audit.models import Record
from caimera.notices.actions import choose, open_notice, read_all, tell, tell_holders
from caimera.notices.errors import ChoiceRefused, OutsideTransaction, UnknownKind
from caimera.notices.kinds import registered, words_of
from caimera.notices.models import Letter, Notice, Preference
from caimera.notices.queries import address_of, can_be_told, kinds_for, unread
from caimera.people.models import SERVICE, Person
from caimera.people.organisations import appoint, take_on
from caimera.people.queries import holders_of
from tests.hub.conftest import make_person
from tests.notices.conftest import with_role
from tests.notices.mail_server import MailServer

pytestmark = pytest.mark.django_db


def token_notice(person: Person, **more: str) -> int:
    """A notice of a kind that can be chosen, to one person."""
    return tell(
        kind="token-ends", event="7", people=[person], page="/me/tokens", facts={"until": "1 May"}, **more
    )


def test_what_is_undone_is_not_told_and_what_happens_is(server: MailServer, rosa: Person) -> None:
    with transaction.atomic():
        assert token_notice(rosa) == 1
        transaction.set_rollback(True)
    assert (Notice.objects.count(), Letter.objects.count()) == (0, 0)
    with transaction.atomic():
        token_notice(rosa)
    notice = Notice.objects.get()
    assert (notice.person, notice.letter_id, notice.read_at) == (rosa, notice.pk, None)


@pytest.mark.django_db(transaction=True)
def test_a_notice_outside_a_transaction_is_refused(rosa: Person) -> None:
    with pytest.raises(OutsideTransaction, match="transaction of what it tells"):
        token_notice(rosa)
    assert not Notice.objects.exists()


def test_a_kind_or_event_nobody_registered_is_refused(rosa: Person) -> None:
    for kind, event in (("token-starts", "7"), ("token-ends", "8")):
        with pytest.raises(UnknownKind):
            tell(kind=kind, event=event, people=[rosa])
    assert not Notice.objects.exists()


def test_what_is_told_once_is_told_once_to_each(server: MailServer, rosa: Person, olga: Person) -> None:
    for _ in range(3):
        token_notice(rosa, once="token 7")
    told = tell(kind="token-ends", event="7", people=[rosa, olga], once="token 7")
    assert told == 1
    assert sorted(Notice.objects.values_list("person__sub", flat=True)) == ["olga", "rosa"]
    assert Letter.objects.count() == 2


def test_nobody_is_told_where_nobody_can_read_it(rosa: Person) -> None:
    program = make_person("nightly")
    program.issuer = SERVICE
    gone = make_person("forgotten:7")
    assert [can_be_told(one) for one in (rosa, program, gone)] == [True, False, False]
    assert tell(kind="token-ends", event="7", people=[program, gone]) == 0


def test_everyone_with_a_permission_is_told_but_whoever_did_it(olga: Person, otto: Person) -> None:
    make_person("rosa")
    told = tell_holders(
        permission="members.decide", but=(otto.actor,), kind="applications", event="left", page="/memberships"
    )
    assert told == 1
    assert Notice.objects.get().person == olga


def test_holders_of_a_permission_hold_it_by_role_group_or_organisation(olga: Person) -> None:
    group = "urn:geant:lifescience-ri.eu:group:lifescience:communities_and_projects:EUCAIM:access-committee"
    by_group = make_person("by-group")
    by_group.entitlements = [f"{group}#aai.lifescience-ri.eu"]
    by_group.save()
    by_role, elsewhere = with_role("access-committee"), make_person("elsewhere")
    elsewhere.entitlements = [f"{group}#another.authority"]
    elsewhere.save()
    found = {one.sub for one in holders_of("trail.see")}
    assert found == {olga.sub, by_group.sub, by_role.sub}
    delegate = make_person("delegate", is_member=False)
    appoint(organisation_id=take_on(name="Hospital", by=None).pk, person=delegate, by=None)
    assert [one.sub for one in holders_of("uses.see")] == ["delegate"]
    assert {one.sub for one in holders_of("member")} == {"by-group", "elsewhere"}


def test_each_hears_in_the_way_they_chose(server: MailServer) -> None:
    people = {how: make_person(how) for how in ("at-once", "daily", "weekly", "web")}
    for how, person in people.items():
        choose(person=person, hows={"token-ends": how})
    tell(kind="token-ends", event="7", people=list(people.values()))
    notices = {one.person.sub: one for one in Notice.objects.select_related("person")}
    assert {sub: one.digest for sub, one in notices.items()} == {
        "at-once": "",
        "daily": "daily",
        "weekly": "weekly",
        "web": "",
    }
    assert [letter.person.sub for letter in Letter.objects.select_related("person")] == ["at-once"]
    assert Preference.objects.count() == 3, "the usual way is nobody's choice"


def test_what_always_comes_cannot_be_chosen(server: MailServer, rosa: Person) -> None:
    for kind in (one for one in registered() if one.always and not one.permission):
        with pytest.raises(ChoiceRefused, match="always comes by mail"):
            choose(person=rosa, hows={"token-ends": "web", kind.name: "web"})
    assert not Preference.objects.exists()
    tell(kind="security", event="linked", people=[rosa])
    assert Letter.objects.get().person == rosa


@pytest.mark.parametrize("hows", [{"token-ends": "hourly"}, {"nothing": "web"}, {"applications": "web"}])
def test_what_is_not_offered_cannot_be_chosen(rosa: Person, hows: dict[str, str]) -> None:
    with pytest.raises(ChoiceRefused):
        choose(person=rosa, hows=hows)
    assert not Record.objects.filter(act="notices.chosen").exists()


def test_a_choice_is_recorded_and_kinds_are_those_of_ones_roles(rosa: Person, olga: Person) -> None:
    choose(person=olga, hows={"applications": "daily"})
    record = Record.objects.get(act="notices.chosen")
    assert (record.actor, record.detail) == (olga.actor, {"applications": "daily"})
    more = {one.name for one in kinds_for(olga)} - {one.name for one in kinds_for(rosa)}
    assert {"applications", "roles-to-confirm", "roles-asked", "mail-test"} <= more


def test_without_a_mail_server_or_an_address_there_are_notices_and_no_letters(
    rosa: Person, settings: object
) -> None:
    choose(person=rosa, hows={"token-ends": "daily"})
    token_notice(rosa)
    assert (Notice.objects.get().digest, Letter.objects.count()) == ("", 0)


def test_who_has_no_address_gets_no_letter(server: MailServer, rosa: Person) -> None:
    rosa.email = ""
    rosa.save()
    token_notice(rosa)
    assert (Notice.objects.count(), Letter.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("profile", "login", "found"),
    [
        ("", "rosa@example.org", "rosa@example.org"),
        ("other@example.org", "rosa@example.org", "other@example.org"),
        ("", "rosa@bücher.example", "rosa@xn--bcher-kva.example"),
        ("", "not an address", ""),
        ("", "", ""),
        ("", "rosa@example.org\r\nBcc: all@example.org", ""),
        ("", "rosa@example.org, all@example.org", ""),
        ("", "rosá@example.org", ""),
    ],
)
def test_mail_goes_to_the_profiles_address_if_it_is_one(profile: str, login: str, found: str) -> None:
    assert address_of(Person(notice_email=profile, email=login)) == found


def test_a_notice_is_read_by_opening_it_and_only_ones_own(rosa: Person, olga: Person) -> None:
    token_notice(rosa)
    notice = Notice.objects.get()
    assert open_notice(notice_id=notice.pk, person=olga) is None
    assert unread(rosa) == 1
    opened = open_notice(notice_id=notice.pk, person=rosa)
    assert opened is not None
    assert opened.read_at is not None
    assert opened.read_at <= timezone.now()
    again = open_notice(notice_id=notice.pk, person=rosa)
    assert again is not None
    assert again.read_at == opened.read_at
    token_notice(rosa)
    assert (unread(rosa), read_all(person=rosa), unread(rosa)) == (1, 1, 0)


def test_every_event_of_every_kind_has_words_and_what_is_no_more_says_so() -> None:
    for kind in registered():
        for event in kind.events:
            subject, sentence = words_of(kind.name, event, {})
            assert subject.strip()
            assert sentence.strip().endswith("."), (kind.name, event)
    assert "earlier version" in words_of("gone", "away", {})[1]
