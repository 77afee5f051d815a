"""Figures about the federation, read from the database when they are asked for.

So they are right whichever process is asked, and survive a restart.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError
from django.utils import timezone
from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from caimera.hub.federation.queries import enrolled_nodes, is_present
from caimera.receiving.models import Refusal


class FederationFigures(Collector):
    """Nodes present or away, and messages refused."""

    def describe(self) -> Iterator[Metric]:
        """Nothing is read before somebody asks."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The figures now; none while the database is away."""
        try:
            yield from (_nodes(), _refusals())
        except DatabaseError:
            return


def _nodes() -> Metric:
    family = GaugeMetricFamily("caimera_nodes", "Enrolled nodes by presence.", labels=["state"])
    now = timezone.now()
    presences = [is_present(node, now) for node in enrolled_nodes()]
    family.add_metric(["present"], presences.count(True))
    family.add_metric(["away"], presences.count(False))
    return family


def _refusals() -> Metric:
    family = CounterMetricFamily(
        "caimera_messages_refused", "Messages refused, by node and reason.", labels=["node", "reason"]
    )
    for refusal in Refusal.objects.order_by("site", "code"):
        family.add_metric([refusal.site, refusal.code], refusal.count)
    return family


def register() -> None:
    """Add the figures to `/metrics`; once a process."""
    REGISTRY.register(_figures)


_figures = FederationFigures()
