"""What the hub learns of this node's catalogue: told by itself, listed and given when asked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from caimera.demo.broker import Broker
from caimera.node.agent import answering, catalogue
from caimera.node.agent.answering import give_records, list_catalogue
from caimera.node.agent.hearing import hear
from caimera.node.agent.models import TrustedHub
from caimera.node.agent.process import make_agent
from caimera.node.datasets.actions import describe, register_crate, withdraw
from caimera.node.datasets.models import Dataset, Description, Release
from caimera.node.datasets.queries import listed
from caimera.node.outbox.models import Waiting
from caimera.node.sources import IndexedSource
from caimera.protocol.envelope import MAX_SIZE
from caimera.protocol.messages import (
    CatalogueChanged,
    CatalogueListed,
    CatalogueWanted,
    RecordsGiven,
    RecordsWanted,
)
from caimera.web.threads import in_thread
from tests.journeys import run, until
from tests.node.agent.conftest import Listener, running
from tests.node.conftest import Hub
from tests.node.crates import folder, random_holding

RUN = uuid4()


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "LOOK", 0.05)


def publish(path: Path, *numbers: int) -> list[UUID]:
    """Datasets published, and not described yet."""
    written = [random_holding(number, patients=8).write(path) for number in numbers]
    for each in written:
        register_crate(path=folder(each), policy="open", actor="system")
    return [each.dataset_id for each in written]


def publish_made_up(turtles: Iterable[str]) -> list[UUID]:
    """Datasets whose records are these texts, in order of their identifiers."""
    names = []
    for number, turtle in enumerate(turtles, start=1):
        dataset = Dataset.objects.create(id=UUID(int=number), title=f"Dataset {number}", policy="open")
        digest = hashlib.sha256(turtle.encode()).hexdigest()
        Release.objects.create(dataset=dataset, version="1", location="/", digest="0" * 64, published=True)
        Description.objects.create(dataset=dataset, turtle=turtle, digest=digest, updated_at=timezone.now())
        names.append(dataset.id)
    return names


# Asked


@pytest.mark.django_db
def test_the_hub_is_answered_under_seal(hub: Hub, source: IndexedSource) -> None:
    (name,) = publish_made_up(["<a:b> <c:d> <e:f> ."])
    listing = hear(data=hub.seal(CatalogueWanted(run=RUN)), source=source)
    given = hear(data=hub.seal(RecordsWanted(run=RUN, dataset_ids=(name,))), source=source)
    assert listing is not None
    assert given is not None
    assert (listing.subject, given.subject) == ("fed.r.trials.catalogue", "fed.r.trials.catalogue")
    list_, records = hub.open(listing.data).message, hub.open(given.data).message
    assert isinstance(list_, CatalogueListed)
    assert isinstance(records, RecordsGiven)
    assert [(entry.dataset_id, entry.digest) for entry in list_.entries] == [
        (record.dataset_id, record.digest) for record in records.records
    ]
    assert hashlib.sha256(records.records[0].turtle.encode()).hexdigest() == list_.entries[0].digest


@pytest.mark.django_db
def test_the_list_is_told_in_pages_that_go_on_from_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    names = publish_made_up(f"<a:{number}> <b:c> <d:e> ." for number in range(7))
    monkeypatch.setattr(answering, "A_PAGE", 3)
    told, after, more = [], None, True
    while more:
        page = list_catalogue(CatalogueWanted(run=RUN, after=after))
        assert (page.run, page.after) == (RUN, after)
        told.append([entry.dataset_id for entry in page.entries])
        after, more = told[-1][-1], page.more
    assert told == [names[:3], names[3:6], names[6:]]
    assert list_catalogue(CatalogueWanted(run=RUN, after=names[-1])) == CatalogueListed(
        run=RUN, after=names[-1]
    )


@pytest.mark.django_db
def test_what_is_published_no_more_is_neither_listed_nor_given() -> None:
    kept, gone = publish_made_up(["<a:1> <b:c> <d:e> .", "<a:2> <b:c> <d:e> ."])
    withdraw(dataset_id=gone, actor="system")
    stranger = uuid4()
    given = give_records(RecordsWanted(run=RUN, dataset_ids=(gone, kept, stranger, kept)))
    assert [record.dataset_id for record in given.records] == [kept]
    assert (given.gone, given.left) == ((gone, stranger), ())
    assert [entry.dataset_id for entry in list_catalogue(CatalogueWanted(run=RUN)).entries] == [kept]


@pytest.mark.django_db
def test_records_that_do_not_fit_are_left_for_the_next_time(hub: Hub, source: IndexedSource) -> None:
    """The worst text there is for an envelope: every character is escaped, or has four bytes."""
    names = publish_made_up('"\n\\' * 60_000 + "🩻" * n for n in (20_000, 1, 20_000, 2, 3))
    asked, taken = list(names), []
    while asked:
        reply = hear(data=hub.seal(RecordsWanted(run=RUN, dataset_ids=tuple(asked))), source=source)
        assert reply is not None
        assert len(reply.data) <= MAX_SIZE
        given = hub.open(reply.data).message
        assert isinstance(given, RecordsGiven)
        assert given.records
        taken += [record.dataset_id for record in given.records]
        asked = list(given.left)
    assert taken == names


# By itself


@pytest.mark.django_db(transaction=True)
def test_the_agent_describes_what_is_published_and_tells_the_hub(
    hub: Hub, broker: Broker, tmp_path: Path
) -> None:
    names = publish(tmp_path, 1, 2)

    async def journey() -> None:
        async with Listener(hub, broker).there() as listener, running(make_agent()):
            await until(lambda: any(said.datasets == 2 for said in listener.said(CatalogueChanged)))
            await listener.say(CatalogueWanted(run=RUN))
            await until(lambda: listener.said(CatalogueListed))
            (told,) = listener.said(CatalogueListed)
            assert [entry.dataset_id for entry in told.entries] == sorted(names)
            lines = "".join(f"{entry.dataset_id} {entry.digest}\n" for entry in told.entries)
            whole = hashlib.sha256(lines.encode()).hexdigest()
            assert whole in {said.digest for said in listener.said(CatalogueChanged)}
            await in_thread(withdraw, dataset_id=names[0], actor="system")
            await until(lambda: listener.said(CatalogueChanged)[-1].datasets == 1)

    run(journey)
    assert not Waiting.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_to_be_told_outlives_a_restart_and_a_broker_that_is_away(
    hub: Hub, broker: Broker, tmp_path: Path
) -> None:
    broker.stop()
    (name,) = publish(tmp_path, 1)

    async def journey() -> None:
        async with running(make_agent()):
            await until(listed().exists)
        assert await in_thread(Waiting.objects.count) == 1
        async with running(make_agent()) as agent:
            broker.start()
            async with Listener(hub, broker).there() as listener:
                await until(lambda: not Waiting.objects.exists())
                assert agent.link.state.value == "connected"
                await in_thread(withdraw, dataset_id=name, actor="system")
                await until(lambda: [said.datasets for said in listener.said(CatalogueChanged)][-1:] == [0])
                await until(lambda: not Waiting.objects.exists())
                assert len(listener.said(CatalogueChanged)) <= 2

    run(journey)


@pytest.mark.django_db(transaction=True)
def test_without_a_hub_it_is_kept_until_there_is_one(
    hub: Hub, broker: Broker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    TrustedHub.objects.all().delete()
    publish(tmp_path, 1)

    async def journey() -> None:
        async with running(make_agent()):
            await until(lambda: "the hub was not told what changed" in caplog.text)

    run(journey)
    assert Waiting.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_dataset_that_cannot_be_read_holds_up_no_other(
    hub: Hub, broker: Broker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = publish(tmp_path, 1, 2)
    (tmp_path / "1-1" / "manifest.json").unlink()

    async def journey() -> None:
        async with running(make_agent()):
            await until(listed().exists)
            await until(lambda: caplog.text.count("could not be described") > 0)

    run(journey)
    assert [each.dataset_id for each in listed()] == [sound]
    assert caplog.text.count(f"{broken} 1 could not be described") == 1


@pytest.mark.django_db
def test_a_message_is_sent_again_where_the_broker_did_not_take_it(hub: Hub, tmp_path: Path) -> None:
    (name,) = publish(tmp_path, 1)
    describe(dataset_id=name, actor="system")
    first, again = catalogue._sealed(), catalogue._sealed()
    assert list(first) == list(again) == [Waiting.objects.get().id]
    told: Any = [hub.open(data).message for data in (*first.values(), *again.values())]
    assert told[0] == told[1]
