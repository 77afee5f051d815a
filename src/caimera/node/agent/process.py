"""The agent process: it holds the connection, says that the node is there, and answers."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from threading import Lock

from django.conf import settings
from django.db import DatabaseError

from caimera.node.agent.actions import beat, stop_beating
from caimera.node.agent.announcing import prepare, sealed_presence
from caimera.node.agent.catalogue import Describer, keep_outbox_empty
from caimera.node.agent.errors import NoHubTrusted
from caimera.node.agent.hearing import hear
from caimera.node.agent.identity import disclosure_key, node_identity, secrets
from caimera.node.agent.logins import keep_logins
from caimera.node.agent.notices import keep_notices
from caimera.node.agent.trail import keep_trail
from caimera.node.sources import IndexedSource, Source
from caimera.transport import Arrival, Link, LinkState, TransportError, subjects
from caimera.web.threads import in_thread

logger = logging.getLogger(__name__)

CONCURRENCY = 4
"""Messages taken at once; more wait with the broker."""
PRESENCE_EVERY = 5.0
"""Seconds between two signs of life."""
GRACE = 3.0
"""Seconds that running questions may take after the agent was told to stop."""

_PATIENCE = 1.0
_FAREWELL = 2.0


class NodeAgent:
    """Everything one agent process runs; `run` returns after `stop` was called."""

    def __init__(self, *, url: str, seed: str, site: str, source: Source) -> None:
        self.link = Link(url=url, seed=seed, name=f"{site}-agent", on_state=self._on_state)
        self._site = site
        self._source = source
        self._problem = ""
        self._heart = Lock()
        self._left = False
        self._stopping = asyncio.Event()
        self._wake = asyncio.Event()
        self._room = asyncio.Semaphore(CONCURRENCY)
        self._answering: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """Ask for an orderly end."""
        self._stopping.set()

    async def run(self) -> None:
        """Listen, announce and look after the data until told to stop."""
        async with asyncio.TaskGroup() as group:
            loops = (
                *(self._listen(), self._announce(), self._look_after()),
                keep_trail(link=self.link, site=self._site),
                keep_outbox_empty(link=self.link, site=self._site),
                keep_notices(),
                keep_logins(),
                Describer().run(),
            )
            parts = [group.create_task(part) for part in loops]
            await self._stopping.wait()
            for part in parts:
                part.cancel()
        await self._leave()

    def _on_state(self, state: LinkState) -> None:
        self._wake.set()

    async def _pause(self, seconds: float, event: asyncio.Event) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()

    async def _listen(self) -> None:
        while not await self._opened():
            await self._pause(_PATIENCE, self._stopping)
        await self.link.subscribe(subjects.question(self._site), self._on_arrival)

    async def _opened(self) -> bool:
        try:
            await self.link.open()
        except TransportError as problem:
            logger.warning("no connection to the broker yet: %s", problem)
            return False
        return True

    async def _on_arrival(self, arrival: Arrival) -> None:
        await self._room.acquire()
        task = asyncio.create_task(self._answer(arrival))
        self._answering.add(task)
        task.add_done_callback(self._finished)

    async def _answer(self, arrival: Arrival) -> None:
        reply = await in_thread(hear, data=arrival.data, source=self._source)
        if reply:
            await self.link.publish(reply.subject, reply.data)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._answering.discard(task)
        self._room.release()
        if not task.cancelled() and (problem := task.exception()):
            logger.error("a message could not be answered", exc_info=problem)

    async def _announce(self) -> None:
        while True:
            self._wake.clear()
            await self._say()
            await self._pause(PRESENCE_EVERY, self._wake)

    async def _say(self, *, leaving: bool = False) -> None:
        """Tell the hub and the database how this node is; what is away is told the next time."""
        try:
            await in_thread(self._beat)
            if self.link.state is LinkState.CONNECTED:
                presence = await in_thread(sealed_presence, source=self._source, leaving=leaving)
                await self.link.publish(subjects.presence(self._site), presence)
        except (DatabaseError, NoHubTrusted, TransportError) as problem:
            logger.warning("the hub was not told: %s", problem)

    def _beat(self) -> None:
        """Beat, unless the agent left: a thread outlives the task that was cancelled."""
        with self._heart:
            if not self._left:
                beat(link=self.link.state.value, problem=self._problem)

    def _stop_beating(self) -> None:
        with self._heart:
            self._left = True
            stop_beating()

    async def _look_after(self) -> None:
        while True:
            try:
                self._problem = await in_thread(prepare, source=self._source, known_problem=self._problem)
            except DatabaseError as problem:
                logger.warning("no connection to the database: %s", problem)
            await self._pause(PRESENCE_EVERY, self._stopping)

    async def _leave(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_FAREWELL):
                await self._say(leaving=True)
        if self._answering:
            await asyncio.wait(self._answering, timeout=GRACE)
        await asyncio.to_thread(self._source.close)
        await self.link.close()
        with suppress(DatabaseError):
            await in_thread(self._stop_beating)


def make_agent() -> NodeAgent:
    """An agent with this node's keys, broker and crates."""
    site = settings.SITE
    identity = node_identity()
    source = IndexedSource(site.index_dir, threads=site.count_threads)
    seed = secrets().get("broker_seed").decode()
    disclosure_key()  # without it no question could be answered: better said now
    return NodeAgent(url=site.broker_url, seed=seed, site=identity.site, source=source)
