"""What the descriptions of datasets come to: sums, shares, growth. Pure: rows in, numbers out."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cache
from itertools import groupby

from caimera.dcat import listed
from caimera.hub.catalogue.facets import NOT_RECORDED

TIERS = (1, 2, 3)
"""Described in the catalogue; answering searches; computed on. Each is also all that stands before it."""

SHARED_BY = ("provider", "modality", "body_part")
"""The facets whose values the front door counts."""


@dataclass(frozen=True, slots=True)
class Row:
    """What is counted of one dataset; one that was withdrawn counts in the growth until then."""

    facets: Mapping[str, Sequence[str]]
    subjects: int | None
    studies: int | None
    first_seen_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sum:
    """A number over some datasets, and how many of them do not tell theirs."""

    value: int
    silent: int

    @classmethod
    def of(cls, numbers: Iterable[int | None]) -> Sum:
        """The sum of what is told."""
        given = list(numbers)
        told = [number for number in given if number is not None]
        return cls(sum(told), len(given) - len(told))


@dataclass(frozen=True, slots=True)
class Share:
    """The datasets with one value of a facet."""

    key: str
    datasets: int
    subjects: Sum
    studies: Sum


class Unit(StrEnum):
    """How far the points of a growth lie apart."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Point:
    """How much there was when a day, month or year that begins on `start` was over."""

    start: date
    datasets: int
    subjects: int


@dataclass(frozen=True, slots=True)
class Growth:
    """What there was at the end of each day, month or year since the first dataset came."""

    unit: Unit
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Figures:
    """The datasets of a tier and above, in numbers."""

    datasets: int
    providers: int
    subjects: Sum
    studies: Sum
    shares: Mapping[str, Sequence[Share]]
    growth: Growth


def figures(rows: Iterable[Row], *, tier: int, today: date) -> Figures:
    """The numbers of datasets that reach a tier, as they are and, in the growth, as they were."""
    reached = [row for row in rows if tier == TIERS[0] or tier_of(row) >= tier]
    here = [row for row in reached if row.withdrawn_at is None]
    shares = {facet: _shares(here, facet) for facet in SHARED_BY}
    return Figures(
        datasets=len(here),
        providers=sum(share.key != NOT_RECORDED for share in shares["provider"]),
        subjects=Sum.of(row.subjects for row in here),
        studies=Sum.of(row.studies for row in here),
        shares=shares,
        growth=_growth(reached, today),
    )


def tier_of(row: Row) -> int:
    """The highest tier a dataset names; 0 where it names none."""
    return max((_numbers().get(key, 0) for key in row.facets.get("tier", ())), default=0)


def keys_from(tier: int) -> tuple[str, ...]:
    """The keys of the facet `tier` that reach a tier."""
    return tuple(key for key, number in _numbers().items() if number >= tier)


@cache
def _numbers() -> Mapping[str, int]:
    """1, 2 or 3 by a tier's code; `Tier 2A+` is 2, with annotations."""
    return {
        each.code: int(found[1]) for each in listed("tier") if (found := re.match(r"Tier (\d)", each.label))
    }


def _shares(rows: Sequence[Row], facet: str) -> list[Share]:
    """The values of a facet, the commonest first, what is not recorded last."""
    having: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        for key in row.facets.get(facet) or (NOT_RECORDED,):
            having[key].append(row)
    shares = [
        Share(
            key=key,
            datasets=len(some),
            subjects=Sum.of(row.subjects for row in some),
            studies=Sum.of(row.studies for row in some),
        )
        for key, some in having.items()
    ]
    return sorted(shares, key=lambda one: (one.key == NOT_RECORDED, -one.datasets, one.key))


def _growth(rows: Sequence[Row], today: date) -> Growth:
    """Every period has its point, those without a change, too: a line over them has a true slope."""
    changes = sorted(_changes(rows), key=lambda change: change[0])
    first = changes[0][0] if changes else today
    unit = _unit(first, today)
    happened = {
        start: [change[1:] for change in some]
        for start, some in groupby(changes, key=lambda change: _start(change[0], unit))
    }
    points, totals = [], Counter({"datasets": 0, "subjects": 0})
    for start in _periods(first, today, unit):
        for datasets, subjects in happened.get(start, ()):
            totals["datasets"] += datasets
            totals["subjects"] += subjects
        points.append(Point(start, totals["datasets"], totals["subjects"]))
    return Growth(unit, points)


def _changes(rows: Iterable[Row]) -> Iterator[tuple[date, int, int]]:
    """Days (UTC) with datasets and subjects more, or less."""
    for row in rows:
        yield row.first_seen_at.astimezone(UTC).date(), 1, row.subjects or 0
        if row.withdrawn_at is not None:
            yield row.withdrawn_at.astimezone(UTC).date(), -1, -(row.subjects or 0)


def _unit(first: date, today: date) -> Unit:
    """About a month is told by days, three years by months."""
    span = today - first
    if span <= timedelta(days=31):
        return Unit.DAY
    return Unit.MONTH if span <= timedelta(days=3 * 365) else Unit.YEAR


def _start(day: date, unit: Unit) -> date:
    if unit is Unit.DAY:
        return day
    return day.replace(day=1) if unit is Unit.MONTH else day.replace(month=1, day=1)


def _periods(first: date, last: date, unit: Unit) -> Iterator[date]:
    """The beginnings of all periods from that of `first` to that of `last`."""
    start = _start(first, unit)
    while start <= last:
        yield start
        # 32 days after the first of a month lie in the next one, 366 after a new year in the next year.
        step = {Unit.DAY: 1, Unit.MONTH: 32, Unit.YEAR: 366}[unit]
        start = _start(start + timedelta(days=step), unit)
