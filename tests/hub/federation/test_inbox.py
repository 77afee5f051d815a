"""Messages are taken together, in their order, and not lost while the database is away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest
from django.db import OperationalError

from caimera.hub.federation.inbox import TOGETHER, Inbox
from caimera.transport import Arrival

pytestmark = pytest.mark.asyncio

Take = Callable[[Sequence[Arrival]], Awaitable[None]]


def arrivals(count: int) -> list[Arrival]:
    return [Arrival("fed.r.trials.q", str(number).encode()) for number in range(count)]


async def taken(take: Take, *, count: int) -> None:
    """Put so many messages into an inbox, and wait until it is empty."""
    inbox = Inbox(take)
    for arrival in arrivals(count):
        await inbox.put(arrival)
    running = asyncio.create_task(inbox.run())
    await inbox.emptied(10)
    running.cancel()


async def test_what_waits_is_taken_together_and_in_order() -> None:
    batches: list[Sequence[Arrival]] = []

    async def take(together: Sequence[Arrival]) -> None:
        batches.append(together)

    await taken(take, count=2 * TOGETHER + 3)
    assert [len(batch) for batch in batches] == [TOGETHER, TOGETHER, 3]
    assert [arrival for batch in batches for arrival in batch] == arrivals(2 * TOGETHER + 3)


async def test_one_message_waits_for_no_other() -> None:
    batches: list[Sequence[Arrival]] = []

    async def take(together: Sequence[Arrival]) -> None:
        batches.append(together)

    inbox = Inbox(take)
    running = asyncio.create_task(inbox.run())
    for arrival in arrivals(3):
        await inbox.put(arrival)
        await inbox.emptied(10)
    running.cancel()
    assert [len(batch) for batch in batches] == [1, 1, 1]


async def test_while_the_database_is_away_messages_wait(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("caimera.hub.federation.inbox._PATIENCE", 0.01)
    attempts: list[int] = []

    async def take(together: Sequence[Arrival]) -> None:
        attempts.append(len(together))
        if len(attempts) < 3:
            raise OperationalError("the server closed the connection unexpectedly")

    await taken(take, count=5)
    assert attempts == [5, 5, 5]
    assert "5 messages wait for the database" in caplog.text


async def test_what_cannot_be_taken_is_logged_and_the_next_is_taken(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[Sequence[Arrival]] = []

    async def take(together: Sequence[Arrival]) -> None:
        seen.append(together)
        if len(seen) == 1:
            raise KeyError("a mistake of ours")

    await taken(take, count=TOGETHER + 1)
    assert [len(batch) for batch in seen] == [TOGETHER, 1]
    assert f"{TOGETHER} messages could not be taken" in caplog.text


async def test_too_many_messages_wait_outside() -> None:
    async def never(together: Sequence[Arrival]) -> None:
        await asyncio.Event().wait()

    inbox = Inbox(never)
    put = [asyncio.create_task(inbox.put(arrival)) for arrival in arrivals(600)]
    await asyncio.sleep(0.05)
    assert sum(task.done() for task in put) == 512
    for task in put:
        task.cancel()
    await asyncio.gather(*put, return_exceptions=True)


async def test_an_inbox_that_is_not_emptied_in_time_is_left() -> None:
    async def never(together: Sequence[Arrival]) -> None:
        await asyncio.Event().wait()

    inbox = Inbox(never)
    await inbox.put(arrivals(1)[0])
    running = asyncio.create_task(inbox.run())
    await inbox.emptied(0.05)
    assert not running.done()
    running.cancel()


async def test_where_there_is_no_hurry_messages_gather() -> None:
    batches: list[int] = []

    async def take(together: Sequence[Arrival]) -> None:
        batches.append(len(together))

    inbox = Inbox(take, gather=0.2)
    running = asyncio.create_task(inbox.run())
    for arrival in arrivals(5):
        await inbox.put(arrival)
        await asyncio.sleep(0)
    await inbox.emptied(10)
    running.cancel()
    assert batches == [5]
