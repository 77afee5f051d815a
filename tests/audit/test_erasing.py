"""Forgetting a person, and keeping records no longer than they must be: the tree stays whole, and says so."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from pydantic import ValidationError

from caimera.audit.actions import forget_person, record
from caimera.audit.checkpoints import make_checkpoint
from caimera.audit.errors import NotInPlaceYet, UnknownActor
from caimera.audit.exporting import verifiable
from caimera.audit.models import Leaf, PersonKey, Record
from caimera.audit.queries import records_about
from caimera.audit.retiring import apply_retention
from caimera.audit.sequencing import sequence
from caimera.audit.verifying import verify
from caimera.hub.settings.site import HubSettings
from tests.audit.trails import (
    INSERT,
    act,
    another_session,
    file,
    findings,
    found_offline,
    found_online,
    harm,
    rows,
    signed,
)

pytestmark = pytest.mark.django_db(transaction=True)

ROSA = ("person:rosa", "person:7d0c")


def sign() -> None:
    sequence(wait=True)
    make_checkpoint(wait=True)


@pytest.fixture
def trail(transactional_db: None) -> None:
    """Twelve acts, three of them Rosa's, and three more that others did to or about her."""
    signed(12)
    act("person:omar", "role.granted", object="person:7d0c", detail={"role": "operator"})
    act("system", "note.written", detail={"about": [{"who": "person:rosa"}]})
    act("system", "person:rosa.fooled", object="question:person:rosa", detail={"x": "person:rosal"})
    sign()


@pytest.mark.usefixtures("trail")
def test_a_person_sees_every_record_that_names_them_anywhere() -> None:
    about = [(each.actor, each.act) for each in records_about(ROSA).order_by("id")]
    assert about == [
        *[("person:rosa", "question.asked")] * 3,
        ("person:omar", "role.granted"),
        ("system", "note.written"),
    ]
    assert not records_about(()).exists()
    assert not records_about(["person:nobody"]).exists()


@pytest.mark.usefixtures("trail")
def test_a_person_forgotten_is_in_no_table_and_no_export_and_the_tree_is_whole() -> None:
    assert forget_person(names=ROSA, actor="person:omar") == 5
    sign()
    everything = " ".join(
        str(row)
        for table in ("record", "leaf", "personkey", "checkpoint")
        for row in rows(f"SELECT audit_{table}::text FROM audit_{table} WHERE TRUE")
    )
    assert "person:omar" in everything
    assert "person:7d0c" not in everything
    assert not records_about(ROSA).exists()
    assert not [word for word in everything.split() if word == "person:rosa" or "study 0" in word]
    assert found_online() == found_offline() == []
    exported = b"".join(file(opened=True))
    assert b'"person:rosa"' not in exported


@pytest.mark.usefixtures("trail")
def test_of_a_person_forgotten_the_acts_remain_under_a_name_nobody_can_resolve() -> None:
    mine = "SELECT text::json ->> 'actor' FROM audit_leaf WHERE position IN (0, 5, 10)"
    before = rows(mine)
    forget_person(names=ROSA, actor="system")
    assert rows(mine) == before
    assert len(set(before)) == 1
    assert before[0][0].startswith("pseudonym:")
    assert sorted(PersonKey.objects.values_list("name", flat=True)) == ["person:omar"]


@pytest.mark.usefixtures("trail")
def test_what_was_erased_is_said_by_the_trail_itself() -> None:
    forget_person(names=ROSA, actor="person:omar")
    sign()
    erased = Record.objects.get(act="trail.erased")
    assert erased.actor == "person:omar"
    assert erased.detail == {
        "why": "a person was forgotten",
        "leaves": False,
        "positions": [[0, 0], [5, 5], [10, 10], [12, 13]],
    }
    forgotten = Record.objects.get(act="person.forgotten")
    assert (forgotten.actor, forgotten.object, forgotten.detail) == ("person:omar", "", {"records": 5})
    report = verify(verifiable())
    assert (report.leaves, report.opened, report.erased) == (17, 12, 5)


@pytest.mark.usefixtures("trail")
def test_who_asks_to_be_forgotten_is_not_named_by_the_asking() -> None:
    forget_person(names=ROSA, actor="person:rosa")
    sign()
    assert not records_about(ROSA).exists()
    assert {each.actor for each in Record.objects.filter(act__in=("person.forgotten", "trail.erased"))} == {
        "system"
    }
    assert not PersonKey.objects.filter(name__in=ROSA).exists()


@pytest.mark.usefixtures("trail")
def test_who_comes_back_is_somebody_new() -> None:
    before = rows("SELECT text::json ->> 'actor' FROM audit_leaf WHERE position = 0")
    forget_person(names=ROSA, actor="system")
    act("person:rosa")
    sign()
    after = rows("SELECT text::json ->> 'actor' FROM audit_leaf ORDER BY position DESC LIMIT 1")
    assert after[0][0].startswith("pseudonym:")
    assert after != before
    assert found_online() == []


@pytest.mark.usefixtures("trail")
def test_a_stranger_is_forgotten_without_a_trace() -> None:
    assert forget_person(names=["person:nobody"], actor="system") == 0
    assert not Record.objects.filter(act="trail.erased").exists()


@pytest.mark.usefixtures("trail")
def test_an_erasing_without_a_record_of_it_is_found() -> None:
    forget_person(names=ROSA, actor="system")
    harm("DELETE FROM audit_record WHERE id = (SELECT record_id FROM audit_leaf WHERE position = 1)")
    sign()
    assert found_online() == found_offline() == [("erased", 1, 1)]


@pytest.mark.usefixtures("trail")
def test_a_record_of_an_erasing_that_was_invented_is_in_the_tree_for_all_to_see() -> None:
    """Whoever erases by hand says so in the trail, or is found: the act stands, with its time and place."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_erase(ARRAY[(SELECT record_id FROM audit_leaf WHERE position = 1)], 'x', '')"
        )
    sign()
    assert found_online() == []
    assert Record.objects.get(act="trail.erased").detail["positions"] == [[1, 1]]


def test_what_has_no_place_yet_is_not_erased() -> None:
    with another_session() as other:
        other.execute("BEGIN")
        other.execute(INSERT, ["person:slow"])
        made = act("person:rosa")
        with pytest.raises(NotInPlaceYet, match="Try again"):
            forget_person(names=ROSA, actor="system")
        other.execute("ROLLBACK")
    assert Record.objects.get().id == made
    with (
        pytest.raises(DatabaseError, match="without a place in the tree"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT audit_erase(%s, 'system', '')", [[made]])


def test_who_forgets_must_be_an_actor() -> None:
    with pytest.raises(UnknownActor):
        forget_person(names=ROSA, actor="Omar")


def aged(kind: str, days: float) -> int:
    """An act of long ago."""
    made = act("person:rosa", kind)
    harm(f"UPDATE audit_record SET at = at - interval '{days} days' WHERE id = {made}")
    return made


def kept() -> set[int]:
    return set(Record.objects.exclude(act="trail.erased").values_list("id", flat=True))


def expire(now: datetime | None = None, **days: int) -> int:
    return apply_retention(days=days, now=now or timezone.now())


def test_each_kind_is_kept_as_long_as_its_own_rule_says() -> None:
    old = {kind: aged(kind, 500) for kind in ("question.asked", "question.sent", "node.left", "questions.x")}
    young = aged("question.asked", 364)
    sign()
    assert apply_retention(days={"*": 600, "question": 400, "question.sent": 900}, now=timezone.now()) == 1
    assert kept() == {*old.values(), young} - {old["question.asked"]}
    assert apply_retention(days={"*": 400, "question": 900}, now=timezone.now()) == 2
    assert kept() == {old["question.sent"], young}


def test_what_expired_leaves_its_hash_and_nothing_else() -> None:
    old, young = aged("question.asked", 500), aged("question.asked", 1)
    sign()
    hashes = rows("SELECT position, hash FROM audit_leaf ORDER BY position")
    assert expire(question=400) == 1
    assert Leaf.objects.order_by("position").values_list("record_id", "text").first() == (old, None)
    assert rows("SELECT position, hash FROM audit_leaf ORDER BY position") == hashes
    assert kept() == {young}
    sign()
    assert found_online() == found_offline() == found_offline(opened=False) == []
    (said,) = Record.objects.filter(act="trail.erased")
    assert said.detail == {"why": "kept for as long as it had to be", "leaves": True, "positions": [[0, 0]]}


def test_many_expire_in_batches_and_a_second_time_nothing_does() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_record (at, act, actor, object, detail, request_id)"
            " SELECT now() - interval '500 days', 'question.asked', 'system', '', '{}', ''"
            " FROM generate_series(1, 2300)"
        )
    sign()
    assert expire(question=400) == 2300
    assert expire(question=400) == 0
    assert Record.objects.filter(act="trail.erased").count() == 3
    sign()
    assert found_online() == []


def test_what_says_that_something_was_erased_is_kept_for_ever() -> None:
    aged("question.asked", 500)
    sign()
    expire(question=400)
    harm("UPDATE audit_record SET at = at - interval '9000 days'")
    sequence(wait=True)
    assert apply_retention(days={"*": 365, "trail": 365, "trail.erased": 365}, now=timezone.now()) == 0
    assert Record.objects.get().act == "trail.erased"


def test_what_waits_for_its_place_does_not_expire() -> None:
    made = aged("question.asked", 500)
    assert expire(question=400) == 0
    assert kept() == {made}


def test_an_expired_record_of_a_person_can_still_be_forgotten() -> None:
    aged("question.asked", 500)
    act("person:rosa")
    sign()
    expire(question=400)
    assert forget_person(names=ROSA, actor="system") == 1
    sign()
    assert found_online() == []
    assert not PersonKey.objects.filter(name="person:rosa").exists()


def test_a_clock_that_runs_ahead_retires_nothing_that_is_young() -> None:
    """The worker's clock says when, the database's own that a year is over."""
    young, old = act("person:rosa"), aged("question.asked", 380)
    sign()
    assert expire(question=400) == 0
    assert expire(timezone.now() + timedelta(days=9000), question=400) == 1
    assert kept() == {young}
    assert old not in kept()


def test_a_clock_that_was_set_back_retires_nothing() -> None:
    made = aged("question.asked", 500)
    sign()
    assert expire(timezone.now() - timedelta(days=9000), question=400) == 0
    assert kept() == {made}


def test_the_database_itself_retires_nothing_before_a_year_is_over() -> None:
    made = aged("question.asked", 364)
    sign()
    with (
        pytest.raises(DatabaseError, match="kept for a year at least"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT audit_retire(%s, 'system', '')", [[made]])
    assert kept() == {made}


def test_verifying_says_how_many_were_retired_and_how_many_erased() -> None:
    for _ in range(3):
        aged("question.asked", 500)
    signed(5)
    expire(question=400)
    forget_person(names=["person:omar"], actor="system")
    sign()
    report = verify(verifiable())
    assert (report.retired, report.erased, report.opened, findings(report)) == (3, 1, 7, [])


def test_the_key_of_a_pseudonym_goes_with_the_last_record_under_it() -> None:
    aged("question.asked", 500)
    act("person:omar")
    sign()
    assert set(PersonKey.objects.values_list("name", flat=True)) == {"person:rosa", "person:omar"}
    expire(question=400)
    assert set(PersonKey.objects.values_list("name", flat=True)) == {"person:omar"}
    sign()
    assert found_online() == []


@pytest.mark.parametrize("days", [{"question": 364}, {"*": 0}, {"*": -1}])
def test_nothing_may_be_kept_for_less_than_a_year(days: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match=r"the law has access logs kept for a year .* Say 365 or more"):
        HubSettings(audit_retention_days=days)


def test_erasing_is_one_transaction_with_what_says_so() -> None:
    signed(5)
    with transaction.atomic():
        record(act="x.y", actor="system")
        with connection.cursor() as cursor:
            cursor.execute("SELECT audit_erase(ARRAY(SELECT record_id FROM audit_leaf), 'system', '')")
        transaction.set_rollback(True)
    assert Record.objects.count() == 5
    assert findings(verify(verifiable())) == []
