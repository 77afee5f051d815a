"""What tests of running programs share: an asynchronous journey, and waiting on it for a fact."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from asgiref.sync import async_to_sync

from caimera.web.threads import in_thread


async def until(fact: Callable[[], object], *, wait: float = 60.0) -> None:
    """Wait for something to become true in the database."""
    async with asyncio.timeout(wait):
        while not await in_thread(fact):
            await asyncio.sleep(0.02)


def run(journey: Callable[[], Awaitable[None]]) -> None:
    async_to_sync(journey)()
