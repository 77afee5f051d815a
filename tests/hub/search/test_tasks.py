from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from caimera.demo.broker import Broker
from caimera.demo.ports import chosen
from caimera.hub.federation.asking import Courier
from caimera.hub.federation.broker import configuration
from caimera.hub.federation.errors import BrokerAway
from caimera.hub.federation.identity import hub_identity, secrets
from caimera.hub.search import tasks
from caimera.hub.search.models import NodeAnswer, Question
from caimera.people.models import Person
from caimera.transport import Link
from tests.hub.conftest import FakeNode
from tests.hub.search.test_actions import ask

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_tables")]

MakeNode = Callable[..., FakeNode]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    running = Broker(tmp_path / "nats", chosen({"broker": 4370}, {})["broker"])
    running.configure(configuration(port=running.port, store_dir=running.directory))
    running.start()
    yield running
    running.stop()


def courier(url: str) -> Courier:
    seed = secrets().get("broker_seed").decode()
    return Courier(identity=hub_identity(), link=Link(url=url, seed=seed, name="hub"))


async def send(question: Question, by: Courier) -> None:
    context: Any = SimpleNamespace(additional_context={"courier": by})
    await tasks.send_question.func(context, question_id=str(question.pk), request_id="request-0001")


def sent() -> dict[str, bool]:
    rows = NodeAnswer.objects.values_list("node_id", "sent_at")
    return {node_id: sent_at is not None for node_id, sent_at in rows}


def test_nothing_is_sent_while_the_broker_is_away(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    question = ask(person)

    with pytest.raises(BrokerAway, match="tried again"):
        async_to_sync(send)(question, courier("nats://127.0.0.1:9"))
    assert sent() == {"trials": False}


def test_a_broken_sending_goes_on_where_it_ended(person: Person, make_node: MakeNode, broker: Broker) -> None:
    for site in ("trials", "genomics"):
        make_node(site)
    question = ask(person)

    async def journey() -> None:
        breaking = courier(broker.url)
        await breaking.link.open()
        publish = breaking.link.publish

        async def publish_once(*arguments: Any, **options: Any) -> None:
            await publish(*arguments, **options)
            await breaking.link.close()

        breaking.link.publish = publish_once  # type: ignore[method-assign]
        with pytest.raises(BrokerAway):
            await send(question, breaking)

    async_to_sync(journey)()
    assert sent() == {"genomics": True, "trials": False}

    async def again() -> None:
        whole = courier(broker.url)
        await whole.link.open()
        await send(question, whole)
        await whole.link.close()

    async_to_sync(again)()
    assert sent() == {"genomics": True, "trials": True}


def test_what_was_sent_to_all_needs_no_broker(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    question = ask(person)
    NodeAnswer.objects.update(sent_at=question.asked_at)

    async_to_sync(send)(question, courier("nats://127.0.0.1:9"))
    assert sent() == {"trials": True}
