"""Reading what waits for the hub."""

from __future__ import annotations

from collections.abc import Sequence

from caimera.node.outbox.models import Waiting

AT_ONCE = 50
"""Messages sent together."""


def next_waiting() -> Sequence[Waiting]:
    """The messages to be sent next, oldest first."""
    return list(Waiting.objects.order_by("id")[:AT_ONCE])
