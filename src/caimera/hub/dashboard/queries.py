"""The catalogue in numbers, what is new in it, and who is there."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from caimera.hub.catalogue.models import Harvest, Record, Source
from caimera.hub.catalogue.queries import edition, visible_records
from caimera.hub.catalogue.states import State
from caimera.hub.catalogue.tiers import really, tiers_now
from caimera.hub.dashboard.figures import TIERS, Figures, Row, figures
from caimera.hub.federation.queries import enrolled_nodes, is_present
from caimera.people.models import Organisation

LATEST = 6
"""Datasets, and days on which a source changed, that are told as news."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What one source changed on one day (UTC), however many runs it came in."""

    source: Source
    added: int
    changed: int
    gone: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class News:
    """What came last: datasets, and what changed."""

    datasets: Sequence[Record]
    changes: Sequence[Changes]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that the front door says of the catalogue, by tier; the same until the catalogue is another."""

    tiers: Mapping[int, Figures]
    news: News
    by_source: Mapping[str, int]
    """Datasets of each source."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A node of the federation, as the map shows it."""

    id: str
    name: str
    present: bool
    last_heard_at: datetime | None
    datasets: int
    country: str
    """Of the organisation that runs it; empty where that is not known."""
    position: tuple[float, float] | None = None
    """Latitude and longitude of that organisation, in degrees."""

    @property
    def where(self) -> str:
        """Its position in words, `52.37° N, 4.90° E`; empty where it is not known."""
        if self.position is None:
            return ""
        latitude, longitude = self.position
        ends = (latitude, "N" if latitude >= 0 else "S"), (longitude, "E" if longitude >= 0 else "W")
        return ", ".join(f"{abs(degrees):.2f}° {sign}" for degrees, sign in ends)


_lock = threading.Lock()
_current: tuple[object, Snapshot | None] = (None, None)


def snapshot() -> Snapshot:
    """The catalogue as it is now; counted anew by the first who asks after a change, or on another day."""
    global _current
    today, offered = timezone.now().date(), tiers_now(timezone.now())
    now = (edition(), today, offered)
    known, found = _current
    if found is None or known != now:
        with _lock:
            known, found = _current
            if found is None or known != now:
                found = _counted(today, offered)
                _current = (now, found)
    return found


def _counted(today: date, offered: Mapping[str, int]) -> Snapshot:
    rows = _rows(offered)
    return Snapshot(
        tiers={tier: figures(rows, tier=tier, today=today) for tier in TIERS},
        news=News(
            datasets=list(_light().order_by("-first_seen_at", "title")[:LATEST]),
            changes=_latest_changes(),
        ),
        by_source=dict(
            visible_records().order_by().values_list("source_id").annotate(records=Count("id")),
        ),
    )


def _rows(offered: Mapping[str, int]) -> list[Row]:
    """What is counted of each dataset; its tier is what its node really offers."""
    columns = ("source_id", "facets", "subjects", "studies", "first_seen_at", "withdrawn_at")
    return [
        Row({**facets, "tier": really(facets.get("tier", ()), offered[source])}, *rest)
        for source, facets, *rest in Record.objects.order_by().values_list(*columns).iterator(2_000)
    ]


def _light() -> QuerySet[Record]:
    return visible_records().only("id", "title", "provider", "first_seen_at", "subjects")


def _latest_changes() -> list[Changes]:
    changed = Q(added__gt=0) | Q(changed__gt=0) | Q(gone__gt=0)
    applied = Harvest.objects.filter(changed, state=State.APPLIED.value).order_by()
    days = applied.values_list("source_id", TruncDate("ended_at", tzinfo=UTC)).annotate(
        Sum("added"), Sum("changed"), Sum("gone"), last_at=Max("ended_at")
    )
    latest = days.order_by("-last_at")[:LATEST]
    sources = Source.objects.select_related("node").in_bulk({source_id for source_id, *_ in latest})
    return [Changes(sources[source_id], *told) for source_id, _day, *told in latest]


def neighbours(known: Snapshot, *, now: datetime) -> list[Neighbour]:
    """Every node, whether it is there, where, and what it brought to the catalogue; by country, then name."""
    places = {one.node_id: one for one in Organisation.objects.exclude(node_id=None)}
    found = [
        Neighbour(
            id=node.pk,
            name=node.name,
            present=is_present(node, now),
            last_heard_at=node.last_heard_at,
            datasets=known.by_source.get(node.pk, 0),
            country=place.country if (place := places.get(node.pk)) else "",
            position=place.position if place else None,
        )
        for node in enrolled_nodes()
    ]
    return sorted(found, key=lambda one: (one.country == "", one.country, one.name))
