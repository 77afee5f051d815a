"""Bands of five, in which ages and years may be asked of protected datasets."""

from __future__ import annotations

import math

WIDTH = 5
"""Years in a band; a band begins at a multiple of it."""


def first_of_band(value: float) -> int:
    """The first whole number of the band that holds `value`."""
    return math.floor(value / WIDTH) * WIDTH


def last_of_band(value: float) -> int:
    """The last whole number of the band that holds `value`."""
    return first_of_band(value) + WIDTH - 1


def widened(low: float | None, high: float | None) -> tuple[int | None, int | None]:
    """A range, both ends included, widened outward to whole bands; an open end (None) stays open."""
    return (
        None if low is None else first_of_band(low),
        None if high is None else last_of_band(high),
    )
