"""The hub worker: one process that holds the broker connection and does the background work.

It ends in order when told to stop: no new work, what runs is finished, the connection is drained.
A broker or a database that goes away is waited for; nothing acknowledged is lost: work lives in the database.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import cast

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, close_old_connections
from procrastinate.contrib.django import DjangoApp, app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import ConnectorException

from caimera.hub.federation import duties
from caimera.hub.federation.actions import beat, stop_beating
from caimera.hub.federation.asking import Courier
from caimera.hub.federation.duties import Duty
from caimera.hub.federation.errors import BrokerAway
from caimera.hub.federation.hearing import hear
from caimera.hub.federation.identity import hub_identity, secrets
from caimera.hub.federation.inbox import Inbox
from caimera.hub.federation.rings import rings
from caimera.protocol.identity import Identity
from caimera.transport import Arrival, Link, LinkState, TransportError, subjects
from caimera.web.threads import in_thread

logger = logging.getLogger(__name__)

CONCURRENCY = 4
"""Jobs of housekeeping run at once."""

_HEARTBEAT = 5.0
_PATIENCE = 1.0
_POLL = 5.0
_GRACE = 5.0
_GATHER = 0.25
"""Seconds in which presences gather: five hundred nodes speak a hundred times a second."""
_RETURN = 2.0
"""Seconds after which every node has found a broker that came back; asked before, it would seem offline."""
_WORKERS = "workers"
"""The group of all workers of this hub: each message is heard by one of them."""


class HubWorker:
    """Everything one worker process runs; `run` returns after `stop` was called."""

    def __init__(self, *, identity: Identity, broker_url: str, broker_seed: str) -> None:
        self.id = f"{socket.gethostname()}-{os.getpid()}"
        self.link = Link(
            url=broker_url, seed=broker_seed, name=f"{identity.site}-worker", on_state=self._note_link
        )
        self.courier = Courier(identity=identity, link=self.link)
        self._stopping = asyncio.Event()
        self._news = asyncio.Event()
        self._listened = False
        self._settling = 0.0
        self._reaching = asyncio.Event()
        self._answers = Inbox(self._hear)
        self._presences = Inbox(self._hear, gather=_GATHER)
        self._duties = {duty.name: (duty, asyncio.Event()) for duty in duties.registered()}

    def stop(self) -> None:
        """Ask for an orderly end."""
        self.courier.stopped.set()
        self._stopping.set()
        self._news.set()

    async def run(self) -> None:
        """Listen and work until told to stop; a part that fails for good ends the process with its error."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_beating())
            hearing = [group.create_task(inbox.run()) for inbox in (self._answers, self._presences)]
            await self._run_parts()
            await self.link.close()
            await self._answers.emptied(_GRACE)
            for inbox in hearing:
                inbox.cancel()
        with suppress(DatabaseError):
            await in_thread(stop_beating, worker_id=self.id)

    async def _run_parts(self) -> None:
        """What ends first when the worker is told to stop: from then on it only hears."""
        async with asyncio.TaskGroup() as group:
            duties = (self._keep(duty, call) for duty, call in self._duties.values())
            parts = [
                group.create_task(part)
                for part in (self._listen(), self._work(), self._hear_rings(), *duties)
            ]
            await self._stopping.wait()
            for part in parts:
                part.cancel()

    def _note_link(self, state: LinkState) -> None:
        self._news.set()
        self._reaching.clear()
        if state is LinkState.RECONNECTING:
            self._settling = _RETURN
        if state is LinkState.CONNECTED and self._listened:
            asyncio.get_running_loop().call_later(_RETURN, self._reach)

    def _reach(self) -> None:
        """The nodes can be asked, unless the link was lost again meanwhile."""
        if self.link.state is LinkState.CONNECTED:
            self._reaching.set()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _listen(self) -> None:
        """Open the link, which from then on comes back by itself with its subscriptions."""
        while not await self._opened():
            self._settling = _RETURN
            await self._pause(_PATIENCE)
        await self.link.subscribe(subjects.PRESENCES, self._presences.put, group=_WORKERS, in_turn=True)
        await self.link.subscribe(subjects.ANSWERS, self._answers.put, group=_WORKERS, in_turn=True)
        # What found nobody the broker tells the connection that asked.
        await self.link.subscribe(subjects.UNDELIVERED, self._answers.put, in_turn=True)
        self._listened = True
        await self._pause(self._settling)
        self._reach()

    async def _opened(self) -> bool:
        try:
            await self.link.open()
        except TransportError as problem:
            logger.warning("no connection to the broker yet: %s", problem)
            return False
        return True

    async def _hear(self, arrivals: Sequence[Arrival]) -> None:
        await in_thread(hear, arrivals)

    async def _hear_rings(self) -> None:
        """Call those whose channel rang; when rings may have been missed, call everyone."""
        async for ring in rings(*{duty.channel for duty, _ in self._duties.values() if duty.channel}):
            for duty, call in self._duties.values():
                if ring.channel in ("", duty.channel):
                    call.set()

    async def _keep(self, duty: Duty, call: asyncio.Event) -> None:
        """Do a duty when called, and now and then anyway; a problem is logged when it is new."""
        told = ""
        while True:
            if duty.sends:
                await self._reaching.wait()
            call.clear()
            try:
                await in_thread(duty.act, self.courier)
                told = ""
            except (BrokerAway, DatabaseError) as problem:
                if str(problem) != told:
                    logger.warning("%s: %s", duty.name, problem)
                told = str(problem)
            except Exception:
                logger.exception("%s failed", duty.name)
            with suppress(TimeoutError):
                async with asyncio.timeout(duty.every):
                    await call.wait()

    async def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                await self._run_jobs()
            except ConnectorException as problem:
                logger.warning("no connection to the database: %s", problem)
            await self._pause(_PATIENCE)

    async def _run_jobs(self) -> None:
        # The clock of periodic tasks defers on Django's own connection, which may have died meanwhile.
        await sync_to_async(close_old_connections)()
        async with _working_app().open_async() as working:
            await working.run_worker_async(
                name=self.id,
                concurrency=CONCURRENCY,
                fetch_job_polling_interval=_POLL,
                shutdown_graceful_timeout=_GRACE,
                delete_jobs="successful",
                install_signal_handlers=False,
            )

    async def _keep_beating(self) -> None:
        while not self._stopping.is_set():
            try:
                await in_thread(beat, worker_id=self.id, link=self.link.state.value)
            except DatabaseError as problem:
                logger.warning("no connection to the database: %s", problem)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), _HEARTBEAT)
            self._news.clear()


def _working_app() -> DjangoApp:
    """The same tasks on asynchronous connections.

    Acts of this process defer on Django's own connection, so that their jobs share their transaction.
    """
    connector = cast(DjangoConnector, app.connector).get_worker_connector()
    working = DjangoApp(connector=connector, import_paths=app.import_paths)
    working.tasks = app.tasks
    working.periodic_registry = app.periodic_registry
    return working


def make_worker() -> HubWorker:
    """A worker with this hub's keys and broker; raises SecretMissing before `caimera hub init`."""
    return HubWorker(
        identity=hub_identity(),
        broker_url=settings.SITE.broker_url,
        broker_seed=secrets().get("broker_seed").decode(),
    )
