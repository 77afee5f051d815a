"""Places in the tree: each record gets one, once, whatever commits, kills, clocks and restores do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from django.db import connection, connections, transaction

from caimera.audit import sequencing
from caimera.audit.actions import record
from caimera.audit.checkpoints import make_checkpoint
from caimera.audit.models import Leaf, PersonKey, Record
from caimera.audit.queries import waiting
from caimera.audit.sequencing import BATCH, Placed, sequence
from tests.audit.trails import INSERT, act, acts, another_session, found_online, harm, places, rows

pytestmark = pytest.mark.django_db(transaction=True)


def test_records_get_their_places_in_the_order_of_their_ids() -> None:
    ids = acts(7)
    assert waiting() == 7
    placed = sequence()
    assert placed is not None
    assert placed.count == 7
    assert places() == ids
    assert waiting() == 0


def test_a_second_look_finds_nothing_and_a_third_what_came_since() -> None:
    first = acts(3)
    placed = sequence()
    assert placed is not None
    again = sequence(since=placed.since)
    assert again is not None
    assert again.count == 0
    second = acts(2)
    assert sequence(since=again.since) == Placed(2, again.since + 2)
    assert places() == first + second


def test_an_act_undone_leaves_no_place_behind() -> None:
    first = act()
    with transaction.atomic():
        record(act="question.asked", actor="person:nobody")
        transaction.set_rollback(True)
    second = act()
    sequence()
    assert places() == [first, second]
    assert not PersonKey.objects.exists()


def test_a_record_that_commits_after_a_later_one_is_waited_for() -> None:
    with another_session() as other:
        other.execute("BEGIN")
        (slow,) = other.execute(INSERT, ["person:slow"]).fetchone() or (0,)
        quick = act()
        assert quick > slow
        placed = sequence()
        assert placed is not None
        assert placed.count == 0
        other.execute("COMMIT")
        assert sequence(since=placed.since) is not None
    assert places() == [slow, quick]


def test_a_record_that_is_rolled_back_after_a_later_one_holds_nothing_up_for_long() -> None:
    with another_session() as other:
        other.execute("BEGIN")
        other.execute(INSERT, ["person:slow"])
        quick = act()
        placed = sequence()
        assert placed is not None
        other.execute("ROLLBACK")
        sequence(since=placed.since)
    assert places() == [quick]


def test_an_older_act_with_a_higher_id_is_not_missed() -> None:
    """The transaction began first, its record came last: it is below no mark that anyone remembers."""
    with another_session() as other:
        other.execute("BEGIN")
        other.execute("SELECT pg_current_xact_id()")
        first = act()
        placed = sequence()
        (late,) = other.execute(INSERT, ["person:late"]).fetchone() or (0,)
        other.execute("COMMIT")
    assert placed is not None
    assert late > first
    sequence(since=placed.since)
    assert places() == [first, late]


def test_many_writers_and_sequencers_at_once_place_each_record_once() -> None:
    def write(number: int) -> None:
        try:
            acts(25, first=number * 25)
        finally:
            connections.close_all()

    def place(number: int) -> None:
        try:
            since = None
            for _ in range(15):
                placed = sequence(since=since)
                since = placed.since if placed else since
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        done = [pool.submit(write, number) for number in range(4)]
        done += [pool.submit(place, number) for number in range(2)]
        for each in done:
            each.result()
    sequence(wait=True)
    assert sorted(places()) == sorted(Record.objects.values_list("id", flat=True))
    assert Leaf.objects.count() == 100
    make_checkpoint(wait=True)
    assert found_online() == []


def test_more_than_a_batch_is_placed_at_once() -> None:
    count = BATCH + 5
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_record (act, actor, object, detail, request_id)"
            " SELECT 'question.asked', 'system', '', '{}', '' FROM generate_series(1, %s)",
            [count],
        )
    placed = sequence()
    assert placed is not None
    assert placed.count == count
    assert len(places()) == count


def test_others_have_their_turn_after_each_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, rests = iter(range(100)), list[float]()
    slow = SimpleNamespace(monotonic=lambda: float(next(clock)), sleep=rests.append)
    monkeypatch.setattr(sequencing, "time", slow)
    monkeypatch.setattr(sequencing, "BATCH", 2)
    for _ in range(5):
        act()
    assert sequence(rest=3.0) is not None
    assert len(places()) == 5
    assert rests == [3.0, 3.0]  # nobody waits for what comes after the last


def test_while_one_sequences_another_does_not() -> None:
    act()
    with another_session() as other:
        other.execute("BEGIN")
        other.execute("SELECT pg_advisory_xact_lock(%s)", [0x6361696D657261])
        assert sequence() is None
        assert places() == []
        assert make_checkpoint() is None
        other.execute("ROLLBACK")
    assert sequence() is not None
    assert len(places()) == 1


def test_a_person_has_one_key_and_keeps_it() -> None:
    acts(10)
    sequence()
    keys = dict(PersonKey.objects.values_list("name", "key"))
    acts(10)
    sequence()
    assert dict(PersonKey.objects.values_list("name", "key")) == keys
    assert sorted(keys) == ["person:omar", "person:rosa"]
    assert len({bytes(key) for key in keys.values()}) == 2
    pseudonyms = rows(
        "SELECT DISTINCT text::json ->> 'actor' FROM audit_leaf WHERE text LIKE '%%pseudonym:%%'"
    )
    assert len(pseudonyms) == 2


def test_the_clock_may_go_back() -> None:
    first = acts(3)
    harm("UPDATE audit_record SET at = at + interval '1 hour'")
    sequence()
    second = acts(3)
    placed = sequence()
    assert placed is not None
    assert places() == first + second
    make_checkpoint()
    assert found_online() == []


def test_what_was_read_back_into_another_cluster_is_placed_and_so_is_what_follows() -> None:
    """There transactions are numbered from the beginning: the old records seem to come from the future."""
    old = acts(3)
    sequence()
    waiting_there = acts(2)
    harm("UPDATE audit_record SET txid = txid + 1000000")
    placed = sequence()
    assert placed is not None
    assert (placed.count, places()) == (2, old + waiting_there)
    new = acts(2)
    assert sequence(since=placed.since + 1_000_000) is not None
    assert places() == old + waiting_there + new


KILLED = """
import os, signal
import django
django.setup()
from django.db import transaction
from caimera.audit import sequencing
placing = sequencing.place
def place_and_die(records):
    placing(records)
    os.kill(os.getpid(), signal.SIGKILL)
sequencing.place = place_and_die
sequencing.sequence(wait=True)
"""


def test_one_killed_in_the_middle_leaves_nothing_half_done() -> None:
    ids = acts(5)
    said = connection.settings_dict
    url = f"postgresql://{said['USER']}@/{said['NAME']}?host={quote(said['HOST'], safe='')}"
    environment = {**os.environ, "CAIMERA_HUB_DATABASE_URL": url}
    killed = subprocess.run([sys.executable, "-c", KILLED], env=environment, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert Leaf.objects.count() == 0
    assert not PersonKey.objects.exists()
    sequence(wait=True)
    assert places() == ids
    make_checkpoint(wait=True)
    assert found_online() == []


def test_numbers_and_texts_of_every_kind_are_placed_and_sound() -> None:
    details = [
        {},
        {"n": 2**53 - 1, "x": -0.0, "small": 1e-7, "whole": 1.0, "large": 1e22},
        {"text": 'ü€😀\u2028"\\\n\x7f', "": None, "ключ": [[], {}], "😀": {"b": 1, "a": 2}},
    ]
    for detail in details:
        act(detail=detail)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_record (act, actor, object, detail, request_id)"
            " VALUES ('question.asked', 'system', '', '{\"n\": 1152921504606846977}', '')"
        )
    sequence()
    make_checkpoint()
    assert len(places()) == 4
    assert found_online() == []


def test_every_salt_is_its_own() -> None:
    acts(20)
    salts = [bytes(salt) for (salt,) in rows("SELECT salt FROM audit_record")]
    assert len(set(salts)) == 20
    assert {len(salt) for salt in salts} == {32}
