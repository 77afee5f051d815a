"""Waiting for me: everything that is one's own to do, from every room, whole, in order, and never stale."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from caimera.notices import waiting
from caimera.notices.models import Post, RefusedAddress
from caimera.notices.waiting import Mark, count, page
from caimera.people import membership as acts
from caimera.people.granting import confirm_role, give_role
from caimera.people.models import Membership, Organisation, Person
from caimera.people.organisations import appoint, take_on
from caimera.web.counters import MOST
from tests.hub.conftest import make_person

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def applicant(number: int, *, ago: float, state: str = "submitted") -> Membership:
    return Membership.objects.create(
        person=make_person(f"applicant{number}", is_member=False),
        table=1,
        state=state,
        institution=f"Hospital {number}",
        purpose="Look",
        state_since=NOW - timedelta(days=ago),
        until=NOW + timedelta(days=10) if state == "member" else None,
    )


def titles(person: Person, size: int = 100) -> list[str]:
    return [one.item.title for one in page(person, size=size).items]


def test_each_sees_what_their_roles_have_them_do(rosa: Person, olga: Person, otto: Person) -> None:
    applicant(1, ago=3)
    asked = give_role(person=rosa, role="operator", reason="x", until=NOW + timedelta(days=9), by=olga)
    take_on(name="Hospital of nobody", by=None)
    RefusedAddress.objects.create(person=rosa, address="rosa@gone", answer="550", since=NOW)
    Post.objects.create(problem="away", failures=9, since=NOW - timedelta(days=1))
    everything = ["Applicant1, Hospital 1", "away", "rosa@gone", "Rosa, Operator", "Hospital of nobody"]
    assert sorted(titles(otto)) == sorted(everything)
    assert sorted(titles(olga)) == sorted(set(everything) - {"Rosa, Operator"}), "olga asked for it"
    assert titles(rosa) == []
    assert (count(otto), count(olga), count(rosa)) == (5, 4, 0)
    confirm_role(grant_id=asked.pk, by=otto)
    appoint(organisation_id=Organisation.objects.get().pk, person=rosa, by=None)
    assert sorted(titles(otto)) == ["Applicant1, Hospital 1", "away", "rosa@gone"]


def test_an_applicant_answers_and_a_member_renews() -> None:
    returned, member = applicant(1, ago=1, state="returned"), applicant(2, ago=1, state="member")
    (answer,) = page(returned.person, size=9).items
    (renew,) = page(member.person, size=9).items
    assert str(answer.item.what) == "Answer the question about your application"
    assert (str(renew.item.what), renew.item.due) == (
        "Renew your membership",
        (NOW + timedelta(days=10)).date(),
    )
    Membership.objects.filter(pk=member.pk).update(until=NOW + timedelta(days=40))
    assert page(member.person, size=9).items == []


def test_nobody_decides_on_their_own(olga: Person, otto: Person) -> None:
    Membership.objects.create(
        person=olga, table=1, state="submitted", institution="X", purpose="Y", state_since=NOW
    )
    assert (count(olga), count(otto)) == (0, 1)


def test_what_was_decided_waits_no_more(olga: Person) -> None:
    one = applicant(1, ago=2)
    assert count(olga) == 1
    acts.step(membership_id=one.pk, event="accept", by=olga)
    assert count(olga) == 0


@examples(max_examples=25)
@given(
    ages=st.lists(st.integers(0, 4), min_size=0, max_size=12),
    names=st.lists(st.integers(0, 4), max_size=8),
    size=st.integers(1, 5),
)
def test_pages_together_are_everything_once_and_in_order(
    ages: list[int], names: list[int], size: int
) -> None:
    Membership.objects.all().delete()
    Organisation.objects.all().delete()
    Person.objects.all().delete()
    operator = make_person("operator-of-this-test")
    give_role(person=operator, role="operator", reason="x", until=NOW + timedelta(days=9), by=None)
    for number, age in enumerate(ages):
        applicant(number, ago=age)
    for number, age in enumerate(names):
        made = take_on(name=f"Organisation {number}", by=None)
        Organisation.objects.filter(pk=made.pk).update(taken_on_at=NOW - timedelta(days=age))
    found = page(operator, size=size)
    seen = [*found.items]
    while found.next:
        found = page(operator, after=Mark.read(str(found.next)), size=size)
        assert found.items, "a page that is led to is never empty"
        seen += found.items
    assert len({(one.mark.provider, one.mark.key) for one in seen}) == len(seen) == len(ages) + len(names)
    assert [one.since for one in seen] == sorted(one.since for one in seen)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "~",
        "soon~applications~1",
        "2026-11-28T09:00:00~applications~1",
        "2026-11-28T09:00:00+00:00~x~1",
        "\0",
    ],
)
def test_a_mark_that_is_none_leads_to_the_beginning(text: str) -> None:
    assert Mark.read(text) is None


def test_a_mark_with_a_key_of_nobody_still_leads_on(olga: Person) -> None:
    applicant(1, ago=3)
    late = Mark.read(f"{(NOW - timedelta(days=4)).isoformat()}~applications~no-uuid")
    assert len(page(olga, after=late, size=5).items) == 1


def test_the_number_costs_one_question_and_stops_where_it_is_many(olga: Person) -> None:
    olga = Person.objects.get(pk=olga.pk)
    people = Person.objects.bulk_create(
        Person(issuer="x", sub=f"{number}", checked_at=NOW) for number in range(MOST + 30)
    )
    Membership.objects.bulk_create(
        Membership(person=one, table=1, state="submitted", institution="X", purpose="Y", state_since=NOW)
        for one in people
    )
    assert olga.may("members.decide")
    with CaptureQueriesContext(connection) as asked:
        assert count(olga) == MOST + 1
    assert len(asked) == 1


def test_only_the_rows_that_a_page_shows_are_read(olga: Person) -> None:
    for number in range(6):
        applicant(number, ago=number)
        take_on(name=f"Hospital {number}", by=None)
    olga = Person.objects.get(pk=olga.pk)
    assert olga.may("members.decide")
    with CaptureQueriesContext(connection) as asked:
        assert len(page(olga, size=4).items) == 4
    assert len(asked) == 2, "one for the order of all providers, one for the rows of the only one shown"


def test_what_is_done_between_both_questions_is_left_out(
    olga: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        applicant(number, ago=9 - number)
    known = waiting._rows

    def late(*arguments: Any) -> dict[str, Any]:
        Membership.objects.filter(institution="Hospital 1").update(state="returned")
        return known(*arguments)

    monkeypatch.setattr(waiting, "_rows", late)
    found = page(olga, size=2)
    assert [one.item.title for one in found.items] == ["Applicant0, Hospital 0"]
    assert [one.item.title for one in page(olga, after=found.next, size=2).items] == [
        "Applicant2, Hospital 2"
    ]


def test_every_provider_names_a_field_of_its_rows(olga: Person) -> None:
    for provider in waiting._providers.values():
        if (found := provider.found(olga)) is not None:
            assert list(found.order_by(provider.since, "pk")[:1]) is not None
            assert found.model._meta.get_field(provider.since).get_internal_type() == "DateTimeField"
