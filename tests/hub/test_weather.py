"""The hub's worker as a process, among nodes that misbehave and programs that are killed."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial

import pytest
from asgiref.sync import async_to_sync
from django.db.models import F
from django.utils import timezone

from caimera.demo.broker import Broker
from caimera.hub.federation.broker import configuration
from caimera.hub.federation.identity import hub_identity
from caimera.hub.federation.models import Worker
from caimera.hub.search.models import NodeAnswer, Question
from caimera.people.models import Person
from caimera.protocol.envelope import MAX_SIZE, open_sealed
from caimera.protocol.messages import Ask
from caimera.receiving.models import Refusal
from caimera.transport import Arrival, BrokerRefuses, Link, subjects
from caimera.web.threads import in_thread
from tests.hub.conftest import FakeNode, answer, open_dataset
from tests.hub.search.test_actions import ask, states
from tests.hub.test_processes import broker, program, wait_for

__all__ = ["broker"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_tables")]

MakeNode = Callable[..., FakeNode]
Behave = Callable[["Node", Ask], Awaitable[None]]


class Node:
    """A node over the real broker that does with a question whatever `behave` does."""

    def __init__(self, keys: FakeNode, broker: Broker, behave: Behave) -> None:
        self.keys = keys
        self.link = Link(url=broker.url, seed=keys.broker_seed, name=keys.id)
        self.sent: list[bytes] = []
        self._behave = behave

    @asynccontextmanager
    async def there(self) -> AsyncIterator[Node]:
        await self._admitted()
        await self.link.subscribe(subjects.question(self.keys.id), self._take)
        yield self
        await self.link.close()

    async def _admitted(self) -> None:
        """Connect once the broker has read whom it is to let in, which it does in its own time."""
        for _ in range(100):
            try:
                return await self.link.open()
            except BrokerRefuses:
                await asyncio.sleep(0.1)
        return await self.link.open()

    async def _take(self, arrival: Arrival) -> None:
        letter = open_sealed(
            arrival.data,
            recipient=self.keys.identity,
            senders=lambda site: hub_identity().card("Hub"),
            now=timezone.now(),
        )
        if isinstance(letter.message, Ask):
            await self._behave(self, letter.message)

    async def say(self, ask: Ask, data: bytes) -> None:
        """Publish on this node's own subject."""
        self.sent.append(data)
        await self.link.publish(subjects.answer(self.keys.id, ask.question_id), data)

    async def answer(self, ask: Ask, subjects_found: int) -> None:
        await self.say(ask, self.keys.seal(answer(ask.question_id, open_dataset(subjects_found))))


async def well(node: Node, ask: Ask) -> None:
    await node.answer(ask, 7)


async def twice(node: Node, ask: Ask) -> None:
    await node.answer(ask, 8)
    await node.answer(ask, 800)


async def late(node: Node, ask: Ask) -> None:
    """After the deadline, which is when the hub has closed the question."""
    while await in_thread(Question.objects.filter(closed_at__isnull=True).exists):
        await asyncio.sleep(0.05)
    await node.answer(ask, 9)


async def never(node: Node, ask: Ask) -> None:
    pass


async def nonsense(node: Node, ask: Ask) -> None:
    """No envelope, half of one, one changed on the way, one that is too large."""
    whole = node.keys.seal(answer(ask.question_id, open_dataset(6)))
    for data in (
        b"",
        b"\xff\x00",
        b"[" * 100_000,
        whole[:-1],
        whole.replace(b'"iat":', b'"iat":1'),
        whole * 3,
    ):
        await node.say(ask, data)
    await node.say(ask, b"x" * (MAX_SIZE + 1))


def numbers(question: Question) -> dict[str, int]:
    """What each node said, as the hub keeps it."""
    rows = NodeAnswer.objects.filter(question=question, answer__isnull=False)
    return {row.node_id: row.answer["datasets"][0]["subjects"]["value"] for row in rows}


def refused() -> set[tuple[str, str]]:
    return set(Refusal.objects.values_list("site", "code"))


def end_soon(question: Question) -> None:
    Question.objects.filter(pk=question.pk).update(deadline_at=timezone.now() + timedelta(seconds=3))


def admitted(broker: Broker) -> None:
    broker.configure(configuration(port=broker.port, store_dir=broker.directory))
    broker.reload()


def listening(*nodes: Node, workers: int = 1) -> None:
    """Wait for workers to be there, and let the nodes be there as well."""
    wait_for(lambda: Worker.objects.filter(link="connected").count() >= workers)
    for node in nodes:
        node.keys.appear()


def run(journey: Callable[[], Awaitable[None]]) -> None:
    async_to_sync(journey)()


async def until(fact: Callable[[], object]) -> None:
    async with asyncio.timeout(120):
        while not await in_thread(fact):
            await asyncio.sleep(0.05)


def test_nodes_that_misbehave_change_no_number_but_their_own(
    person: Person, make_node: MakeNode, broker: Broker
) -> None:
    behaviours = {"well": well, "twice": twice, "late": late, "never": never, "nonsense": nonsense}
    nodes = [Node(make_node(site), broker, behave) for site, behave in behaviours.items()]
    admitted(broker)

    async def journey() -> None:
        async with AsyncExitStack() as there:
            for node in nodes:
                await there.enter_async_context(node.there())
            await in_thread(listening, *nodes)
            question = await in_thread(ask, person)
            await in_thread(end_soon, question)
            await until(lambda: numbers(question).keys() == {"well", "twice", "late"})
            await until(lambda: ("twice", "already_answered") in refused())
            assert await in_thread(numbers, question) == {"well": 7, "twice": 8, "late": 9}
            shown = await in_thread(states, question)
            assert (shown["never"], shown["nonsense"]) == ("slow", "slow")

    with program("worker", CAIMERA_HUB_BROKER_URL=broker.url) as process:
        run(journey)
        assert process.poll() is None
    assert {code for site, code in refused() if site == "nonsense"} == {
        "malformed",
        "bad_signature",
        "too_large",
    }
    assert {site for site, _ in refused()} == {"twice", "nonsense"}


def test_a_message_sent_again_in_anothers_place_or_after_a_restart_counts_for_nothing(
    person: Person, make_node: MakeNode, broker: Broker
) -> None:
    honest, other = (Node(make_node(site), broker, well) for site in ("honest", "other"))
    admitted(broker)

    async def journey() -> None:
        async with honest.there(), other.there():
            with program("worker", CAIMERA_HUB_BROKER_URL=broker.url) as first:
                await in_thread(listening, honest, other)
                question = await in_thread(ask, person)
                await until(lambda: len(numbers(question)) == 2)
                first.send_signal(signal.SIGKILL)
                await in_thread(first.wait)
            await in_thread(Worker.objects.all().delete)
            with program("worker", CAIMERA_HUB_BROKER_URL=broker.url):
                await in_thread(listening)
                again = subjects.answer("honest", question.pk)
                await honest.link.publish(again, honest.sent[0])
                await other.link.publish(subjects.answer("other", question.pk), honest.sent[0])
                await until(lambda: refused() == {("honest", "replayed"), ("other", "wrong_subject")})
            assert await in_thread(numbers, question) == {"honest": 7, "other": 7}

    run(journey)


def test_a_question_meets_its_deadline_though_a_worker_is_killed(
    person: Person, make_node: MakeNode, broker: Broker
) -> None:
    nodes = [Node(make_node(f"site-{number}"), broker, well) for number in range(3)]
    admitted(broker)

    async def journey() -> None:
        async with AsyncExitStack() as there:
            for node in nodes:
                await there.enter_async_context(node.there())
            await in_thread(partial(listening, *nodes, workers=2))
            for number, worker in enumerate(workers):
                if number < len(workers) - 1:
                    os.kill(worker.pid, signal.SIGSTOP)  # it may have work in hand, and will never say so
                asked = [await in_thread(ask, person) for _ in range(3)]
                worker.kill() if number < len(workers) - 1 else None
                await until(
                    lambda asked=asked: all(set(states(one).values()) == {"answered"} for one in asked)
                )

    settings = {"CAIMERA_HUB_BROKER_URL": broker.url}
    with program("worker", **settings) as first, program("worker", **settings) as second:
        workers = [first, second]
        run(journey)
    assert Question.objects.count() == 6
    assert not Question.objects.filter(closed_at__gt=F("deadline_at")).exists()
