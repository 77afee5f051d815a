"""The map of the network: north above south, east right of west, everything on it, whatever the positions."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from caimera.hub.dashboard.mapping import map_of
from caimera.hub.dashboard.queries import Neighbour
from caimera.hub.dashboard.window import WIDTH

NOWHERE = Path("nowhere")
"""No packages: these are maps without coasts."""
positions = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


def node(position: tuple[float, float] | None) -> Neighbour:
    return Neighbour("n", "Node", True, None, 0, "", position)


def test_nodes_without_a_position_are_on_no_map() -> None:
    assert map_of([], NOWHERE) is None
    assert map_of([node(None), node(None)], NOWHERE) is None


@given(st.lists(positions, min_size=1, max_size=6))
def test_every_point_and_line_is_on_the_map_and_lies_as_the_compass_says(
    given_positions: list[tuple[float, float]],
) -> None:
    drawn = map_of([node(None), *map(node, given_positions)], NOWHERE)
    assert drawn is not None
    assert drawn.coasts == ""
    assert [point.number for point in drawn.points] == list(range(1, len(given_positions) + 1))
    assert 0 < drawn.height <= WIDTH
    for point in drawn.points:
        assert 0 <= float(point.x) <= WIDTH
        assert -0.1 <= float(point.y) <= drawn.height + 1
    for line in drawn.meridians:
        assert 0 <= float(line.at) <= WIDTH
    assert 1 <= len(drawn.meridians) <= 9
    assert 1 <= len(drawn.parallels) <= 9
    for one, (latitude, longitude) in zip(drawn.points, given_positions, strict=True):
        for other, (their_latitude, their_longitude) in zip(drawn.points, given_positions, strict=True):
            assert float(one.y) <= float(other.y) or latitude < their_latitude
            assert float(one.x) <= float(other.x) or longitude > their_longitude


def test_the_lines_say_their_degrees() -> None:
    drawn = map_of([node((52.0, -4.0)), node((-3.0, 12.0))], NOWHERE)
    assert drawn is not None
    assert {"0°", "10° E"} <= {line.words for line in drawn.meridians}
    assert {"0°", "50° N"} <= {line.words for line in drawn.parallels}


def test_a_position_is_said_in_words() -> None:
    assert node((52.37, 4.9)).where == "52.37° N, 4.90° E"
    assert node((-33.9, -70.65)).where == "33.90° S, 70.65° W"
    assert node(None).where == ""
