"""Figures about questions, read from the database when they are asked for; none is about a person."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError
from django.db.models import Count
from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from caimera.hub.search.models import NodeAnswer, Question


class SearchFigures(Collector):
    """Questions asked, and how the nodes stand with them."""

    def describe(self) -> Iterator[Metric]:
        """Nothing is read before somebody asks."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The figures now; none while the database is away."""
        try:
            yield from (_questions(), _answers())
        except DatabaseError:
            return


def _questions() -> Metric:
    return CounterMetricFamily("caimera_questions", "Questions asked.", value=Question.objects.count())


def _answers() -> Metric:
    family = CounterMetricFamily(
        "caimera_node_answers", "Questions put to nodes, by node and outcome.", labels=["node", "state"]
    )
    rows = (
        NodeAnswer.objects.values_list("node_id", "state").annotate(Count("id")).order_by("node_id", "state")
    )
    for node_id, state, count in rows:
        family.add_metric([node_id, state], count)
    return family


def register() -> None:
    """Add the figures to `/metrics`; once a process."""
    REGISTRY.register(_figures)


_figures = SearchFigures()
