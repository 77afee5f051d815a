"""One real broker a test, with a hub and two nodes enrolled, and links that are closed again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from caimera.demo.broker import Broker
from caimera.transport import new_broker_key
from tests.transport.parties import NODES, Federation, free_port


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path / "a broker, mögligen", free_port())
    yield broker
    broker.stop()


@pytest_asyncio.fixture
async def federation(broker: Broker) -> AsyncIterator[Federation]:
    federation = Federation(broker, {site: new_broker_key() for site in ("hub", *NODES)})
    federation.configure(*NODES)
    broker.start()
    yield federation
    for link in federation.links:
        await link.close()
