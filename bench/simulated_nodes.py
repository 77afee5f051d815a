"""`python -m bench.simulated_nodes FILE`: many nodes in one process, made of protocol and subjects alone.

Each has keys and a connection of its own, says every 5 s that it is there, opens what it is sent and seals
what it answers. FILE says who they are. Prints `ready` when all have said that they are there.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import uvloop

from bench.lean_connection import LeanConnection
from caimera.protocol import base64url
from caimera.protocol.envelope import open_sealed, seal
from caimera.protocol.identity import Card, Identity
from caimera.protocol.messages import (
    Answer,
    Ask,
    CatalogueListed,
    CatalogueWanted,
    Count,
    CountKind,
    DatasetCount,
    Presence,
)
from caimera.transport import new_broker_key, subjects
from caimera.vocabulary import VERSION

PRESENCE_EVERY = 5.0


@dataclass(frozen=True)
class Keys:
    """What a node must know to be itself, as text."""

    site: str
    sign_key: str
    seal_key: str
    broker_seed: str
    broker_key: str

    @classmethod
    def new(cls, site: str) -> Keys:
        identity = Identity.generate(site)
        seed, public = new_broker_key()
        keys = (base64url.encode(key) for key in (identity.sign_key, identity.seal_key))
        return cls(site, *keys, seed, public)

    @property
    def identity(self) -> Identity:
        return Identity(self.site, base64url.decode(self.sign_key), base64url.decode(self.seal_key))

    @property
    def card(self) -> Card:
        return self.identity.card(f"Simulated {self.site}", broker_key=self.broker_key)


def write(path: Path, *, url: str, hub: Card, nodes: list[Keys]) -> None:
    """Write down for a process who its nodes are; the directory is nobody else's."""
    told = {"url": url, "hub": hub.model_dump_json(), "nodes": [asdict(node) for node in nodes]}
    path.write_text(json.dumps(told))


def said_by(site: str) -> DatasetCount:
    """What the one open dataset of a node says, whatever it is asked."""
    exact = Count(kind=CountKind.EXACT, value=7)
    return DatasetCount(
        dataset_id=uuid5(NAMESPACE_URL, site),
        title=f"Dataset of {site}",
        version="1",
        policy="open",
        subjects=exact,
        studies=exact,
        series=exact,
    )


class SimulatedNode:
    """One node."""

    def __init__(self, keys: Keys, *, url: str, hub: Card) -> None:
        self.site = keys.site
        self._identity = keys.identity
        self._hub = hub
        self._datasets = (said_by(keys.site),)
        self._url = url
        self._connection = LeanConnection(keys.broker_seed, subjects.question(keys.site), self._answer)

    async def appear(self) -> None:
        """Connect, listen, and say so."""
        await self._connection.open(self._url)
        self._say()

    async def stay(self, offset: float) -> None:
        """Say every 5 s that the node is there, each node at a moment of its own."""
        await asyncio.sleep(offset)
        while True:
            self._say()
            await asyncio.sleep(PRESENCE_EVERY)

    def _say(self) -> None:
        presence = Presence(
            software="simulated", vocabulary=VERSION, variables={"sex": ("EQUALS",)}, dataset_count=1
        )
        self._connection.publish(subjects.presence(self.site), self._sealed(presence))

    def _answer(self, data: bytes) -> None:
        letter = open_sealed(
            data,
            recipient=self._identity,
            senders=lambda site: self._hub if site == self._hub.site else None,
            now=datetime.now(UTC),
        )
        asked = letter.message
        if isinstance(asked, Ask):
            answer = Answer(
                question_id=asked.question_id, outcome="answered", datasets=self._datasets, took_ms=0.5
            )
            self._connection.publish(subjects.answer(self.site, asked.question_id), self._sealed(answer))
        elif isinstance(asked, CatalogueWanted):  # whoever is silent is asked again and again
            listed = CatalogueListed(run=asked.run, after=asked.after, entries=(), more=False)
            self._connection.publish(subjects.catalogue(self.site), self._sealed(listed))

    def _sealed(self, message: Answer | CatalogueListed | Presence) -> bytes:
        return seal(
            message,
            sender=self._identity,
            recipient=self._hub,
            asker=None,
            request_id="bench-0001",
            now=datetime.now(UTC),
        )


async def run(told: dict[str, Any]) -> None:
    """Be all the nodes of a file."""
    hub = Card.model_validate_json(told["hub"])
    nodes = [SimulatedNode(Keys(**keys), url=told["url"], hub=hub) for keys in told["nodes"]]
    for node in nodes:
        await node.appear()
    print("ready", flush=True)
    await asyncio.gather(
        *(node.stay(PRESENCE_EVERY * number / len(nodes)) for number, node in enumerate(nodes))
    )


if __name__ == "__main__":
    uvloop.run(run(json.loads(Path(sys.argv[1]).read_text())))
