"""A broker with a hub and two nodes, and what tests say to them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass, field

from caimera.demo.broker import Broker
from caimera.transport import Arrival, Link, LinkState, broker_config

NODES = ("north", "south")


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Wait for a condition, generously; returns whether it came true."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not condition() and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.01)
    return condition()


@dataclass
class Ear:
    """A handler that keeps what it hears."""

    arrivals: list[Arrival] = field(default_factory=list)

    async def __call__(self, arrival: Arrival) -> None:
        self.arrivals.append(arrival)

    async def heard(self, count: int = 1) -> bool:
        return await until(lambda: len(self.arrivals) >= count)


@dataclass
class Federation:
    """A broker, the seeds and public keys of its sites, and the links made to it."""

    broker: Broker
    keys: dict[str, tuple[str, str]]
    links: list[Link] = field(default_factory=list)
    states: dict[str, list[LinkState]] = field(default_factory=dict)

    def configure(self, *nodes: str) -> None:
        """Let in the hub and these nodes, and no other."""
        text = broker_config(
            port=self.broker.port,
            hub_key=self.keys["hub"][1],
            node_keys={node: self.keys[node][1] for node in nodes},
            store_dir=self.broker.directory,
        )
        self.broker.configure(text)

    def link(self, site: str, *, seed: str = "") -> Link:
        """A link of a site, not yet open."""
        states = self.states.setdefault(site, [])
        link = Link(url=self.broker.url, seed=seed or self.keys[site][0], name=site, on_state=states.append)
        self.links.append(link)
        return link

    async def linked(self, site: str) -> Link:
        """An open link of a site."""
        link = self.link(site)
        await link.open()
        return link


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
