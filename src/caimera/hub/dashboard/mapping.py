"""The map of the network: nodes as points over meridians and parallels, longitude in proportion."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from caimera.hub.dashboard.queries import Neighbour

WIDTH = 600
_STEPS = (1, 2, 5, 10, 20, 30)
"""Degrees between lines."""
_FEWEST_DEGREES, _MOST_LINES, _MARGIN = 8.0, 8, 1.5
_FLATTEST = 0.2
"""Cosine of a latitude: near the poles degrees of longitude would shrink to nothing."""


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
    """Points, in units of a drawing `WIDTH` wide; north is up."""

    height: int
    points: Sequence[Point]
    meridians: Sequence[Line]
    parallels: Sequence[Line]


def map_of(neighbours: Sequence[Neighbour]) -> Map | None:
    """The nodes whose position is known, on a map just large enough; None where none is."""
    placed = [one for one in neighbours if one.position is not None]
    positions = [one.position for one in placed if one.position is not None]
    if not positions:
        return None
    south, north = _around([latitude for latitude, _longitude in positions], 90)
    west, east = _around([longitude for _latitude, longitude in positions], 180)
    narrow = max(math.cos(math.radians((south + north) / 2)), _FLATTEST)
    # Never higher than wide: nodes one above the other have empty land on both sides.
    beside = max(0.0, (north - south) / narrow - (east - west)) / 2
    west, east = west - beside, east + beside
    scale = WIDTH / (east - west)
    height = (north - south) / narrow * scale

    def across(longitude: float) -> str:
        return f"{(longitude - west) * scale:.1f}"

    def down(latitude: float) -> str:
        return f"{(north - latitude) / narrow * scale:.1f}"

    return Map(
        height=round(height),
        points=[
            Point(number, one, across(longitude), down(latitude))
            for number, (one, (latitude, longitude)) in enumerate(zip(placed, positions, strict=True), 1)
        ],
        meridians=[
            Line(across(each), _degrees(each, "E", "W")) for each in _lines(max(west, -180), min(east, 180))
        ],
        parallels=[Line(down(each), _degrees(each, "N", "S")) for each in _lines(south, north)],
    )


def _around(degrees: Sequence[float], most: float) -> tuple[float, float]:
    """From where to where the map goes: around all, with a margin, never beyond pole or date line."""
    low, high = min(degrees), max(degrees)
    margin = max(_MARGIN, (high - low) * 0.1, (_FEWEST_DEGREES - (high - low)) / 2)
    return max(low - margin, -most), min(high + margin, most)


def _lines(low: float, high: float) -> list[int]:
    step = next((each for each in _STEPS if (high - low) / each <= _MOST_LINES), 60)
    return list(range(math.ceil(low / step) * step, math.floor(high) + 1, step))


def _degrees(degrees: int, above: str, below: str) -> str:
    sign = above if degrees > 0 else below if degrees < 0 else ""
    return f"{abs(degrees)}° {sign}".strip()
