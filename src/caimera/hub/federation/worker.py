"""The hub worker: one process that holds the broker connection and does the background work.

It ends in order when told to stop: no new work, what runs is finished, the connection is drained.
A broker or a database that goes away is waited for; nothing acknowledged is lost: work lives in the database.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from contextlib import suppress
from typing import cast

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, close_old_connections
from procrastinate.contrib.django import DjangoApp, app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import ConnectorException

from caimera.hub.federation.actions import beat, stop_beating
from caimera.hub.federation.asking import Courier
from caimera.hub.federation.hearing import hear, hear_undelivered
from caimera.hub.federation.identity import hub_identity, secrets
from caimera.protocol.identity import Identity
from caimera.transport import Arrival, Link, LinkState, TransportError, subjects
from caimera.web.threads import in_thread

logger = logging.getLogger(__name__)

CONCURRENCY = 10
"""Jobs run at once, and answers taken at once."""

_HEARTBEAT = 5.0
_PATIENCE = 1.0
_GRACE = 5.0


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
        self._presences = asyncio.Lock()
        self._answers = asyncio.Semaphore(CONCURRENCY)

    def stop(self) -> None:
        """Ask for an orderly end."""
        self._stopping.set()
        self._news.set()

    async def run(self) -> None:
        """Listen and work until told to stop; a part that fails for good ends the process with its error."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_beating())
            parts = [group.create_task(part) for part in (self._listen(), self._work())]
            await self._stopping.wait()
            for part in parts:
                part.cancel()
        await self.link.close()
        with suppress(DatabaseError):
            await in_thread(stop_beating, worker_id=self.id)

    def _note_link(self, state: LinkState) -> None:
        self._news.set()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _listen(self) -> None:
        """Open the link, which from then on comes back by itself with its subscriptions."""
        while not await self._opened():
            await self._pause(_PATIENCE)
        await self.link.subscribe(subjects.PRESENCES, self._on_presence)
        await self.link.subscribe(subjects.ANSWERS, self._on_answer)
        await self.link.subscribe(subjects.UNDELIVERED, self._on_undelivered)

    async def _opened(self) -> bool:
        try:
            await self.link.open()
        except TransportError as problem:
            logger.warning("no connection to the broker yet: %s", problem)
            return False
        return True

    async def _on_presence(self, arrival: Arrival) -> None:
        """One after another: a goodbye must not overtake the word before it."""
        async with self._presences:
            await in_thread(hear, subject=arrival.subject, data=arrival.data)

    async def _on_answer(self, arrival: Arrival) -> None:
        async with self._answers:
            await in_thread(hear, subject=arrival.subject, data=arrival.data)

    async def _on_undelivered(self, arrival: Arrival) -> None:
        if arrival.undelivered:
            async with self._answers:
                await in_thread(hear_undelivered, subject=arrival.subject)

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
                fetch_job_polling_interval=1.0,
                shutdown_graceful_timeout=_GRACE,
                delete_jobs="successful",
                additional_context={"courier": self.courier},
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
