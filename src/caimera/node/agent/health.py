"""Is the agent doing its work? For `/readyz`."""

from __future__ import annotations

from django.db import DatabaseError
from django.utils import timezone

from caimera.node.agent.queries import heartbeat
from caimera.transport import LinkState


def agent_problem() -> str:
    """An empty string when the agent lives, is connected and can read its data; else what is wrong."""
    try:
        beat = heartbeat(timezone.now())
    except DatabaseError:
        return "The agent's state cannot be read while the database does not answer."
    if beat is None:
        return "The agent is not running. Start `caimera node agent`."
    if beat.link != LinkState.CONNECTED.value:
        return "The agent has no connection to the broker. It keeps trying; check CAIMERA_NODE_BROKER_URL."
    return beat.problem
