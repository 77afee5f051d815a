"""The picture holds what the table holds."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from caimera.workflow import Workflow, workflows
from caimera.workflow.diagrams import as_svg

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("one", workflows(), ids=lambda one: one.id)
def test_every_state_and_every_way_is_drawn(one: Workflow) -> None:
    drawn = ET.fromstring(as_svg(one))  # noqa: S314 - of our own making
    words = [text.text or "" for text in drawn.iter(f"{SVG}text")]
    assert [state.label for state in one.states] == words[: len(one.states)]
    assert sum(rect.get("class") == "state final" for rect in drawn.iter(f"{SVG}rect")) == sum(
        state.final for state in one.states
    )
    ways = {event for said in words[len(one.states) :] for event in said.split(", ")}
    going_on = {state.name for state in one.states if not state.final}
    moving = {way.event for way in one.transitions if way.target and set(way.sources) != going_on}
    assert ways == moving


def test_words_cannot_break_out_of_the_picture() -> None:
    (one, *_) = workflows()
    evil = Workflow(
        name="evil",
        version=1,
        title='<script>"',
        roles=one.roles,
        states=one.states,
        transitions=one.transitions,
    )
    assert "<script" not in as_svg(evil)
