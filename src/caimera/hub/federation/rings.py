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
                async for notice in listening.notifies():
                    yield Ring(notice.channel, notice.payload)
        except OperationalError as problem:
            logger.warning("no database connection to listen on: %s", problem)
        await asyncio.sleep(_PATIENCE)
