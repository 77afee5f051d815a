"""What this node publishes, kept by the agent: datasets described, and the hub told of what changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from django.db import DatabaseError
from django.utils import timezone

from caimera import disclosure
from caimera.node.agent.errors import NoHubTrusted
from caimera.node.agent.hearing import sealed_for_hub
from caimera.node.agent.queries import hub_card
from caimera.node.datasets.actions import describe
from caimera.node.datasets.describing import made_from
from caimera.node.datasets.errors import DatasetUnknown
from caimera.node.datasets.models import Release
from caimera.node.datasets.queries import state_of_descriptions, undescribed
from caimera.node.outbox.actions import strike_out
from caimera.node.outbox.queries import next_waiting
from caimera.node.sources import SourceError
from caimera.secrets import SecretsError
from caimera.transport import Departure, Link, LinkState, TransportError, subjects
from caimera.web.threads import in_thread

logger = logging.getLogger(__name__)

LOOK = 2.0
"""Seconds between two looks for what is to be described or told."""
GRACE = 3.0
"""Seconds that a description may still take after the agent was told to stop."""
AGAIN = 600.0
"""Seconds until data that could not be read are tried again."""


async def keep_outbox_empty(*, link: Link, site: str) -> None:
    """Send what waits for the hub until cancelled; what the broker did not take is sent again."""
    while True:
        if link.state is LinkState.CONNECTED:
            try:
                await _send(link, site)
            except (DatabaseError, NoHubTrusted, SecretsError, TransportError) as problem:
                logger.warning("the hub was not told what changed: %s", problem)
        await asyncio.sleep(LOOK)


async def _send(link: Link, site: str) -> None:
    """Everything that waits, some at a time; struck out only once the broker said that it took it."""
    while waiting := await in_thread(_sealed):
        departures = [Departure(subjects.catalogue(site), data) for data in waiting.values()]
        await link.deliver(departures)
        await in_thread(strike_out, ids=list(waiting))


def _sealed() -> dict[int, bytes]:
    """The next messages by their numbers, as envelopes for the hub. Raises NoHubTrusted where any wait."""
    rows = next_waiting()
    hub = hub_card() if rows else None
    return {row.id: sealed_for_hub(row.message, hub) for row in rows}


class Describer:
    """Describes published releases whose description is missing or stale, one after the other."""

    def __init__(self) -> None:
        self._failed: dict[str, float] = {}
        self._settled: str | None = None

    async def run(self) -> None:
        """Look again and again until cancelled, first after a pause: a start belongs to the questions."""
        while True:
            await asyncio.sleep(LOOK)
            try:
                for release in await in_thread(self._due):
                    await _to_its_end(in_thread(self._describe, release))
            except (DatabaseError, SecretsError) as problem:
                logger.warning("nothing was described: %s", problem)

    def _due(self) -> list[Release]:
        """What is to be described now; looked for only where something changed, or is to be tried again."""
        now, state = timezone.now().timestamp(), state_of_descriptions()
        waiting = {made: again for made, again in self._failed.items() if again > now}
        if state == self._settled and waiting == self._failed:
            return []
        self._failed = waiting
        due = [each for each in undescribed() if made_from(each) not in waiting]
        self._settled = None if due else state
        return due

    def _describe(self, release: Release) -> None:
        try:
            describe(dataset_id=release.dataset_id, actor="system")
        except (SourceError, DatasetUnknown, disclosure.PolicyError) as problem:
            self._failed[made_from(release)] = timezone.now().timestamp() + AGAIN
            logger.warning("%s could not be described: %s", release, problem)


async def _to_its_end(act: Coroutine[Any, Any, None]) -> None:
    """An act that is finished where it has begun, though nobody wants the next one any more."""
    running = asyncio.create_task(act)
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running}, timeout=GRACE)
        raise
