"""Working days against days that are known from elsewhere."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from caimera.workflow import Calendar, workflow
from caimera.workflow.calendar import closing_days, easter

EASTERS = {
    1961: (4, 2),
    1981: (4, 19),
    2000: (4, 23),
    2008: (3, 23),
    2024: (3, 31),
    2026: (4, 5),
    2038: (4, 25),
}
"""From the tables of the Astronomical Applications Department of the U.S. Naval Observatory."""

PLAIN = Calendar()
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


def test_easter_falls_where_the_tables_say() -> None:
    assert {year: (easter(year).month, easter(year).day) for year in EASTERS} == EASTERS


def test_target_is_closed_on_six_days_a_year() -> None:
    assert sorted(closing_days(2026)) == [
        date(2026, 1, 1),
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 12, 25),
        date(2026, 12, 26),
    ]


def test_a_deadline_goes_round_weekends_holidays_and_own_days() -> None:
    assert PLAIN.after(date(2026, 11, 27), 1) == date(2026, 11, 30)
    assert PLAIN.after(date(2026, 4, 2), 1) == date(2026, 4, 7)
    assert Calendar.closed_on([date(2026, 4, 7)]).after(date(2026, 4, 2), 1) == date(2026, 4, 8)
    assert PLAIN.after(date(2026, 12, 24), 2) == date(2026, 12, 29)
    assert PLAIN.after(date(2026, 11, 28), 0) == date(2026, 11, 28)


def test_a_deadline_is_counted_from_the_day_a_case_came_in() -> None:
    deadline = workflow("data-holder").deadline("submitted")
    assert deadline is not None
    assert deadline.due(date(2026, 11, 27), PLAIN) == date(2026, 12, 11)
    assert workflow("data-holder").deadline("draft") is None


@given(day=DAYS, working_days=st.integers(1, 60))
def test_so_many_working_days_lie_between(day: date, working_days: int) -> None:
    due = PLAIN.after(day, working_days)
    between = [day + timedelta(days=number) for number in range(1, (due - day).days + 1)]
    assert PLAIN.is_working(due)
    assert sum(map(PLAIN.is_working, between)) == working_days
    assert Calendar.closed_on([due]).after(day, working_days) > due
