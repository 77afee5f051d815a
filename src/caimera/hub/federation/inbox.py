"""Messages that arrived, taken together: what comes while some are written down waits and is taken next.

So a single message waits for nobody, and five hundred cost few transactions.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from django.db import InterfaceError, OperationalError

from caimera.transport import Arrival

logger = logging.getLogger(__name__)

TOGETHER = 128
"""Messages taken at once."""

_WAITING = 512
"""Messages kept here; more wait with the link, which drops them at its own bound."""
_PATIENCE = 0.5


class Inbox:
    """Hands what arrives, in its order, to `take`, again and again while the database is away.

    `gather` is how many seconds the first message waits for others, where there is no hurry.
    """

    def __init__(self, take: Callable[[Sequence[Arrival]], Awaitable[None]], *, gather: float = 0.0) -> None:
        self._take = take
        self._gather = gather
        self._waiting: asyncio.Queue[Arrival] = asyncio.Queue(_WAITING)

    async def put(self, arrival: Arrival) -> None:
        """Keep a message until it is taken; waits while too many are kept."""
        await self._waiting.put(arrival)

    async def run(self) -> None:
        """Take messages for ever."""
        while True:
            together = [await self._waiting.get()]
            if self._gather:
                await asyncio.sleep(self._gather)
            while len(together) < TOGETHER and not self._waiting.empty():
                together.append(self._waiting.get_nowait())
            await self._take_for_sure(together)
            for _ in together:
                self._waiting.task_done()

    async def emptied(self, grace: float) -> None:
        """Wait until all is taken, for `grace` seconds at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await self._waiting.join()

    async def _take_for_sure(self, together: Sequence[Arrival]) -> None:
        """A database that is away is waited for: it is the messages' own end that ends the waiting."""
        while True:
            try:
                return await self._take(together)
            except (OperationalError, InterfaceError) as problem:
                logger.warning("%d messages wait for the database: %s", len(together), problem)
            except Exception:
                logger.exception("%d messages could not be taken", len(together))
                return None
            await asyncio.sleep(_PATIENCE)
