"""Coasts and borders under the map: cities lie on land, seas do not, and nothing is drawn far beyond."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from caimera.hub.dashboard.coasts import FILE, FINE, outlines
from caimera.hub.dashboard.window import WIDTH, Window, window_around

PACKAGES = Path(__file__).parents[3] / "node_modules"
EUROPE = window_around([(38.7, -9.1), (60.2, 24.9), (37.9, 23.7)])
"""Around Lisbon, Helsinki and Athens."""
CITIES = {
    "Paris": (48.86, 2.35),
    "Madrid": (40.42, -3.70),
    "Munich": (48.14, 11.58),
    "Warsaw": (52.23, 21.01),
}
SEAS = {
    "Biscay": (45.5, -5.0),
    "North Sea": (56.0, 3.0),
    "Tyrrhenian Sea": (40.0, 12.5),
    "Baltic": (58.0, 20.0),
}


def rings(path: str) -> list[list[tuple[float, float]]]:
    """The corners of every outline, in units of the drawing."""
    found = []
    for start, steps in re.findall(r"M(-?\d+ -?\d+)l([^z]*)z", path):
        x, y = map(int, start.split())
        ring = [(x / FINE, y / FINE)]
        numbers = [int(each) for each in re.findall(r"-?\d+", steps)]
        for across, down in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + across, y + down
            ring.append((x / FINE, y / FINE))
        found.append(ring)
    return found


def on_land(path: str, window: Window, position: tuple[float, float]) -> bool:
    """Whether a ray from a position to the east leaves an odd number of outlines."""
    x, y = window.across(position[1]), window.down(position[0])
    crossed = 0
    for ring in rings(path):
        for (x1, y1), (x2, y2) in pairwise([*ring, ring[0]]):
            crossed += (y1 > y) is not (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1)
    return crossed % 2 == 1


def test_cities_lie_on_land_and_seas_do_not() -> None:
    path = outlines(PACKAGES, EUROPE)
    assert [name for name, position in CITIES.items() if not on_land(path, EUROPE, position)] == []
    assert [name for name, position in SEAS.items() if on_land(path, EUROPE, position)] == []


@pytest.mark.parametrize(
    "window",
    [EUROPE, window_around([(52.4, 4.9)]), window_around([(-80, -179), (80, 179)])],
    ids=["Europe", "one place", "the world"],
)
def test_a_map_of_any_size_stays_small_and_on_its_drawing(window: Window) -> None:
    path = outlines(PACKAGES, window)
    assert 500 < len(path) < 60_000
    corners = [corner for ring in rings(path) for corner in ring]
    assert all(-5 <= x <= WIDTH + 5 and -5 <= y <= window.height + 5 for x, y in corners)


def test_an_open_sea_has_no_coast() -> None:
    assert outlines(PACKAGES, window_around([(-45.0, -120.0)])) == ""


@pytest.mark.parametrize("text", ["", "no JSON", "[]", '{"arcs": [], "transform": {}}'])
def test_a_map_does_without_what_cannot_be_read(tmp_path: Path, text: str) -> None:
    window = window_around([(1.0, 2.0 + len(text))])
    assert outlines(tmp_path / "nowhere", window) == ""
    (tmp_path / FILE).parent.mkdir()
    (tmp_path / FILE).write_text(text)
    assert outlines(tmp_path, window) == ""
