"""A turn does what is due and no more; a damaged trail is told of once, and nothing is built on it."""

from __future__ import annotations

import logging

import pytest

from caimera.audit.keeping import ERASE, SIGN, Keeper
from caimera.audit.models import Checkpoint, Leaf, Record
from caimera.audit.queries import trail_problem
from caimera.audit.witnessing import take_cosignature, witness_checkpoint
from tests.audit.trails import act, acts, harm, signed

pytestmark = pytest.mark.django_db(transaction=True)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keeper(clock: Clock) -> Keeper:
    return Keeper(clock)


def sizes() -> list[int]:
    return [each.size for each in Checkpoint.objects.all()]


def test_every_turn_places_and_one_a_minute_signs(keeper: Keeper, clock: Clock) -> None:
    for count in (3, 2):
        acts(count)
        assert keeper.turn() == []
    assert (Leaf.objects.count(), sizes()) == (5, [3])
    clock.now += SIGN
    keeper.turn()
    clock.now += SIGN
    keeper.turn()
    assert sizes() == [3, 5]


def test_a_witness_is_sent_each_checkpoint_once_a_minute_until_it_cosigns(
    keeper: Keeper, clock: Clock
) -> None:
    acts(2)
    ((site, letter),) = keeper.turn(["hub"])
    assert (site, letter.known_size) == ("hub", 0)
    assert keeper.turn(["hub"]) == []
    clock.now += SIGN
    assert [site for site, _ in keeper.turn(["hub"])] == ["hub"]
    take_cosignature(site="hub", said=witness_checkpoint(site="hub", said=letter, now=1_795_000_000))
    clock.now += SIGN
    assert keeper.turn(["hub"]) == []
    acts(1)
    assert [letter.known_size for _, letter in keeper.turn(["hub", "trials"])] == [2, 0]


def test_what_was_kept_long_enough_is_erased_once_a_day(keeper: Keeper, clock: Clock) -> None:
    keeper.turn()
    made = act()
    harm("UPDATE audit_record SET at = at - interval '9000 days'")
    keeper.turn()
    assert Record.objects.filter(pk=made).exists()
    clock.now += ERASE
    keeper.turn()
    assert not Record.objects.filter(pk=made).exists()
    assert Record.objects.get().act == "trail.erased"


def test_a_damaged_trail_is_told_of_once(
    keeper: Keeper, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    signed(3)
    harm("DELETE FROM audit_leaf WHERE position = 2")
    acts(1)
    with caplog.at_level(logging.CRITICAL):
        for _ in range(3):
            assert keeper.turn(["hub"]) == []
            clock.now += SIGN
    (told,) = caplog.records
    assert told.getMessage() == (
        "the trail is damaged: The tree has 2 leaves, but this site signed 3. "
        "Run `caimera audit verify`, and bring the database back from its backup."
    )
    assert sizes() == [3]


def test_records_that_wait_too_long_are_told_to_the_operator() -> None:
    signed(2)
    made = act()
    assert trail_problem() == ""
    harm(f"UPDATE audit_record SET at = at - interval '11 minutes' WHERE id = {made}")
    assert "Run `caimera audit sequence`" in trail_problem()
    signed(0)
    assert trail_problem() == ""
