"""A question between this hub and nodes made of protocol and transport alone, over a real broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from caimera.demo.broker import Broker
from caimera.demo.ports import any_port
from caimera.hub.federation.broker import configuration
from caimera.hub.federation.identity import hub_identity, pseudonym
from caimera.hub.federation.models import Node, Worker
from caimera.hub.federation.queries import enrolled_nodes, is_present, worker_problem
from caimera.hub.federation.worker import HubWorker, make_worker
from caimera.hub.search.models import NodeAnswer, Question
from caimera.people.models import Person
from caimera.protocol.envelope import Letter, open_sealed
from caimera.protocol.messages import Ask
from caimera.receiving.models import Refusal
from caimera.transport import Arrival, Link, LinkState, subjects
from caimera.web.threads import in_thread
from tests.hub.conftest import FakeNode, answer, open_dataset, presence
from tests.hub.search.test_actions import ask
from tests.journeys import run, until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_tables")]

MakeNode = Callable[..., FakeNode]


@pytest.fixture
def broker(tmp_path: Path, settings: Any) -> Iterator[Broker]:
    """A broker this hub's settings point at; `admit` starts it."""
    running = Broker(tmp_path / "nats", any_port())
    settings.SITE = settings.SITE.model_copy(update={"broker_url": running.url})
    yield running
    running.stop()


def admit(broker: Broker) -> None:
    """Let the hub and every enrolled node in."""
    broker.configure(configuration(port=broker.port, store_dir=broker.directory))
    broker.start()


@asynccontextmanager
async def working() -> AsyncIterator[HubWorker]:
    worker = make_worker()
    running = asyncio.create_task(worker.run())
    yield worker
    worker.stop()
    await running


class Listener:
    """A node that answers every question with one open dataset of seven patients."""

    def __init__(self, node: FakeNode, broker: Broker, *, answers: bool = True) -> None:
        self.node = node
        self.link = Link(url=broker.url, seed=node.broker_seed, name=node.id)
        self.letters: list[Letter] = []
        self.answers = answers

    @asynccontextmanager
    async def there(self) -> AsyncIterator[Listener]:
        await self.link.open()
        await self.link.subscribe(subjects.question(self.node.id), self._take)
        yield self
        await self.link.close()

    async def _take(self, arrival: Arrival) -> None:
        letter = open_sealed(
            arrival.data,
            recipient=self.node.identity,
            senders=lambda site: hub_identity().card("Hub") if site == "hub" else None,
            now=timezone.now(),
        )
        if not isinstance(letter.message, Ask):  # the hub speaks of its trail, too
            return
        self.letters.append(letter)
        if self.answers:
            question_id = letter.message.question_id
            data = self.node.seal(answer(question_id, open_dataset(7)))
            await self.link.publish(subjects.answer(self.node.id, question_id), data)


def closed(question: Question) -> Callable[[], bool]:
    return lambda: Question.objects.filter(pk=question.pk, closed_at__isnull=False).exists()


def wait_longer() -> None:
    """Let questions be open for as long as a busy machine may take to start a broker."""
    Question.objects.update(deadline_at=timezone.now() + timedelta(minutes=2))


def states() -> dict[str, str]:
    return dict(NodeAnswer.objects.values_list("node_id", "state"))


def test_a_question_reaches_the_nodes_and_their_answers_come_back(
    person: Person, make_node: MakeNode, broker: Broker
) -> None:
    nodes = [Listener(make_node(site), broker) for site in ("trials", "genomics")]
    admit(broker)

    async def journey() -> None:
        async with working(), nodes[0].there(), nodes[1].there():
            question = await in_thread(ask, person)
            await until(closed(question))

    run(journey)
    assert states() == {"trials": "answered", "genomics": "answered"}
    assert not NodeAnswer.objects.filter(sent_at__isnull=True).exists()
    assert [len(node.letters) for node in nodes] == [1, 1]


def test_a_node_learns_the_purpose_and_a_pseudonym_of_its_own(
    person: Person, make_node: MakeNode, broker: Broker
) -> None:
    nodes = [Listener(make_node(site), broker) for site in ("trials", "genomics")]
    admit(broker)

    async def journey() -> None:
        async with working(), nodes[0].there(), nodes[1].there():
            for _ in range(2):
                await until(closed(await in_thread(ask, person)))

    run(journey)
    letters = [letter for node in nodes for letter in node.letters]
    names = [letter.asker.person for letter in letters if letter.asker]
    expected = [pseudonym(person_id=person.pk, node_id=n.node.id, identity=hub_identity()) for n in nodes]
    assert names == [expected[0]] * 2 + [expected[1]] * 2
    assert expected[0] != expected[1]
    assert not any(str(person.pk) in name or person.sub in name for name in names)
    assert {letter.asker.purpose for letter in letters if letter.asker} == {"A feasibility study"}
    assert {letter.request_id for letter in letters} == {"request-0001"}


def test_a_node_that_just_went_is_offline_at_once(
    person: Person, make_node: MakeNode, broker: Broker
) -> None:
    make_node("trials")
    admit(broker)

    async def journey() -> None:
        async with working():
            await until(closed(await in_thread(ask, person)))

    run(journey)
    assert states() == {"trials": "offline"}


def test_presence_is_heard(make_node: MakeNode, broker: Broker) -> None:
    node = Listener(make_node("trials", present=False), broker)
    admit(broker)

    def present() -> bool:
        return is_present(enrolled_nodes().get(), timezone.now())

    async def journey() -> None:
        async with working() as worker, node.there():
            await until(lambda: worker.link.state is LinkState.CONNECTED)
            subject = subjects.presence("trials")
            await until(lambda: Worker.objects.filter(link="connected").exists())
            await node.link.publish(subject, node.node.seal(presence()))
            await until(present)
            await node.link.publish(subject, node.node.seal(presence(leaving=True)))
            await until(lambda: not present())

    run(journey)
    assert Node.objects.get().software == "caimera 0.1.0"


def test_a_question_asked_while_no_worker_lives_is_sent_by_the_next(
    person: Person, make_node: MakeNode, broker: Broker
) -> None:
    node = Listener(make_node("trials"), broker)
    admit(broker)
    question = ask(person)

    async def journey() -> None:
        async with node.there(), working():
            await until(closed(question))

    run(journey)
    assert states() == {"trials": "answered"}


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nodes on a busy machine need longer to find a broker that came back."""
    monkeypatch.setattr("caimera.hub.federation.worker._RETURN", 5.0)


@pytest.mark.usefixtures("patient")
def test_a_question_asked_while_the_broker_is_away_is_sent_when_it_is_back(
    person: Person, make_node: MakeNode, broker: Broker
) -> None:
    node = Listener(make_node("trials"), broker)
    admit(broker)

    async def journey() -> None:
        async with node.there(), working() as worker:
            await until(lambda: worker.link.state is LinkState.CONNECTED)
            await in_thread(broker.stop)
            await until(lambda: worker.link.state is LinkState.RECONNECTING)
            question = await in_thread(ask, person)
            await in_thread(wait_longer)
            await asyncio.sleep(0.3)
            await in_thread(broker.start)
            await until(closed(question))

    run(journey)
    assert len(node.letters) == 1
    assert states() == {"trials": "answered"}


@pytest.mark.usefixtures("patient")
def test_a_broker_lost_while_the_worker_begins_to_listen_is_waited_for_as_later(
    person: Person, make_node: MakeNode, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = Listener(make_node("trials"), broker)
    admit(broker)
    question = ask(person)
    wait_longer()
    begin = Link.subscribe

    async def lost(link: Link, pattern: str, *args: Any, **options: Any) -> None:
        if pattern == subjects.UNDELIVERED and link.state is LinkState.CONNECTED and not went:
            went.append(True)
            await in_thread(broker.stop)
            await until(lambda: link.state is LinkState.RECONNECTING)
            await in_thread(broker.start)
            await until(lambda: link.state is LinkState.CONNECTED)
        await begin(link, pattern, *args, **options)

    went: list[bool] = []
    monkeypatch.setattr(Link, "subscribe", lost)

    async def journey() -> None:
        async with working():
            await until(lambda: went)
            await asyncio.sleep(0.5)
            async with node.there():
                await until(closed(question))

    run(journey)
    assert states() == {"trials": "answered"}


def test_a_worker_that_starts_before_the_broker_waits_for_it(
    person: Person, make_node: MakeNode, broker: Broker
) -> None:
    node = Listener(make_node("trials"), broker)

    async def journey() -> None:
        async with working() as worker:
            await until(lambda: Worker.objects.filter(link="closed").exists())
            assert "connection to the broker" in await in_thread(worker_problem)
            await in_thread(admit, broker)
            await until(lambda: worker.link.state is LinkState.CONNECTED)
            async with node.there():
                await until(closed(await in_thread(ask, person)))

    run(journey)
    assert states() == {"trials": "answered"}


def test_the_work_goes_on_after_the_database_was_away(
    person: Person, make_node: MakeNode, broker: Broker
) -> None:
    node = Listener(make_node("trials"), broker)
    admit(broker)

    async def journey() -> None:
        async with node.there(), working():
            await until(lambda: Worker.objects.filter(link="connected").exists())
            await in_thread(cut_all_connections)
            await until(closed(await in_thread(ask, person)))

    run(journey)
    connection.close()  # this test's own was cut as well
    assert states() == {"trials": "answered"}


def cut_all_connections() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_the_deadline_closes_the_question(person: Person, make_node: MakeNode, broker: Broker) -> None:
    node = Listener(make_node("trials"), broker, answers=False)
    admit(broker)
    question = ask(person)
    Question.objects.update(deadline_at=timezone.now() + timedelta(seconds=1))

    async def journey() -> None:
        async with node.there(), working():
            await until(closed(question))

    run(journey)
    assert states() == {"trials": "slow"}
    assert len(node.letters) == 1


def test_what_was_lost_on_the_way_is_sent_again(person: Person, make_node: MakeNode, broker: Broker) -> None:
    node = Listener(make_node("trials"), broker)
    admit(broker)
    question = ask(person)
    NodeAnswer.objects.update(sent_at=timezone.now() - timedelta(seconds=4))  # and nobody ever heard of it

    async def journey() -> None:
        async with node.there(), working():
            await until(closed(question))

    run(journey)
    assert states() == {"trials": "answered"}


def test_two_workers_share_the_work_and_nothing_is_done_twice(
    person: Person, make_node: MakeNode, broker: Broker
) -> None:
    nodes = [Listener(make_node(site), broker) for site in ("trials", "genomics")]
    admit(broker)

    async def journey() -> None:
        async with working(), working(), nodes[0].there(), nodes[1].there():
            for _ in range(10):
                await until(closed(await in_thread(ask, person)))

    run(journey)
    assert set(states().values()) == {"answered"}
    assert [len(node.letters) for node in nodes] == [10, 10]
    assert not Refusal.objects.exists()


def test_a_worker_that_stops_is_not_counted_on(broker: Broker) -> None:
    admit(broker)

    async def journey() -> None:
        async with working():
            await until(lambda: worker_problem() == "")

    run(journey)
    assert "No worker is running" in worker_problem()


def test_a_message_that_cannot_be_taken_leaves_the_worker_at_work(
    person: Person, make_node: MakeNode, broker: Broker
) -> None:
    node = Listener(make_node("trials"), broker)
    admit(broker)

    async def journey() -> None:
        async with node.there(), working():
            await until(lambda: Worker.objects.filter(link="connected").exists())
            for data in (b"", b"garbage", node.node.seal(presence())):
                await node.link.publish("fed.r.trials.no-question", data)
            await until(lambda: Refusal.objects.filter(code="malformed", count=2).exists())
            await until(closed(await in_thread(ask, person)))

    run(journey)
    assert states() == {"trials": "answered"}


def test_a_broker_that_does_not_answer_is_tried_again(
    broker: Broker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def journey() -> None:
        worker = make_worker()
        monkeypatch.setattr(worker.link, "open", partial(worker.link.open, wait=0.05))
        running = asyncio.create_task(worker.run())
        await asyncio.sleep(0.5)
        await in_thread(admit, broker)
        await until(lambda: worker.link.state is LinkState.CONNECTED)
        worker.stop()
        await running

    run(journey)
    assert "no connection to the broker yet" in caplog.text
    assert not Worker.objects.exists()
