"""A broker that admits the hub and this node, an ear of the hub, and a running agent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from caimera.demo.broker import Broker
from caimera.demo.ports import any_port
from caimera.node.agent.identity import node_card
from caimera.node.agent.process import NodeAgent
from caimera.protocol.envelope import Letter
from caimera.protocol.messages import Answer, Ask, Message, Presence
from caimera.transport import Arrival, Link, broker_config, subjects
from caimera.web.threads import in_thread
from tests.node.conftest import Hub


@pytest.fixture
def broker(tmp_path: Path, settings: Any, hub: Hub) -> Iterator[Broker]:
    """A broker that admits the hub and this node, and this node's settings point at."""
    running = Broker(tmp_path / "nats", any_port())
    card = node_card()
    running.configure(
        broker_config(
            port=running.port,
            hub_key=hub.card.broker_key,
            node_keys={card.site: card.broker_key},
            store_dir=running.directory,
        )
    )
    running.start()
    settings.SITE = settings.SITE.model_copy(
        update={"broker_url": running.url, "data_dir": tmp_path / "site"}
    )
    yield running
    running.stop()


Said = TypeVar("Said", bound=Message)


class Listener:
    """The hub's ear: what the node says, opened."""

    def __init__(self, hub: Hub, broker: Broker) -> None:
        self.hub = hub
        self.link = Link(url=broker.url, seed=hub.broker_seed, name="hub")
        self.heard: list[Letter] = []
        self.undelivered = 0

    @asynccontextmanager
    async def there(self) -> AsyncIterator[Listener]:
        await self.link.open()
        for pattern in (subjects.ANSWERS, subjects.PRESENCES, subjects.UNDELIVERED):
            await self.link.subscribe(pattern, self._take)
        yield self
        await self.link.close()

    async def _take(self, arrival: Arrival) -> None:
        if arrival.undelivered:
            self.undelivered += 1
        else:
            self.heard.append(await in_thread(self.hub.open, arrival.data))

    async def ask(self, ask: Ask) -> None:
        data = await in_thread(self.hub.seal, ask)
        await self.link.publish(
            subjects.question("trials"), data, reply=subjects.undelivered("trials", ask.question_id)
        )

    async def say(self, message: Message) -> None:
        """Something that is nobody's question."""
        data = await in_thread(self.hub.seal, message)
        await self.link.publish(subjects.question("trials"), data)

    def said(self, kind: type[Said]) -> list[Said]:
        """What the node said of one kind."""
        return [letter.message for letter in self.heard if isinstance(letter.message, kind)]

    def answers(self) -> list[Answer]:
        return self.said(Answer)

    def presences(self) -> list[Presence]:
        return self.said(Presence)


@asynccontextmanager
async def running(agent: NodeAgent) -> AsyncIterator[NodeAgent]:
    task = asyncio.create_task(agent.run())
    try:
        yield agent
    finally:
        agent.stop()
        await task
