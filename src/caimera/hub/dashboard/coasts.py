"""Coasts and borders under the map, from Natural Earth's outlines of countries (npm's `world-atlas`).

A TopoJSON file holds arcs that neighbouring countries share, each a first point and steps from there in whole
numbers; a ring is a row of arcs, those with a negative number backwards.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, TypeAlias

from caimera.hub.dashboard.window import WIDTH, Window

FILE = Path("world-atlas", "countries-50m.json")
FINE = 2
"""Steps of the outlines in a unit of the drawing: finer than that nobody sees."""
_BEYOND = 4.0
"""Units outlines go on beyond the drawing, so that its edge is no coast."""
_NEAR = 1.2
"""Units between two corners of an outline, at least."""
_FEWEST = 3
"""Corners of an island that is drawn."""

Point: TypeAlias = tuple[float, float]
Ring: TypeAlias = Sequence[Point]


@lru_cache(maxsize=8)
def outlines(packages: Path, window: Window) -> str:
    """The countries in a window as the data of an SVG path, `FINE` times as large as the drawing.

    Empty where the package is not installed under `packages`, or holds something else: a map does without.
    """
    try:
        rings = list(_rings(json.loads((packages / FILE).read_bytes()), window))
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return ""
    return "".join(_path(_within(ring, window)) for ring in rings)


def _rings(topology: Any, window: Window) -> Iterator[Ring]:
    """Every outline of every country, in units of the drawing."""
    arcs = [_arc(each, topology["transform"], window) for each in topology["arcs"]]
    for country in topology["objects"]["countries"]["geometries"]:
        polygons = {"Polygon": [country.get("arcs")], "MultiPolygon": country.get("arcs")}
        for polygon in polygons.get(country["type"], ()):
            for ring in polygon:
                yield [
                    point
                    for number in ring
                    for point in (arcs[number] if number >= 0 else reversed(arcs[~number]))
                ]


def _arc(steps: Sequence[Sequence[int]], transform: Any, window: Window) -> list[Point]:
    """An arc on the drawing, without what is too near to be told apart: the same for all who share it."""
    (wide, high), (west, south) = transform["scale"], transform["translate"]
    kept: list[Point] = []
    for x, y in accumulate(steps, lambda here, step: (here[0] + step[0], here[1] + step[1])):
        point = last = (window.across(x * wide + west), window.down(y * high + south))
        if not kept or max(abs(point[0] - kept[-1][0]), abs(point[1] - kept[-1][1])) >= _NEAR:
            kept.append(point)
    return [*kept[:-1], last] if len(kept) > 1 else [*kept, last]


def _within(ring: Ring, window: Window) -> Ring:
    """What of a ring is on the drawing, cut off at one edge after the other (Sutherland and Hodgman)."""
    for axis, most in ((0, WIDTH), (1, window.height)):
        ring = list(_cut(ring, partial(_after, axis)))
        ring = list(_cut(ring, partial(_before, axis, most)))
    return ring


def _after(axis: int, point: Point) -> float:
    return point[axis] + _BEYOND


def _before(axis: int, most: float, point: Point) -> float:
    return most + _BEYOND - point[axis]


def _cut(ring: Ring, inside: Callable[[Point], float]) -> Iterator[Point]:
    """What of a ring lies where `inside`, a distance from the edge, is not negative."""
    for first, second in pairwise([*ring[-1:], *ring]):
        here, there = inside(first), inside(second)
        if (here < 0) is not (there < 0):
            part = here / (here - there)
            yield first[0] + (second[0] - first[0]) * part, first[1] + (second[1] - first[1]) * part
        if there >= 0:
            yield second


def _path(ring: Ring) -> str:
    """A ring as a part of a path in whole steps; empty where it is too small to be seen."""
    corners = list(_apart((round(x * FINE), round(y * FINE)) for x, y in ring))
    if len(set(corners)) < _FEWEST:
        return ""
    steps = " ".join(f"{x - a} {y - b}" for (a, b), (x, y) in pairwise(corners))
    return f"M{corners[0][0]} {corners[0][1]}l{steps.replace(' -', '-')}z"


def _apart(points: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Points without those that are where the one before is."""
    last = None
    for point in points:
        if point != last:
            yield point
        last = point
