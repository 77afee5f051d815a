"""Which sources are due, what harvests wait for, and what visitors may read: all that is not withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from caimera.hub.catalogue.models import Entry, Harvest, Kind, Proposal, Record, Source
from caimera.hub.catalogue.reading import READER
from caimera.hub.catalogue.states import (
    AGAIN,
    INTERVAL,
    INTERVAL_ON_THE_WEB,
    RETRY,
    RUNNING,
    STALLED,
    State,
    Step,
)

ASKED_FOR = 200
"""Records asked for at once."""


def visible_records() -> QuerySet[Record]:
    """The records anyone may read."""
    return Record.objects.filter(withdrawn_at__isnull=True)


def edition() -> tuple[datetime | None, int]:
    """Changes whenever the catalogue did: when the last harvest was applied, and how many were."""
    found = Harvest.objects.filter(state=State.APPLIED.value).aggregate(last=Max("ended_at"), all=Count("id"))
    return found["last"], found["all"]


def due_sources(now: datetime) -> list[Source]:
    """Nodes that can be reached and are due now, and what people entered where it is to be read again."""
    return [*_due_nodes(now), *_due_hands()]


def _due_hands() -> list[Source]:
    old = Record.objects.filter(source=OuterRef("pk"), withdrawn_at__isnull=True).exclude(reader=READER)
    running = Harvest.objects.filter(source=OuterRef("pk"), state__in=RUNNING)
    return list(Source.objects.filter(Exists(old), ~Exists(running), kind=Kind.HAND))


def _due_nodes(now: datetime) -> list[Source]:
    return list(_due(now, INTERVAL).filter(kind=Kind.NODE).select_related("node"))


def due_on_the_web(now: datetime) -> list[Source]:
    """Sources on the web that are to be harvested now."""
    return list(_due(now, INTERVAL_ON_THE_WEB).filter(kind__in=(Kind.POINT, Kind.DOCUMENT)))


def _due(now: datetime, interval: timedelta) -> QuerySet[Source]:
    newest = Harvest.objects.filter(source=OuterRef("pk"))
    recent = newest.filter(started_at__gt=now - interval).exclude(
        state=State.FAILED.value, started_at__lte=now - RETRY
    )
    running = newest.filter(state__in=RUNNING)
    due = Source.objects.filter(Q(wanted=True) | ~Exists(recent), present=True)
    return due.exclude(Exists(running))


def unanswered(now: datetime) -> QuerySet[Harvest]:
    """Running harvests of nodes that are to ask for something: the first time, or again."""
    return _waiting().filter(Q(asked_at__isnull=True) | Q(asked_at__lte=now - AGAIN), source__kind=Kind.NODE)


def stalled(now: datetime) -> QuerySet[Harvest]:
    """Running harvests whose source said nothing for too long."""
    return _waiting().filter(heard_at__lte=now - STALLED)


def complete() -> QuerySet[Harvest]:
    """Running harvests for which everything is in and read."""
    open_ones = Entry.objects.filter(harvest=OuterRef("pk"), step__in=(Step.WANTED.value, Step.GIVEN.value))
    return Harvest.objects.filter(~Exists(open_ones), state=State.FETCHING.value)


def _waiting() -> QuerySet[Harvest]:
    wanted = Entry.objects.filter(harvest=OuterRef("pk"), step=Step.WANTED.value)
    return Harvest.objects.filter(
        Q(state=State.LISTING.value) | Q(Exists(wanted), state=State.FETCHING.value)
    )


def next_wanted(harvest: Harvest) -> list[UUID]:
    """The datasets whose records are asked for next, in order."""
    wanted = harvest.entries.filter(step=Step.WANTED.value)
    return list(wanted.values_list("dataset_id", flat=True)[:ASKED_FOR])


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source as its page shows it: how many records, its last runs, what the last list had refused."""

    source: Source
    records: int
    withdrawn: int
    harvests: Sequence[Harvest]
    held: Harvest | None
    refused: Sequence[Entry]

    @property
    def last(self) -> Harvest | None:
        """The latest run."""
        return self.harvests[0] if self.harvests else None

    @property
    def applied(self) -> Harvest | None:
        """The latest run that became the catalogue."""
        return next((each for each in self.harvests if each.state == State.APPLIED), None)


def source_state(source: Source, *, runs: int = 20) -> SourceState:
    """Everything that is known of a source."""
    harvests = list(source.harvests.all()[:runs])
    counts = source.records.aggregate(
        here=Count("id", filter=Q(withdrawn_at__isnull=True)),
        gone=Count("id", filter=Q(withdrawn_at__isnull=False)),
    )
    refused = Entry.objects.filter(harvest__source=source, step=Step.REFUSED.value).defer("turtle")
    return SourceState(
        source=source,
        records=counts["here"],
        withdrawn=counts["gone"],
        harvests=harvests,
        held=source.harvests.filter(state=State.HELD.value).first(),
        refused=list(refused.order_by("-harvest__started_at", "dataset_id")[:500]),
    )


def source_states() -> list[SourceState]:
    """Every source, by name."""
    sources = Source.objects.select_related("node").order_by(Coalesce("node__name", "title"), "pk")
    return [source_state(source, runs=5) for source in sources]


def proposals() -> list[str]:
    """Foreign points that told of themselves and wait for an operator, the latest first."""
    return list(Proposal.objects.values_list("url", flat=True))
