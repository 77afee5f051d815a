"""This node's trail, kept by the agent: its checkpoints cosigned by the hub, the hub's by this node."""

from __future__ import annotations

import asyncio
import logging

from django.db import DatabaseError

from caimera.audit.keeping import TURN, Keeper
from caimera.node.agent.hearing import sealed_for_hub
from caimera.node.agent.queries import hub_card
from caimera.secrets import SecretsError
from caimera.transport import Link, LinkState, TransportError, subjects
from caimera.web.threads import in_thread

logger = logging.getLogger(__name__)


async def keep_trail(*, link: Link, site: str) -> None:
    """Take turns until cancelled, the first after a pause: a start belongs to the questions that wait."""
    keeper = Keeper()
    while True:
        await asyncio.sleep(TURN)
        try:
            reachable = link.state is LinkState.CONNECTED
            for data in await in_thread(_turn, keeper, reachable=reachable):
                await link.publish(subjects.trail(site), data)
        except (DatabaseError, SecretsError, TransportError) as problem:
            logger.warning("the trail was not kept: %s", problem)


def _turn(keeper: Keeper, *, reachable: bool) -> list[bytes]:
    """Do what is due; returns the envelopes to publish for the hub."""
    hub = hub_card() if reachable else None
    return [sealed_for_hub(message, hub) for _, message in keeper.turn([hub.site] if hub else [])]
