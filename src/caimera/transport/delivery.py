"""What arrives and what departs; each arrival is handled in its own task, so many at once and no more."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from nats.aio.msg import Msg

logger = logging.getLogger(__name__)

CONCURRENCY = 64
"""Handlers of one subscription that run at once."""

_NO_RESPONDERS = "503"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that arrived; `undelivered` is the broker's own word that nobody heard ours."""

    subject: str
    data: bytes = field(repr=False)
    undelivered: bool = False


@dataclass(frozen=True, slots=True)
class Departure:
    """A message that is to go out; with `reply`, the broker says there when nobody listens."""

    subject: str
    data: bytes = field(repr=False)
    reply: str = ""


Handler = Callable[[Arrival], Awaitable[None]]


class Delivery:
    """One subscription's handler and the tasks it runs in. `failed` is told of each handler that raised.

    Of the subscriptions that share a `group`, one gets each message. `in_turn`, no task is made: the next
    message waits until the handler is done with this one.
    """

    def __init__(
        self, handler: Handler, failed: Callable[[], None], *, group: str = "", in_turn: bool = False
    ) -> None:
        self.group = group
        self.in_turn = in_turn
        self._handler = handler
        self._failed = failed
        self._room = asyncio.Semaphore(CONCURRENCY)
        self.running: set[asyncio.Task[None]] = set()

    async def take(self, message: Msg) -> None:
        """Start the handler when there is room for it; until then the next messages wait."""
        arrival = Arrival(message.subject, message.data, undelivered=_is_undelivered(message))
        if self.in_turn:
            await self._handler(arrival)
            return
        await self._room.acquire()
        task = asyncio.create_task(self._run(arrival), name=message.subject)
        self.running.add(task)
        task.add_done_callback(self._finished)

    async def _run(self, arrival: Arrival) -> None:
        await self._handler(arrival)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self.running.discard(task)
        self._room.release()
        if not task.cancelled() and (problem := task.exception()):
            self._failed()
            logger.error("The handler of a message on %s failed.", task.get_name(), exc_info=problem)


def _is_undelivered(message: Msg) -> bool:
    return not message.data and (message.headers or {}).get("Status") == _NO_RESPONDERS


async def finish(deliveries: Iterable[Delivery], grace: float) -> None:
    """Wait for the handlers that run, but for the one that asks; cancel them after `grace` seconds."""
    running = {task for delivery in deliveries for task in delivery.running} - {asyncio.current_task()}
    if not running:
        return
    _, late = await asyncio.wait(running, timeout=grace)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late)
