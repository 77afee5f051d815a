"""What every worker does when it is called, and now and then anyway; rooms register here.

A duty finds its work in the database, takes what no other worker has in hand and does it in one transaction.
So a worker that is killed leaves nothing half-done, and whoever lives finds the same work at the next look.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from caimera.hub.federation.asking import Courier


@dataclass(frozen=True, slots=True)
class Duty:
    """Work done when the PostgreSQL channel `channel` rings, and every `every` seconds.

    `act` runs in a thread and may raise BrokerAway and DatabaseError: it is called again at the next look.
    """

    name: str
    act: Callable[[Courier], None]
    every: float
    channel: str = ""
    sends: bool = False
    """Whether it waits while this worker cannot reach the nodes, or could not hear them answer."""


_duties: dict[str, Duty] = {}


def register(duty: Duty) -> None:
    """Let every worker do this; registering a name again replaces it."""
    _duties[duty.name] = duty


def registered() -> tuple[Duty, ...]:
    """Every duty of a worker, by name."""
    return tuple(_duties[name] for name in sorted(_duties))
