"""Which nodes there are, which are there now, and whether the worker lives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from caimera.audit.queries import trail
from caimera.hub.federation.models import Node, Worker, card_from
from caimera.protocol.identity import Card

PRESENCE = timedelta(seconds=15)
"""A node silent for longer is away; it speaks every 5 s."""

_LATELY = timedelta(minutes=2)
_WORKER_SILENCE = timedelta(seconds=15)


def enrolled_nodes() -> QuerySet[Node]:
    """Every node that may be asked and heard, by name."""
    return Node.objects.filter(revoked_at__isnull=True)


def is_present(node: Node, now: datetime) -> bool:
    """Whether the node was heard lately and did not say goodbye since."""
    if node.last_heard_at is None or node.left_at is not None:
        return False
    return now - node.last_heard_at <= PRESENCE


def cards_of(sites: Iterable[str]) -> dict[str, Card]:
    """The cards of those sites that are enrolled nodes; strangers and revoked ones have none."""
    keys = enrolled_nodes().filter(pk__in=set(sites)).order_by()
    return {row[0]: card_from(*row) for row in keys.values_list(*Node.CARD)}


def refused_lately(now: datetime) -> dict[str, str]:
    """The sentence of the latest refusal of each node within two minutes; the trail has one each minute."""
    records = trail(act="message.refused").filter(at__gte=now - _LATELY).order_by("id")
    return {record.object.removeprefix("node:"): record.detail["sentence"] for record in records}


def worker_problem() -> str:
    """Empty while a worker lives and reaches the broker, else a sentence saying what to do."""
    alive = Worker.objects.filter(seen_at__gte=timezone.now() - _WORKER_SILENCE)
    links = set(alive.values_list("link", flat=True))
    if not links:
        return "No worker is running, so questions wait. Start `caimera hub worker`."
    if "connected" not in links:
        return "The worker has no connection to the broker, so questions wait. Check CAIMERA_HUB_BROKER_URL."
    return ""
