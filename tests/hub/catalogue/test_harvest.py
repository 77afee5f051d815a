"""From a node's list to the catalogue: whole runs, in envelopes, against a real database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from caimera.audit.models import Record as Trail
from caimera.dcat import Text
from caimera.hub.catalogue import actions, ending, queries
from caimera.hub.catalogue.errors import NothingToConfirm, UnknownSource
from caimera.hub.catalogue.models import Entry, Harvest, Record, Source
from caimera.hub.catalogue.states import TRANSITIONS, Event, State
from caimera.hub.federation.models import Node
from caimera.protocol.messages import (
    CatalogueEntry,
    CatalogueListed,
    CatalogueWanted,
    RecordsGiven,
    RecordsWanted,
)
from caimera.receiving.models import Refusal
from tests.hub.catalogue.holders import (
    Federation,
    Holder,
    described,
    last_run,
    numbers,
    record,
    sha256,
    stored,
    turtle_of,
)
from tests.hub.conftest import FakeNode

pytestmark = pytest.mark.django_db(transaction=True)

MakeNode = Callable[..., FakeNode]


def titles() -> list[str]:
    return list(queries.visible_records().values_list("title", flat=True))


def acts() -> list[str]:
    return [act for act in Trail.objects.order_by("id").values_list("act", flat=True) if "node" not in act]


def test_what_a_node_publishes_becomes_the_catalogue(holder: Holder, federation: Federation) -> None:
    for number in (1, 2, 3):
        holder.publish(number)
    federation.harvest()
    assert titles() == ["Dataset 1", "Dataset 2", "Dataset 3"]
    assert (last_run().state, numbers(last_run())) == ("applied", {"added": 3})
    kept = Record.objects.get(pk=UUID(int=2))
    assert (kept.source_id, kept.turtle, kept.digest) == (
        "trials",
        holder.records[kept.pk],
        sha256(holder.records[kept.pk]),
    )
    assert (kept.subjects, kept.studies, kept.provider) == (340, 512, "Image department")
    assert kept.conformance["eucaim-v2"] == {"state": "conforms", "complaints": []}
    assert acts() == ["catalogue.harvested"]
    assert not Entry.objects.exists()


def test_only_what_is_new_or_changed_is_fetched(holder: Holder, federation: Federation) -> None:
    for number in (1, 2, 3):
        holder.publish(number)
    federation.harvest()
    first_seen = Record.objects.get(pk=UUID(int=2)).first_seen_at
    holder.publish(2, title=(Text("Dataset two", "en"),))
    holder.publish(4)
    holder.wanted.clear()
    federation.harvest()
    assert holder.wanted == [2]
    assert numbers(last_run()) == {"added": 1, "changed": 1, "unchanged": 2}
    assert titles() == ["Dataset 1", "Dataset 3", "Dataset 4", "Dataset two"]
    assert Record.objects.get(pk=UUID(int=2)).first_seen_at == first_seen
    federation.harvest()
    assert holder.wanted == [2]
    assert numbers(last_run()) == {"unchanged": 4}


def test_what_is_gone_becomes_a_tombstone_and_may_come_back(holder: Holder, federation: Federation) -> None:
    holder.publish(1)
    holder.publish(2)
    federation.harvest()
    holder.withdraw(2)
    federation.harvest()
    assert titles() == ["Dataset 1"]
    assert numbers(last_run()) == {"gone": 1, "unchanged": 1}
    assert Record.objects.get(pk=UUID(int=2)).withdrawn_at is not None
    assert Trail.objects.get(act="record.withdrawn").object == f"dataset:{UUID(int=2)}"
    holder.publish(2)
    federation.harvest()
    assert numbers(last_run()) == {"added": 1, "unchanged": 1}
    assert titles() == ["Dataset 1", "Dataset 2"]


def test_long_lists_and_many_records_come_in_parts(holder: Holder, federation: Federation) -> None:
    holder.page, holder.batch = 3, 2
    for number in range(1, 9):
        holder.publish(number)
    federation.harvest()
    assert numbers(last_run()) == {"added": 8}
    assert holder.wanted == [8, 6, 4, 2]


def test_a_broken_record_is_refused_with_a_reason_and_the_good_one_stays(
    holder: Holder, federation: Federation
) -> None:
    holder.publish(1)
    holder.publish(2)
    federation.harvest()
    holder.records[UUID(int=1)] = "@prefix dcat: <http://www.w3.org/ns/dcat#> . <x> a dcat:Dataset ;;; broken"
    federation.harvest()
    assert numbers(last_run()) == {"refused": 1, "unchanged": 1}
    assert titles() == ["Dataset 1", "Dataset 2"]
    (refused,) = queries.source_state(Source.objects.get()).refused
    assert refused.dataset_id == UUID(int=1)
    assert refused.problem.startswith("The document is no valid Turtle")
    holder.publish(1, title=(Text("Mended", "en"),))
    federation.harvest()
    assert titles() == ["Dataset 2", "Mended"]
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("turtle", "sentence"),
    [
        ("<https://example.org/x> a <https://example.org/Y> .", "must describe one dataset"),
        (
            "".join(f"<https://a.org/{n}> a <http://www.w3.org/ns/dcat#Dataset> ." for n in (1, 2)),
            "must describe one dataset",
        ),
        ("@prefix dcat: <http://www.w3.org/ns/dcat#> . <https://a.org/1> a dcat:Dataset .", "no title"),
        ("# \x00", "NUL characters"),
        ("<html><body>Sign in</body></html>", "no valid Turtle"),
        ("", "must describe one dataset"),
    ],
)
def test_what_is_no_record_is_refused_and_the_others_are_taken(
    holder: Holder, federation: Federation, turtle: str, sentence: str
) -> None:
    holder.publish(1)
    holder.records[UUID(int=2)] = turtle
    federation.harvest()
    assert titles() == ["Dataset 1"]
    assert numbers(last_run()) == {"added": 1, "refused": 1}
    assert sentence in Entry.objects.get().problem


def test_a_record_with_another_digest_is_refused(holder: Holder, federation: Federation) -> None:
    holder.publish(1)
    federation.harvest()
    holder.publish(1, title=(Text("Other", "en"),))
    holder.changed()
    ((_, question),) = federation.turn()
    holder.answer(question)
    ((_, wanted),) = federation.turn()
    assert isinstance(wanted, RecordsWanted)
    false = record(UUID(int=1), holder.records[UUID(int=1)]).model_copy(update={"digest": "00" * 32})
    holder.say(RecordsGiven(run=wanted.run, records=(false,)))
    federation.settle()
    assert titles() == ["Dataset 1"]
    assert "does not have the digest" in Entry.objects.get().problem


def test_a_record_that_never_fits_is_refused(holder: Holder, federation: Federation) -> None:
    holder.batch = 0
    holder.publish(1)
    holder.publish(2)
    federation.harvest()
    assert numbers(last_run()) == {"refused": 2}
    assert "too large for one message" in str(Entry.objects.first().problem)  # type: ignore[union-attr]


def test_a_dataset_withdrawn_while_it_is_read_is_simply_not_there(
    holder: Holder, federation: Federation
) -> None:
    holder.publish(1)
    holder.publish(2)
    holder.changed()
    ((_, question),) = federation.turn()
    holder.answer(question)
    holder.withdraw(2)
    federation.settle()
    assert titles() == ["Dataset 1"]
    assert numbers(last_run()) == {"added": 1}


def test_an_identifier_belongs_to_the_source_that_used_it_first(holder: Holder, make_node: MakeNode) -> None:
    other = Holder(make_node("genomics"))
    holder.publish(1)
    Federation([holder, other]).harvest()
    other.publish(1, title=(Text("Taken over", "en"),))
    other.publish(2)
    Federation([holder, other]).harvest()
    assert titles() == ["Dataset 1", "Dataset 2"]
    assert numbers(last_run("genomics")) == {"added": 1, "refused": 1}
    (refused,) = queries.source_state(Source.objects.get(pk="genomics")).refused
    assert "first and keeps it" in refused.problem
    assert refused.problem.endswith("It is held by trials.")


@pytest.mark.parametrize(
    ("before", "after", "held"), [(1, 0, True), (12, 5, True), (12, 6, False), (10, 1, False)]
)
def test_a_list_that_shrinks_too_much_waits_for_a_person(
    holder: Holder, federation: Federation, before: int, after: int, held: bool
) -> None:
    for number in range(before):
        holder.publish(number + 1)
    federation.harvest()
    holder.withdraw(*range(after + 1, before + 1))
    federation.harvest()
    assert last_run().state == ("held" if held else "applied")
    assert len(titles()) == (before if held else after)


def test_a_held_list_is_applied_when_a_person_says_so(holder: Holder, federation: Federation) -> None:
    holder.publish(1)
    holder.publish(2)
    federation.harvest()
    holder.withdraw(1, 2)
    federation.harvest()
    assert last_run().sentence.startswith("The list lacks 2 of 2 datasets.")
    actions.confirm_harvest(source_id="trials", actor="system")
    assert titles() == []
    assert (last_run().state, numbers(last_run())) == ("applied", {"gone": 2})
    assert acts()[-4:] == ["catalogue.held", "record.withdrawn", "record.withdrawn", "catalogue.harvested"]
    with pytest.raises(NothingToConfirm):
        actions.confirm_harvest(source_id="trials", actor="system")
    with pytest.raises(UnknownSource):
        actions.confirm_harvest(source_id="nobody", actor="system")


def test_a_better_list_takes_the_place_of_a_held_one(holder: Holder, federation: Federation) -> None:
    holder.publish(1)
    federation.harvest()
    kept = dict(holder.records)
    holder.records.clear()
    federation.harvest()
    held = last_run()
    holder.records.update(kept)
    federation.harvest()
    held.refresh_from_db()
    assert (held.state, last_run().state) == ("failed", "applied")
    assert titles() == ["Dataset 1"]


def test_a_silent_source_is_asked_again_given_up_and_keeps_its_records(
    holder: Holder, federation: Federation
) -> None:
    holder.publish(1)
    federation.harvest()
    holder.silent = True
    holder.changed()
    ((_, first),) = federation.turn()
    assert federation.turn() == []
    Harvest.objects.filter(state="listing").update(asked_at=timezone.now() - timedelta(seconds=20))
    assert federation.turn() == [("trials", first)]
    Harvest.objects.filter(state="listing").update(heard_at=timezone.now() - timedelta(seconds=100))
    federation.turn()
    assert (last_run().state, last_run().sentence[:15]) == ("failed", "The source said")
    assert titles() == ["Dataset 1"]
    assert acts()[-1] == "catalogue.failed"
    assert federation.turn() == []
    Harvest.objects.filter(state="failed").update(started_at=timezone.now() - timedelta(minutes=6))
    holder.silent = False
    federation.settle()
    assert last_run().state == "applied"


def test_a_node_that_comes_back_and_every_hour_is_harvested(holder: Holder, federation: Federation) -> None:
    federation.settle()
    assert Harvest.objects.count() == 1
    federation.settle()
    assert Harvest.objects.count() == 1
    Node.objects.update(left_at=timezone.now())
    federation.settle()
    assert Source.objects.get().present is False
    holder.node.appear()
    federation.settle()
    assert Harvest.objects.count() == 2
    Harvest.objects.update(started_at=timezone.now() - timedelta(minutes=61))
    federation.settle()
    assert Harvest.objects.count() == 3


def test_news_during_a_run_leads_to_another(holder: Holder, federation: Federation) -> None:
    holder.publish(1)
    holder.changed()
    federation.turn()
    holder.changed()
    for site, question in list(federation.asked):
        assert site == "trials"
        holder.answer(question)
    federation.settle()
    assert Harvest.objects.filter(state="applied").count() == 2


def test_answers_to_nothing_asked_are_refused(
    holder: Holder, federation: Federation, make_node: MakeNode
) -> None:
    other = Holder(make_node("genomics"))
    federation.turn()
    run = Harvest.objects.get(source_id="trials").pk
    assert not holder.say(CatalogueListed(run=uuid4()))
    assert not other.say(CatalogueListed(run=run))
    assert not other.say(RecordsGiven(run=run))
    assert Refusal.objects.get(site="genomics", code="not_wanted").count == 2
    assert Harvest.objects.get(pk=run).state == "listing"


def test_an_answer_that_comes_twice_changes_nothing(holder: Holder, federation: Federation) -> None:
    holder.page = 2
    for number in (1, 2, 3):
        holder.publish(number)
    holder.changed()
    ((_, question),) = federation.turn()
    assert isinstance(question, CatalogueWanted)
    first = holder.listed(question)
    assert holder.say(first)
    assert holder.say(first)
    federation.settle()
    assert numbers(last_run()) == {"added": 3}


def listed(*ids: int, after: int | None = None, more: bool = False) -> dict[str, object]:
    entries = tuple(CatalogueEntry(dataset_id=UUID(int=one), digest="0e" * 32) for one in ids)
    return {"entries": entries, "more": more, "after": UUID(int=after) if after else None}


@pytest.mark.parametrize("said", [listed(2, 1), listed(1, 1), listed(more=True)])
def test_a_list_out_of_order_or_without_end_ends_the_run(
    holder: Holder, federation: Federation, said: dict[str, object]
) -> None:
    holder.changed()
    ((_, question),) = federation.turn()
    assert isinstance(question, CatalogueWanted)
    assert not holder.say(CatalogueListed.model_validate({"run": question.run, **said}))
    assert last_run().state == "failed"
    assert Refusal.objects.get().code == "out_of_order"


def test_a_list_of_more_than_anyone_has_ends_the_run(
    holder: Holder, federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_DATASETS", 2)
    for number in (1, 2, 3):
        holder.publish(number)
    holder.changed()
    federation.settle()
    assert last_run().state == "failed"
    assert titles() == []


def test_records_are_read_again_by_a_newer_reader(holder: Holder, federation: Federation) -> None:
    holder.publish(1)
    federation.harvest()
    Record.objects.update(reader=0, title="Read by an older release")
    federation.harvest()
    assert titles() == ["Dataset 1"]
    assert numbers(last_run()) == {"changed": 1}


def test_a_revoked_node_is_not_harvested_and_its_records_stay(holder: Holder, federation: Federation) -> None:
    holder.publish(1)
    federation.harvest()
    Node.objects.update(revoked_at=timezone.now())
    actions.want_harvest(source_id="trials")
    assert federation.turn() == []
    assert titles() == ["Dataset 1"]


def test_everything_can_be_wanted_anew(holder: Holder, federation: Federation) -> None:
    federation.settle()
    assert actions.want_harvest() == ["trials"]
    federation.settle()
    assert Harvest.objects.count() == 2
    with pytest.raises(UnknownSource):
        actions.want_harvest(source_id="nobody")


def test_runs_of_long_ago_are_forgotten(
    holder: Holder, federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "KEPT", 2)
    for _ in range(4):
        federation.harvest()
    assert Harvest.objects.count() == 2


def test_version_1_is_read_as_version_2(holder: Holder, federation: Federation) -> None:
    old = turtle_of(described(1)).replace(
        "http://healthdataportal.eu/ns/health#", "https://w3id.org/healthdcat-ap#"
    )
    holder.records[UUID(int=1)] = old
    federation.harvest()
    assert Record.objects.get().subjects == 340


def test_a_harvest_moves_by_the_table_alone() -> None:
    ended = {State.APPLIED, State.FAILED}
    assert {before for before, _ in TRANSITIONS} == set(State) - ended
    assert set(TRANSITIONS.values()) | {State.LISTING} == set(State)
    assert {event for _, event in TRANSITIONS} == set(Event)


def test_the_database_holds_what_must_hold(holder: Holder, federation: Federation) -> None:
    federation.settle()
    source = Source.objects.get()
    now = timezone.now()
    stored(1, source=source)
    for broken in (
        {"digest": "x"},
        {"title": ""},
        {"subjects": -1},
        {"changed_at": now - timedelta(days=9999)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            stored(2, source=source, **broken)
    for state in ("listing", "held"):
        source.harvests.create(state=state, started_at=now, heard_at=now)
    for broken in ({"state": "fetching"}, {"state": "held"}, {"state": "applied"}, {"state": "failed"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            source.harvests.create(started_at=now, heard_at=now, **broken)
