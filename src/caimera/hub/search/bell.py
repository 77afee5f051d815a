"""Waking those who follow a question: one listening connection per event loop, however many readers.

A change rings in its own transaction (`actions.CHANNEL`). A reader takes a place, reads, then waits: a change
between reading and waiting has rung already, so nothing is missed. Rings that come while a reader is busy
become one. When the connection breaks, everyone is rung as soon as it stands again.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID
from weakref import WeakKeyDictionary

from caimera.hub.federation.rings import rings
from caimera.hub.search.actions import CHANNEL, OVER

_PATIENCE = 1.0


class Place:
    """One reader's place at the bell of one question."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self._over = asyncio.Event()

    def ring(self, *, over: bool = False) -> None:
        """Wake the reader, now or when it next waits; `over` where nobody is waited for any more."""
        self._rung.set()
        if over:
            self._over.set()

    async def wait(self, seconds: float, *, gather: float = 0.0) -> bool:
        """Wait for a ring, and then `gather` seconds for more unless it is over; False after silence."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), seconds)
        rung = self._rung.is_set()
        if rung and gather:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), gather)
        self._rung.clear()
        return rung


class Bell:
    """Listens for changes of questions and rings the places of those who follow them."""

    def __init__(self) -> None:
        self._places: defaultdict[str, set[Place]] = defaultdict(set)
        self._listening = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def place(self, question_id: UUID) -> AsyncIterator[Place]:
        """A place at the bell of a question; from here on every change is rung."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen())
        key = str(question_id)
        place = Place()
        self._places[key].add(place)
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._listening.wait(), _PATIENCE)
            yield place
        finally:
            self._places[key].discard(place)
            if not self._places[key]:
                del self._places[key]

    async def close(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _listen(self) -> None:
        async for ring in rings(CHANNEL):
            if not ring.channel:
                self._listening.set()
                self._ring_all()
            question_id, _, news = ring.payload.partition(" ")
            for place in self._places.get(question_id, ()):
                place.ring(over=news == OVER)

    def _ring_all(self) -> None:
        for places in self._places.values():
            for place in places:
                place.ring()


_bells: WeakKeyDictionary[asyncio.AbstractEventLoop, Bell] = WeakKeyDictionary()


def bell() -> Bell:
    """The bell of the running event loop, made on first use."""
    loop = asyncio.get_running_loop()
    if loop not in _bells:
        _bells[loop] = Bell()
    return _bells[loop]
