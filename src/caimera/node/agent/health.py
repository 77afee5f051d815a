"""Is the agent doing its work? For `/readyz`."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import DatabaseError
from django.utils import timezone

from caimera.audit.queries import trail
from caimera.node.agent.queries import heartbeat
from caimera.protocol.errors import Expired, NotYetValid
from caimera.transport import LinkState

_LATELY = timedelta(minutes=2)
_OF_ANOTHER_TIME = (Expired.code, NotYetValid.code)


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
    return beat.problem or clock_problem(timezone.now())


def clock_problem(now: datetime) -> str:
    """Whether the hub's messages were lately too old or too new by this machine's clock, and what to do."""
    refusals = trail(act="message.refused").filter(at__gte=now - _LATELY)
    sentences = [
        refusal.detail["sentence"] for refusal in refusals if refusal.detail["code"] in _OF_ANOTHER_TIME
    ]
    if not sentences:
        return ""
    return f"Messages are refused for their time, by this machine's clock {now:%H:%M:%S} UTC. {sentences[0]}"
