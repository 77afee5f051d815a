"""What people enter themselves: whole lists, taken in as one or not at all."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from caimera.audit.models import Record as Trail
from caimera.dcat import Text
from caimera.hub.catalogue import actions, queries
from caimera.hub.catalogue.errors import NotByHand, RecordsRefused, UnknownSource, WouldWithdraw
from caimera.hub.catalogue.models import Entry, Harvest, Kind, Record, Source
from tests.hub.catalogue.holders import Federation, Holder, described, numbers, turtle_of

pytestmark = pytest.mark.django_db(transaction=True)


def given(*these: int, title: str = "Dataset") -> dict[UUID, str]:
    return {UUID(int=n): turtle_of(described(n, title=(Text(f"{title} {n}", "en"),))) for n in these}


def titles() -> list[str]:
    return list(queries.visible_records().values_list("title", flat=True))


@pytest.fixture
def hand() -> str:
    return actions.add_hand(name="clinic", title="The clinic", actor="person:researcher").pk


def test_what_a_person_enters_is_in_the_catalogue_at_once(hand: str) -> None:
    done = actions.take_in(source_id=hand, records=given(1, 2), actor="person:researcher")
    assert (done.state, numbers(done)) == ("applied", {"added": 2})
    assert titles() == ["Dataset 1", "Dataset 2"]
    kept = Record.objects.get(pk=UUID(int=1))
    assert (kept.source_id, kept.source.name, kept.turtle) == (hand, "The clinic", given(1)[kept.pk])
    trail = list(Trail.objects.order_by("id").values_list("act", "object"))
    assert trail == [("source.added", f"source:{hand}"), ("catalogue.harvested", f"source:{hand}")]
    assert not Entry.objects.exists()


def test_the_next_list_changes_and_withdraws(hand: str) -> None:
    actions.take_in(source_id=hand, records=given(1, 2, 3), actor="person:researcher")
    came = Record.objects.get(pk=UUID(int=3)).changed_at
    entered = {**given(2, title="Other"), **given(3, 4)}
    done = actions.take_in(source_id=hand, records=entered, actor="person:researcher")
    assert numbers(done) == {"added": 1, "changed": 1, "gone": 1, "unchanged": 1}
    assert titles() == ["Dataset 3", "Dataset 4", "Other 2"]
    changed = dict(Record.objects.values_list("id", "changed_at"))
    assert changed[UUID(int=3)] == came
    assert changed[UUID(int=1)] == changed[UUID(int=2)] == changed[UUID(int=4)] > came


def test_one_record_is_added_beside_the_others(hand: str) -> None:
    actions.take_in(source_id=hand, records=given(1, 2), actor="person:researcher")
    done = actions.take_in(source_id=hand, records=given(3), actor="person:researcher", whole=False)
    assert numbers(done) == {"added": 1, "unchanged": 2}
    assert titles() == ["Dataset 1", "Dataset 2", "Dataset 3"]


def test_one_bad_record_keeps_all_out(hand: str) -> None:
    actions.take_in(source_id=hand, records=given(1), actor="person:researcher")
    broken = {**given(1, title="Changed"), UUID(int=2): "broken", UUID(int=3): "# \x00"}
    with pytest.raises(RecordsRefused) as refused:
        actions.take_in(source_id=hand, records=broken, actor="person:researcher")
    assert set(refused.value.problems) == {UUID(int=2), UUID(int=3)}
    assert "no valid Turtle" in refused.value.problems[UUID(int=2)]
    assert titles() == ["Dataset 1"]
    assert Harvest.objects.count() == 1


def test_what_another_source_holds_cannot_be_entered(
    hand: str, holder: Holder, federation: Federation
) -> None:
    holder.publish(1)
    federation.harvest()
    with pytest.raises(RecordsRefused, match="first and keeps it"):
        actions.take_in(source_id=hand, records=given(1, title="Mine"), actor="person:researcher")
    assert titles() == ["Dataset 1"]


def test_withdrawing_nearly_everything_must_be_meant(hand: str) -> None:
    actions.take_in(source_id=hand, records=given(*range(1, 12)), actor="person:researcher")
    with pytest.raises(WouldWithdraw) as asked:
        actions.take_in(source_id=hand, records=given(1), actor="person:researcher")
    assert (asked.value.gone, asked.value.known, len(titles())) == (10, 11, 11)
    done = actions.take_in(source_id=hand, records=given(1), actor="person:researcher", confirmed=True)
    assert numbers(done) == {"gone": 10, "unchanged": 1}


def test_a_newer_reader_reads_again_what_was_entered(hand: str, federation: Federation) -> None:
    actions.take_in(source_id=hand, records=given(1), actor="person:researcher")
    before = Record.objects.get().changed_at
    Record.objects.update(reader=0, title="Read by an older release")
    federation.settle()
    kept = Record.objects.get()
    assert (kept.title, kept.changed_at) == ("Dataset 1", before)
    assert Harvest.objects.filter(source_id=hand).count() == 2


def test_only_what_is_entered_by_hand_is(hand: str, holder: Holder, federation: Federation) -> None:
    federation.settle()
    with pytest.raises(NotByHand):
        actions.take_in(source_id="trials", records=given(1), actor="person:researcher")
    with pytest.raises(UnknownSource):
        actions.take_in(source_id="nobody", records=given(1), actor="person:researcher")


def test_a_source_is_made_once(hand: str) -> None:
    assert actions.add_hand(name="clinic", title="Another", actor="person:researcher").title == "The clinic"
    assert Source.objects.count() == Trail.objects.count() == 1


@pytest.mark.parametrize(
    "broken",
    [
        {"id": "clinic", "kind": Kind.HAND, "title": "No low line"},
        {"id": "a_node", "kind": Kind.NODE},
        {"id": "hand_x", "kind": Kind.HAND},
        {"id": "web_x", "kind": Kind.POINT, "title": "No address"},
        {"id": "web_x", "kind": Kind.DOCUMENT, "url": "https://example.org/"},
        {"id": "web_x", "kind": Kind.HAND, "title": "With address", "url": "https://example.org/"},
    ],
)
def test_each_kind_of_source_has_what_it_needs(broken: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Source.objects.create(**broken)
