"""Reading what the agent knows."""

from __future__ import annotations

from datetime import datetime, timedelta

from caimera.node.agent.models import Heartbeat, TrustedHub
from caimera.protocol.identity import Card

ALIVE = timedelta(seconds=20)
"""An agent that was silent for longer is taken for dead; it beats every 5 seconds."""


def hub_card() -> Card | None:
    """The card of the one hub this node hears and answers, if it trusts one yet."""
    hub = TrustedHub.objects.first()
    return hub.card if hub else None


def heartbeat(now: datetime) -> Heartbeat | None:
    """How the agent is doing; None when it is not running."""
    return Heartbeat.objects.filter(seen_at__gte=now - ALIVE).first()
