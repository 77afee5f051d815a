"""Figures about this node, read from the database when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError
from django.utils import timezone
from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from caimera.audit.queries import trail
from caimera.node.agent.queries import heartbeat
from caimera.node.datasets.queries import published_releases
from caimera.receiving.models import Refusal
from caimera.transport import LinkState


class NodeFigures(Collector):
    """The connection, the datasets, the questions and the refusals."""

    def describe(self) -> Iterator[Metric]:
        """Nothing is read before somebody asks."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The figures now; none while the database is away."""
        try:
            yield from (_connected(), _datasets(), _questions(), _refusals())
        except DatabaseError:
            return


def _connected() -> Metric:
    beat = heartbeat(timezone.now())
    connected = beat is not None and beat.link == LinkState.CONNECTED.value
    return GaugeMetricFamily(
        "caimera_node_connected", "Whether the agent is connected to the broker.", value=connected
    )


def _datasets() -> Metric:
    published = published_releases().count()
    return GaugeMetricFamily("caimera_node_datasets", "Datasets with a published release.", value=published)


def _questions() -> Metric:
    family = CounterMetricFamily("caimera_node_questions", "Questions taken, by outcome.", labels=["outcome"])
    for outcome in ("answered", "refused"):
        family.add_metric([outcome], trail(act=f"question.{outcome}").count())
    return family


def _refusals() -> Metric:
    family = CounterMetricFamily(
        "caimera_node_messages_refused", "Messages refused, by reason.", labels=["reason"]
    )
    for refusal in Refusal.objects.order_by("code"):
        family.add_metric([refusal.code], refusal.count)
    return family


def register() -> None:
    """Add the figures to `/metrics`; once a process."""
    REGISTRY.register(_figures)


_figures = NodeFigures()
