"""Hearing the notifications of this site's database (LISTEN and NOTIFY), through lost connections too."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

from procrastinate.contrib.django.utils import connector_params
from psycopg import AsyncConnection, OperationalError, sql

logger = logging.getLogger(__name__)

_PATIENCE = 1.0
"""Seconds between two attempts to connect."""


@dataclass(frozen=True, slots=True)
class Ring:
    """A notification; without a channel it says that some may have been missed, so that everyone looks."""

    channel: str = ""
    payload: str = ""


async def rings(*channels: str) -> AsyncIterator[Ring]:
    """Every notification on these channels, for ever; one connection is held.

    The first ring, and the first after the connection was lost, has no channel.
    """
    while True:
        try:
            async with await AsyncConnection.connect(**connector_params(), autocommit=True) as listening:
                for channel in channels:
                    await listening.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                yield Ring()
                async for ring in _heard(listening):
                    yield ring
        except OperationalError as problem:
            logger.warning("no database connection to listen on: %s", problem)
        await asyncio.sleep(_PATIENCE)


async def _heard(listening: AsyncConnection) -> AsyncIterator[Ring]:
    """What this connection is told, until it breaks: then OperationalError is raised.

    The event loop watches the socket, where psycopg's own way looks ten times a second.
    """
    loop, socket, news = asyncio.get_running_loop(), listening.fileno(), asyncio.Event()
    loop.add_reader(socket, news.set)
    try:
        while True:
            while notice := listening.pgconn.notifies():
                yield Ring(notice.relname.decode(), notice.extra.decode())
            await news.wait()
            news.clear()
            listening.pgconn.consume_input()
    finally:
        loop.remove_reader(socket)
