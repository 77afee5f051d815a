"""Acts about people are told to whom they concern: read from what each finds among their notices."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from caimera.audit import following
from caimera.audit.actions import record
from caimera.notices.from_people import FOLLOWED, on
from caimera.notices.models import Notice
from caimera.notices.queries import Shown
from caimera.people import membership as acts
from caimera.people.claims import Claims
from caimera.people.granting import confirm_role, give_role, take_role
from caimera.people.identities import link, unlink
from caimera.people.models import Identity, Membership, Person
from caimera.people.organisations import appoint, dismiss, take_on
from caimera.people.personal_tokens import make_account_with_token, make_token
from caimera.people.policies import current
from tests.hub.conftest import make_person

pytestmark = pytest.mark.django_db

SOON = timezone.now() + timedelta(days=90)


def heard(person: Person) -> list[tuple[str, str]]:
    """What a person was told since somebody last asked, oldest first."""
    found = Notice.objects.filter(person=person).order_by("written_at", "id")
    told = [(one.kind, one.event) for one in found]
    found.delete()
    return told


def applied(person: Person) -> Membership:
    return acts.apply(
        person=person, institution="Hospital", purpose="Look", accepted=[policy.id for policy in current()]
    )


@pytest.fixture
def nils(db: None) -> Person:
    return make_person("nils", is_member=False)


def test_applicant_and_deciders_hear_of_each_other(nils: Person, olga: Person, otto: Person) -> None:
    one = applied(nils)
    assert heard(olga) == heard(otto) == [("applications", "applied")]
    acts.step(membership_id=one.pk, event="ask-back", by=olga, reason="Which department?")
    assert heard(nils) == [("membership", "returned")]
    acts.answer(membership_id=one.pk, person=nils, institution="Hospital, Radiology", purpose="Look")
    assert heard(olga) == [("applications", "answered")]
    acts.step(membership_id=one.pk, event="accept", by=otto)
    (notice,) = Notice.objects.filter(person=nils)
    until = timezone.now() + timedelta(days=365)
    assert Shown.of(notice).sentence.endswith(f"until {until.day} {until:%B} {until.year}.")
    assert heard(nils) == [("membership", "accepted")]
    acts.step(membership_id=one.pk, event="leave", by=nils)
    assert heard(otto)[-1] == ("applications", "left")
    assert heard(nils) == [], "what they did themselves is no news to them"


@pytest.mark.parametrize(
    ("events", "told"),
    [
        (["refuse"], ["refused"]),
        (["accept", "end"], ["accepted", "ended"]),
        (["ask-back", "lapse"], ["returned", "lapsed"]),
    ],
)
def test_an_applicant_hears_every_decision(
    nils: Person, olga: Person, events: list[str], told: list[str]
) -> None:
    one = applied(nils)
    for event in events:
        acts.step(membership_id=one.pk, event=event, by=olga, reason="Because.")
    assert [event for _kind, event in heard(nils)] == told


def test_the_clock_tells_that_a_membership_is_over(nils: Person, olga: Person) -> None:
    one = applied(nils)
    acts.step(membership_id=one.pk, event="accept", by=olga)
    heard(nils)
    Membership.objects.update(until=timezone.now())
    acts.end_overdue(now=timezone.now() + timedelta(seconds=1))
    assert heard(nils) == [("membership", "expired")]


def test_an_operator_who_applied_is_not_asked_to_decide(olga: Person, otto: Person) -> None:
    applied(olga)
    assert heard(olga) == []
    assert heard(otto) == [("applications", "applied")]


def test_four_eyes_hear_of_each_other(rosa: Person, olga: Person, otto: Person) -> None:
    grant = give_role(person=rosa, role="operator", reason="helps", until=SOON, by=olga)
    assert heard(otto) == [("roles-to-confirm", "asked")]
    assert heard(rosa) == heard(olga) == []
    confirm_role(grant_id=grant.pk, by=otto)
    assert heard(rosa) == [("rights", "given")]
    assert heard(olga) == [("roles-asked", "confirmed")]
    assert heard(otto) == []
    take_role(grant_id=grant.pk, reason="left", by=olga)
    assert heard(rosa) == [("rights", "taken")]


def test_who_asked_for_a_role_hears_that_it_was_declined(rosa: Person, olga: Person, otto: Person) -> None:
    grant = give_role(person=rosa, role="operator", reason="helps", until=SOON, by=olga)
    take_role(grant_id=grant.pk, reason="no", by=otto)
    assert heard(olga) == [("roles-asked", "declined")]
    assert heard(rosa) == []
    again = give_role(person=rosa, role="operator", reason="helps", until=SOON, by=olga)
    take_role(grant_id=again.pk, reason="changed my mind", by=olga)
    assert heard(olga) == []


def test_a_role_given_at_once_says_which_and_until_when(rosa: Person, olga: Person) -> None:
    give_role(person=rosa, role="stakeholder", reason="follows", until=SOON, by=olga)
    said = Shown.of(Notice.objects.get(person=rosa)).sentence
    assert said == f"You have the role: Stakeholder, until {on(SOON)}."
    assert heard(olga) == []


def test_delegates_logins_and_tokens_are_told_to_their_person(rosa: Person, olga: Person) -> None:
    hospital = take_on(name="Hospital", by=olga)
    delegate = appoint(organisation_id=hospital.pk, person=rosa, by=olga)
    dismiss(delegate_id=delegate.pk, by=olga)
    assert heard(rosa) == [("rights", "appointed"), ("rights", "dismissed")]
    Identity.objects.create(person=rosa, issuer=rosa.issuer, sub=rosa.sub, checked_at=timezone.now())
    claims = Claims(issuer="https://other", sub="r", name="", email="", entitlements=())
    identity = link(person=rosa, claims=claims, tokens=None)
    unlink(person=rosa, identity_id=identity.pk)
    make_token(person=rosa, name="mine", scopes=[], days=10)
    assert heard(rosa) == [("security", "linked"), ("security", "unlinked"), ("security", "token-made")]


def test_programs_are_told_nothing(olga: Person) -> None:
    make_account_with_token(name="nightly", roles=["stakeholder"], days=3)
    assert not Notice.objects.exists()


@pytest.mark.parametrize("act", FOLLOWED)
@pytest.mark.parametrize("detail", [{}, {"membership": "7", "grant": "7", "person": "", "token": None}])
def test_a_record_that_does_not_say_what_it_is_about_is_told_to_nobody(
    act: str, detail: dict[str, str], olga: Person
) -> None:
    record(act=act, actor="system", object="person:nobody", detail=detail)
    assert heard(olga) == []


def test_each_act_has_one_who_follows_and_an_error_undoes_the_act(rosa: Person) -> None:
    def fail(_record: object) -> None:
        raise RuntimeError

    assert all("notices" in following._following[act] for act in FOLLOWED)
    following.register("tests.followed", "tests", fail)
    with pytest.raises(RuntimeError):
        record(act="tests.followed", actor="system")
    following._following.pop("tests.followed")


@pytest.mark.parametrize("given", ["2027-05-01T23:59:59+00:00", SOON.replace(2027, 5, 1)])
def test_days_are_said_in_words(given: str) -> None:
    assert on(given) == "1 May 2027"
