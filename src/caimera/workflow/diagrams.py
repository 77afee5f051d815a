"""A workflow as a picture: states down the page, transitions as arcs beside them. SVG, without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from caimera.workflow.model import Workflow

_ROW, _WIDTH, _HEIGHT, _LEFT, _LANE = 64, 220, 36, 170, 125
_STYLE = (
    "text{font:14px sans-serif;fill:currentColor}"
    ".state{fill:none;stroke:currentColor;stroke-width:1.5}"
    ".final{stroke-width:4}"
    "path{fill:none;stroke:currentColor;stroke-width:1;opacity:.75}"
    ".event{font-size:12px}"
)

_TIP = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
    ' orient="auto">'
    '<path d="M0 0L8 4L0 8z" style="fill:currentColor"/></marker></defs>'
)


def as_svg(workflow: Workflow) -> str:
    """The picture, in the colour of the text around it; ways that go back are on the left side."""
    arcs = list(_arcs(workflow))
    height = _ROW * len(workflow.states) + 20
    width = _LEFT + _WIDTH + _LANE * _deepest(arcs, forward=True) + 30
    return "".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" ',
            f'aria-label="{escape(workflow.title)}: states and transitions; the table says the same">',
            f"<style>{_STYLE}</style>",
            _TIP,
            *_boxes(workflow),
            *(_drawn(arc) for arc in arcs),
            "</svg>",
        )
    )


def _boxes(workflow: Workflow) -> Iterator[str]:
    for at, state in enumerate(workflow.states):
        kind = "state final" if state.final else "state"
        yield (
            f'<rect class="{kind}" x="{_LEFT}" y="{_top(at)}" width="{_WIDTH}" height="{_HEIGHT}" rx="6"/>'
            f'<text x="{_LEFT + _WIDTH / 2}" y="{_top(at) + 23}" text-anchor="middle">'
            f"{escape(state.label)}</text>"
        )


Arc = tuple[int, int, int, str]
"""From which row to which, in which lane, with which words."""


def _arcs(workflow: Workflow) -> Iterator[Arc]:
    """Ways between two different states; ways between the same two are one arc, lanes keep arcs apart."""
    rows = {state.name: at for at, state in enumerate(workflow.states)}
    said: dict[tuple[int, int], list[str]] = {}
    for one in workflow.transitions:
        for source in one.sources:
            ends = rows[source], rows[one.leads_to(source)]
            # What is possible nearly everywhere would hide the rest; the table says it.
            if ends[0] != ends[1] and len(one.sources) < len(workflow.states) // 2:
                said.setdefault(ends, []).append(one.event)
    taken: list[tuple[int, int, int, bool]] = []
    for (start, end), events in sorted(said.items(), key=lambda item: abs(item[0][1] - item[0][0])):
        low, high, forward = min(start, end), max(start, end), end > start
        lane = 0
        while any(
            side == forward and used == lane and low < other_high and other_low < high
            for other_low, other_high, used, side in taken
        ):
            lane += 1
        taken.append((low, high, lane, forward))
        yield start, end, lane, ", ".join(events)


def _drawn(arc: Arc) -> str:
    start, end, lane, words = arc
    forward = end > start
    edge = _LEFT + _WIDTH if forward else _LEFT
    bow = edge + (1 if forward else -1) * (24 + _LANE * lane)
    first, last = _top(start) + _HEIGHT / 2 + 6, _top(end) + _HEIGHT / 2 - 6
    middle = (first + last) / 2
    if not forward:
        first, last = first - 12, last + 12
    anchor, beside = ("start", bow + 4) if forward else ("end", bow - 4)
    return (
        f'<path marker-end="url(#tip)" d="M{edge} {first}C{bow} {first} {bow} {first} {bow} {middle}'
        f'S{bow} {last} {edge} {last}"/>'
        f'<text class="event" x="{beside}" y="{middle + 4}" text-anchor="{anchor}">{escape(words)}</text>'
    )


def _top(row: int) -> int:
    return 10 + _ROW * row


def _deepest(arcs: list[Arc], *, forward: bool) -> int:
    return max((lane + 1 for start, end, lane, _ in arcs if (end > start) == forward), default=0)
