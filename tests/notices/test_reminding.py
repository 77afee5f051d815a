"""Reminders come on their days, once each, whenever somebody looks and whatever the clock does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from caimera.notices import reminding
from caimera.notices.models import Notice
from caimera.notices.reminding import STAGES, remind, stage
from caimera.people.models import Acceptance, AccessToken, Membership, Person, RoleGrant
from caimera.people.policies import Policy, current
from tests.hub.conftest import make_person

pytestmark = pytest.mark.django_db

END = datetime(2027, 6, 30, 12, tzinfo=UTC)


def member(sub: str = "nils", until: datetime = END) -> Membership:
    person = make_person(sub, is_member=False)
    return Membership.objects.create(
        person=person,
        table=1,
        state="member",
        institution="Hospital",
        purpose="Look",
        state_since=until - timedelta(days=365),
        until=until,
    )


def look(*days: float) -> list[str]:
    """Somebody looks so many days before the end, in this order; what was told of, oldest first."""
    for before in days:
        remind(now=END - timedelta(days=before))
    return list(Notice.objects.order_by("written_at", "id").values_list("event", flat=True))


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ([31], []),
        ([30], ["30"]),
        ([30, 29.9, 8, 7.6], ["30"]),
        ([30, 7, 0.1], ["30", "7", "0"]),
        ([7, 7, 7], ["7"]),
        ([5], ["7"]),
        ([31, 5, 0.4], ["7", "0"]),
        ([0.2], ["0"]),
        ([-1], []),
        ([7, 30, 7, 0.2, 30, 7], ["7", "30", "0"]),
    ],
    ids=[
        "too early",
        "30",
        "30 once",
        "each",
        "7 once",
        "slept over 7",
        "slept",
        "the day",
        "over",
        "clock back",
    ],
)
def test_a_membership_is_remembered(days: list[float], told: list[str]) -> None:
    member()
    assert look(*days) == told


@given(st.integers(-40, 400), st.integers(0, 23))
def test_a_stage_is_the_last_day_that_has_come(days: int, hour: int) -> None:
    now = END.replace(hour=hour) - timedelta(days=days)
    come = [one for one in STAGES if days <= one]
    assert stage(END, now) == (come[-1] if come else None)


@examples(max_examples=30)
@given(st.lists(st.integers(-2 * 24, 40 * 24), max_size=12))
def test_each_stage_is_told_once_in_whatever_order_somebody_looks(hours: Sequence[int]) -> None:
    Notice.objects.all().delete()
    Person.objects.filter(sub="nils").delete()
    member()
    looks = [hour / 24 for hour in hours]
    told = look(*looks)
    assert len(told) == len(set(told))
    expected = {
        str(one) for at in looks if at > 0 and (one := stage(END, END - timedelta(days=at))) is not None
    }
    assert set(told) == expected


def test_a_renewed_membership_is_remembered_anew() -> None:
    one = member()
    assert look(7) == ["7"]
    one.until = END + timedelta(days=365)
    one.save()
    assert look(7, -365 + 7) == ["7", "7"]


def test_roles_are_remembered_and_said_to_have_ended() -> None:
    for sub, confirmed, ended in (("rosa", END, None), ("asked", None, None), ("taken", END, END)):
        RoleGrant.objects.create(
            person=make_person(sub),
            role="stakeholder",
            reason="test",
            until=END + timedelta(days=sub == "taken"),
            confirmed_at=confirmed and END - timedelta(days=90),
            ended_at=ended,
        )
    assert look(60, 30, 6, 0.3, -0.1, -3, -3) == ["30", "7", "0", "ended"]
    assert {one.person.sub for one in Notice.objects.select_related("person")} == {"rosa"}
    Notice.objects.all().delete()
    assert look(-20) == [], "nobody is told weeks later"


def test_tokens_are_remembered_unless_they_were_made_for_days() -> None:
    for sub, made, revoked in (("rosa", 90, None), ("short", 5, None), ("revoked", 90, END)):
        token = AccessToken.objects.create(
            person=make_person(sub), name="mine", digest=sub, until=END, revoked_at=revoked
        )
        AccessToken.objects.filter(pk=token.pk).update(made_at=END - timedelta(days=made))
    assert look(30, 7, 3, 0.2) == ["7", "0"]
    assert {one.person.sub for one in Notice.objects.select_related("person")} == {"rosa"}


def test_members_who_accepted_an_earlier_policy_hear_of_a_new_one() -> None:
    policy = current()[0]
    later = Policy(policy.name, policy.version + 1, policy.title, policy.since, policy.sections)
    for sub, versions, is_member in (
        ("before", [policy.version], True),
        ("both", [policy.version, later.version], True),
        ("never", [], True),
        ("visitor", [policy.version], False),
    ):
        person = make_person(sub, is_member=is_member)
        for version in versions:
            Acceptance.objects.create(
                person=person, policy=policy.name, version=version, visit=False, until=END
            )
    remind(now=END)
    assert not Notice.objects.exists()
    with patch.object(reminding, "current", lambda: (later,)):
        remind(now=END)
        remind(now=END + timedelta(days=1))
    (notice,) = Notice.objects.all()
    assert (notice.person.sub, notice.facts) == ("before", {"policy": policy.title})


def test_rooms_above_are_asked_at_every_turn() -> None:
    looked: list[datetime] = []
    reminding.register("tests", looked.append)
    try:
        remind(now=END)
    finally:
        reminding._reminding.pop("tests")
    assert looked == [END]
