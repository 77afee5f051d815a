"""The part of the world a map shows, and where on the drawing a position lies: longitude in proportion."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 600
"""Units of a drawing from west to east."""
_FEWEST_DEGREES, _MARGIN = 12.0, 1.5
_FLATTEST = 0.2
"""Cosine of a latitude: near the poles degrees of longitude would shrink to nothing."""


@dataclass(frozen=True, slots=True)
class Window:
    """From where to where a map goes, in degrees; `narrow`: degrees of longitude in one of latitude."""

    west: float
    east: float
    south: float
    north: float
    narrow: float

    @property
    def scale(self) -> float:
        """Units of the drawing in a degree of longitude."""
        return WIDTH / (self.east - self.west)

    @property
    def height(self) -> float:
        """Units of the drawing from north to south."""
        return self.down(self.south)

    def across(self, longitude: float) -> float:
        """How far from the western edge."""
        return (longitude - self.west) * self.scale

    def down(self, latitude: float) -> float:
        """How far from the northern edge."""
        return (self.north - latitude) / self.narrow * self.scale


def window_around(positions: Sequence[tuple[float, float]]) -> Window:
    """The window just large enough for some positions, each latitude and longitude."""
    south, north = _around([latitude for latitude, _longitude in positions], 90)
    west, east = _around([longitude for _latitude, longitude in positions], 180)
    narrow = max(math.cos(math.radians((south + north) / 2)), _FLATTEST)
    # Never higher than wide: nodes one above the other have empty land on both sides.
    beside = max(0.0, (north - south) / narrow - (east - west)) / 2
    return Window(west - beside, east + beside, south, north, narrow)


def _around(degrees: Sequence[float], most: float) -> tuple[float, float]:
    """From where to where the map goes: around all, with a margin, never beyond pole or date line."""
    low, high = min(degrees), max(degrees)
    margin = max(_MARGIN, (high - low) * 0.1, (_FEWEST_DEGREES - (high - low)) / 2)
    return max(low - margin, -most), min(high + margin, most)
