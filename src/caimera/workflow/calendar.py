"""Working days, and the days on which nobody works."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """Saturdays, Sundays, the closing days of TARGET, which all of Europe shares, and days of its own."""

    own: frozenset[date] = frozenset()

    @classmethod
    def closed_on(cls, days: Iterable[date]) -> Calendar:
        """A calendar with further days on which nobody works."""
        return cls(frozenset(days))

    def is_working(self, day: date) -> bool:
        """Whether somebody works on this day."""
        return day.weekday() < _SATURDAY and day not in self.own and day not in closing_days(day.year)

    def after(self, day: date, working_days: int) -> date:
        """The day that so many working days have passed at; 1 after a Friday is Monday, 0 the day itself."""
        while working_days > 0:
            day += _DAY
            working_days -= self.is_working(day)
        return day


@lru_cache(maxsize=64)
def closing_days(year: int) -> frozenset[date]:
    """The closing days of TARGET, the payment system of the euro, on weekdays and weekends alike.

    Source: European Central Bank, TARGET2 calendar of closing days, since 2002.
    """
    sunday = easter(year)
    moving = (sunday - 2 * _DAY, sunday + _DAY)
    fixed = ((1, 1), (5, 1), (12, 25), (12, 26))
    return frozenset({*moving, *(date(year, month, day) for month, day in fixed)})


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar, after Meeus, Jones and Butcher; years from 1583 on."""
    century, rest = divmod(year, 100)
    golden = year % 19
    leap_centuries, left = divmod(century, 4)
    moon = (19 * golden + century - leap_centuries - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * left + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)
