from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone
from procrastinate.contrib.django.utils import connector_params

from caimera.audit.queries import trail
from caimera.demo.broker import Broker
from caimera.demo.ports import any_port
from caimera.hub.federation.asking import Courier
from caimera.hub.federation.broker import configuration
from caimera.hub.federation.errors import BrokerAway
from caimera.hub.federation.identity import hub_identity, secrets
from caimera.hub.search import tasks
from caimera.hub.search.models import NodeAnswer, Question
from caimera.people.models import Person
from caimera.transport import Link
from caimera.web.threads import in_thread
from tests.hub.conftest import FakeNode
from tests.hub.search.test_actions import ask, states

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_tables")]

MakeNode = Callable[..., FakeNode]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    running = Broker(tmp_path / "nats", any_port())
    running.configure(configuration(port=running.port, store_dir=running.directory))
    running.start()
    yield running
    running.stop()


@asynccontextmanager
async def courier(url: str, *, linked: bool = True) -> AsyncIterator[Courier]:
    seed = secrets().get("broker_seed").decode()
    link = Link(url=url, seed=seed, name="hub")
    if linked:
        await link.open()
    yield Courier(identity=hub_identity(), link=link)
    await link.close()


def send(url: str, *, linked: bool = True) -> None:
    """What a worker does when it is called."""

    async def journey() -> None:
        async with courier(url, linked=linked) as by:
            await in_thread(tasks.send_questions, by)

    async_to_sync(journey)()


def sent() -> dict[str, bool]:
    rows = NodeAnswer.objects.values_list("node_id", "sent_at")
    return {node_id: sent_at is not None for node_id, sent_at in rows}


def test_nothing_is_sent_while_the_broker_is_away(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    ask(person)

    with pytest.raises(BrokerAway, match="tried again"):
        send("nats://127.0.0.1:9", linked=False)
    assert sent() == {"trials": False}
    assert not trail(act="question.sent").exists()


def test_what_waits_is_sent_whoever_asked_it(person: Person, make_node: MakeNode, broker: Broker) -> None:
    for site in ("trials", "genomics"):
        make_node(site)
    for _ in range(2):
        ask(person)

    send(broker.url)
    assert sent() == {"genomics": True, "trials": True}
    assert trail(act="question.sent").count() == 2


def test_more_than_fits_into_one_transaction_is_sent_too(
    person: Person, make_node: MakeNode, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "TOGETHER", 2)
    for number in range(5):
        make_node(f"site-{number}")
    ask(person)

    send(broker.url)
    assert set(sent().values()) == {True}
    assert [len(record.detail["nodes"]) for record in trail(act="question.sent")] == [1, 2, 2]


def test_what_another_worker_has_in_hand_is_left_to_it(
    person: Person, make_node: MakeNode, broker: Broker
) -> None:
    make_node("trials")
    ask(person)
    with psycopg.connect(**connector_params()) as another:
        another.execute("SELECT id FROM search_nodeanswer FOR NO KEY UPDATE")
        send(broker.url)
        assert sent() == {"trials": False}

    send(broker.url)  # the other one is gone, and its lock with it
    assert sent() == {"trials": True}


def test_what_was_sent_to_all_needs_no_broker(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    question = ask(person)
    NodeAnswer.objects.update(sent_at=question.asked_at)

    send("nats://127.0.0.1:9", linked=False)
    assert sent() == {"trials": True}


def test_questions_are_closed_when_their_time_is_over(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    late, early = ask(person), ask(person)
    past = timezone.now() - timedelta(seconds=1)
    Question.objects.filter(pk=late.pk).update(asked_at=past - timedelta(seconds=15), deadline_at=past)

    async def journey() -> None:
        async with courier("nats://127.0.0.1:9", linked=False) as by:
            await in_thread(tasks.close_questions, by)

    async_to_sync(journey)()
    assert states(late) == {"trials": "slow"}
    assert states(early) == {"trials": "waiting"}
