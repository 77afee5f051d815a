"""Which nodes there are, which are there now, and whether the worker lives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from caimera.audit.queries import trail
from caimera.hub.federation.models import Node, Worker, card_from
from caimera.protocol.identity import Card

PRESENCE = timedelta(seconds=15)
"""A node silent for longer is away; it speaks every 5 s."""

_CARDS = """
SELECT id, name, sign_key, seal_key, broker_key FROM federation_node
WHERE revoked_at IS NULL AND id = ANY(%s)"""
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


def present(now: datetime) -> Q:
    """The same for the database to say."""
    return Q(left_at__isnull=True, last_heard_at__gte=now - PRESENCE)


def cards_of(sites: Iterable[str]) -> dict[str, Card]:
    """The cards of those sites that are enrolled nodes; strangers and revoked ones have none."""
    with connection.cursor() as cursor:  # by hand, as all that nodes say waits for it
        cursor.execute(_CARDS, [list(set(sites))])
        return {row[0]: card_from(*row) for row in cursor.fetchall()}


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
