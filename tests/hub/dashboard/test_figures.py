"""Sums, shares and growth, against counting by hand and by brute force."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caimera.dcat import listed
from caimera.hub.dashboard.figures import Row, Sum, Unit, figures, keys_from, tier_of

TODAY = date(2026, 11, 27)
T1, T2, T2C, T3 = "SPEC1000009", "SPEC1000011", "SPEC1000013", "SPEC1000010"


def row(**changes: Any) -> Row:
    given = {
        "facets": {},
        "subjects": None,
        "studies": None,
        "first_seen_at": datetime(2026, 11, 1, 12, tzinfo=UTC),
        "withdrawn_at": None,
    }
    return Row(**{**given, **changes})


ROWS = [
    row(facets={"provider": ["A"], "modality": ["CT", "MR"], "tier": [T2C]}, subjects=100, studies=300),
    row(facets={"provider": ["A"], "modality": ["CT"], "tier": [T1]}, subjects=50),
    row(facets={"provider": ["B"], "modality": ["MR"], "tier": [T3]}, studies=7),
    row(facets={"modality": ["MR"]}, subjects=4, studies=4),
    row(
        facets={"provider": ["C"], "tier": [T3]}, subjects=999, withdrawn_at=datetime(2026, 11, 5, tzinfo=UTC)
    ),
]


def test_totals_say_how_many_tell_nothing_and_leave_out_what_is_withdrawn() -> None:
    found = figures(ROWS, tier=1, today=TODAY)
    assert (found.datasets, found.providers) == (4, 2)
    assert found.subjects == Sum(154, silent=1)
    assert found.studies == Sum(311, silent=1)


def test_a_dataset_counts_under_each_of_its_values_and_under_none() -> None:
    shares = figures(ROWS, tier=1, today=TODAY).shares
    assert [(one.key, one.datasets) for one in shares["modality"]] == [("MR", 3), ("CT", 2)]
    assert [(one.key, one.datasets, one.subjects.value) for one in shares["provider"]] == [
        ("A", 2, 150),
        ("B", 1, 0),
        ("not_recorded", 1, 4),
    ]
    assert [(one.key, one.datasets) for one in shares["body_part"]] == [("not_recorded", 4)]


@pytest.mark.parametrize(("tier", "datasets", "subjects"), [(1, 4, 154), (2, 2, 100), (3, 1, 0)])
def test_a_tier_is_all_that_reaches_it(tier: int, datasets: int, subjects: int) -> None:
    found = figures(ROWS, tier=tier, today=TODAY)
    assert (found.datasets, found.subjects.value) == (datasets, subjects)


def test_every_tier_of_the_list_has_its_number() -> None:
    assert {each.code for each in listed("tier")} == set(keys_from(1))
    assert T2C in keys_from(2)
    assert T2C not in keys_from(3)
    assert tier_of(row(facets={"tier": [T2, T3]})) == 3
    assert tier_of(row(facets={"tier": ["of my own"]})) == 0


def test_growth_goes_up_when_datasets_come_and_down_when_they_go() -> None:
    growth = figures(ROWS, tier=1, today=TODAY).growth
    assert growth.unit is Unit.DAY
    assert [point.start for point in growth.points] == [date(2026, 11, day) for day in range(1, 28)]
    by_day = {point.start.day: (point.datasets, point.subjects) for point in growth.points}
    assert by_day[1] == by_day[4] == (5, 1153)
    assert by_day[5] == by_day[27] == (4, 154)


@pytest.mark.parametrize(
    ("first", "unit", "points"),
    [
        (datetime(2026, 10, 27, tzinfo=UTC), Unit.DAY, 32),
        (datetime(2026, 10, 26, tzinfo=UTC), Unit.MONTH, 2),
        (datetime(2024, 1, 31, tzinfo=UTC), Unit.MONTH, 35),
        (datetime(2020, 2, 29, tzinfo=UTC), Unit.YEAR, 7),
    ],
)
def test_a_longer_time_is_told_in_longer_steps(first: datetime, unit: Unit, points: int) -> None:
    growth = figures([row(first_seen_at=first)], tier=1, today=TODAY).growth
    assert (growth.unit, len(growth.points)) == (unit, points)


def test_nothing_at_all_has_a_growth_of_one_day() -> None:
    found = figures([], tier=1, today=TODAY)
    assert (found.datasets, found.subjects) == (0, Sum(0, 0))
    assert [(point.start, point.datasets) for point in found.growth.points] == [(TODAY, 0)]


_MOMENTS = st.integers(0, 10 * 365 * 24).map(
    lambda hours: datetime(2026, 11, 27, tzinfo=UTC) - timedelta(hours=hours)
)


@given(st.lists(st.tuples(_MOMENTS, st.integers(0, 2_000), st.booleans(), st.integers(0, 99)), max_size=30))
def test_each_point_is_what_there_was_at_its_end(drawn: list[tuple[datetime, int, bool, int]]) -> None:
    now = datetime(2026, 11, 27, 23, tzinfo=UTC)
    rows = [
        row(
            first_seen_at=first,
            subjects=subjects,
            withdrawn_at=min(first + timedelta(days=days), now) if gone else None,
        )
        for first, days, gone, subjects in drawn
    ]
    points = figures(rows, tier=1, today=TODAY).growth.points
    ends = [*(point.start for point in points[1:]), TODAY + timedelta(days=1)]
    for point, end in zip(points, ends, strict=True):
        there = [
            one
            for one in rows
            if one.first_seen_at.date() < end and (one.withdrawn_at is None or one.withdrawn_at.date() >= end)
        ]
        assert (point.datasets, point.subjects) == (len(there), sum(one.subjects or 0 for one in there))
