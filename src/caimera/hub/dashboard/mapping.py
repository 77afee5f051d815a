"""The map of the network: nodes as points over coasts, borders, meridians and parallels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from caimera.hub.dashboard.coasts import outlines
from caimera.hub.dashboard.queries import Neighbour
from caimera.hub.dashboard.window import window_around

_STEPS = (1, 2, 5, 10, 20, 30)
"""Degrees between lines."""
_MOST_LINES = 8


@dataclass(frozen=True, slots=True)
class Point:
    """A node: its number in the table, and where it is drawn."""

    number: int
    node: Neighbour
    x: str
    y: str


@dataclass(frozen=True, slots=True)
class Line:
    """A meridian or parallel: where it is drawn, and its degrees in words, such as `10° E`."""

    at: str
    words: str


@dataclass(frozen=True, slots=True)
class Map:
    """Points, in units of a drawing `WIDTH` wide; north is up. `coasts` is a path, `FINE` times as large."""

    height: int
    coasts: str
    points: Sequence[Point]
    meridians: Sequence[Line]
    parallels: Sequence[Line]


def map_of(neighbours: Sequence[Neighbour], packages: Path) -> Map | None:
    """The nodes whose position is known, on a map just large enough; None where none is.

    Coasts come from `packages`, where those of npm are.
    """
    placed = [one for one in neighbours if one.position is not None]
    positions = [one.position for one in placed if one.position is not None]
    if not positions:
        return None
    window = window_around(positions)
    east_west = _lines(max(window.west, -180), min(window.east, 180))
    return Map(
        height=round(window.height),
        coasts=outlines(packages, window),
        points=[
            Point(number, one, f"{window.across(longitude):.1f}", f"{window.down(latitude):.1f}")
            for number, (one, (latitude, longitude)) in enumerate(zip(placed, positions, strict=True), 1)
        ],
        meridians=[Line(f"{window.across(each):.1f}", _degrees(each, "E", "W")) for each in east_west],
        parallels=[
            Line(f"{window.down(each):.1f}", _degrees(each, "N", "S"))
            for each in _lines(window.south, window.north)
        ],
    )


def _lines(low: float, high: float) -> list[int]:
    step = next((each for each in _STEPS if (high - low) / each <= _MOST_LINES), 60)
    return list(range(math.ceil(low / step) * step, math.floor(high) + 1, step))


def _degrees(degrees: int, above: str, below: str) -> str:
    sign = above if degrees > 0 else below if degrees < 0 else ""
    return f"{abs(degrees)}° {sign}".strip()
