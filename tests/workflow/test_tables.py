"""The tables that are there: every state, event and role, against another reading of their files."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caimera.workflow import (
    CLOCK,
    NotReady,
    Refused,
    UnknownEvent,
    UnknownWorkflow,
    Workflow,
    WrongRole,
    WrongState,
    workflow,
    workflows,
)

ALL = workflows()


def written(one: Workflow) -> dict[str, Any]:
    """The table as it stands in its file."""
    return tomllib.loads(
        files("caimera.workflow").joinpath(f"data/{one.name}-{one.version}.toml").read_text()
    )


def sources(transition: dict[str, Any], table: dict[str, Any]) -> list[str]:
    going_on = [state["name"] for state in table["states"] if not state.get("final")]
    return going_on if transition["from"] == "*" else list(transition["from"])


def expected(table: dict[str, Any], state: str, event: str, role: str) -> type[Refused] | str:
    """The state that follows, or how it is refused; with all forms filed and a reason given."""
    known = [one for one in table["transitions"] if one["event"] == event]
    if not known:
        return UnknownEvent
    here = [one for one in known if state in sources(one, table)]
    if not here:
        return WrongState
    return str(here[0].get("to", state)) if role in here[0]["roles"] else WrongRole


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)
def test_every_state_event_and_role(one: Workflow) -> None:
    table = written(one)
    names = [state.name for state in one.states]
    events = [*sorted({way.event for way in one.transitions}), "abolish"]
    roles = [*(role.name for role in one.roles), CLOCK, "stranger"]
    for state, event, role in product(names, events, roles):
        allowed = [
            way["event"]
            for way in table["transitions"]
            if state in sources(way, table) and role in way["roles"]
        ]
        outcome = expected(table, state, event, role)
        if isinstance(outcome, str):
            way = one.step(state, event, roles=[role], filed=one.forms, reason="Because.")
            assert way.leads_to(state) == outcome
        else:
            with pytest.raises(outcome) as refused:
                one.step(state, event, roles=[role], filed=one.forms, reason="Because.")
            assert refused.value.allowed == tuple(allowed)
            assert all(event in str(refused.value) for event in allowed)


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)
def test_what_is_missing_is_said(one: Workflow) -> None:
    for way in one.transitions:
        state, needed = way.sources[0], {*way.requires, *([way.form] if way.form else [])}
        for form in needed:
            with pytest.raises(NotReady, match=form):
                one.step(state, way.event, roles=way.roles, filed=needed - {form}, reason="Because.")
        if way.reason:
            with pytest.raises(NotReady, match="needs a reason"):
                one.step(state, way.event, roles=way.roles, filed=needed, reason="  ")


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)
@given(data=st.data())
def test_whoever_moves_a_case_as_they_may_brings_it_to_an_end(one: Workflow, data: st.DataObject) -> None:
    """Any walk ends, or can still end: from wherever it is, the shortest way out is open to somebody."""
    state, filed = one.first.name, set[str]()
    roles = [role.name for role in one.roles]
    for _ in range(data.draw(st.integers(0, 12))):
        ready = [way for way in one.ways(state, roles) if set(way.requires) <= filed]
        if not ready:
            break
        way = data.draw(st.sampled_from(ready))
        filed |= {way.form} if way.form else set()
        state = one.step(state, way.event, roles=roles, filed=filed, reason="Because.").leads_to(state)
    assert one.state(state).final or any(set(way.requires) <= filed for way in one.ways(state, roles))


def test_statuses_are_those_of_http() -> None:
    one = workflow("data-holder")
    for event, roles, status in (("abolish", ["operator"], 404), ("accept", ["operator"], 409)):
        with pytest.raises(Refused) as refused:
            one.step("draft", event, roles=roles)
        assert refused.value.status == status
    with pytest.raises(Refused) as refused:
        one.step("draft", "submit", roles=["operator"])
    assert (refused.value.status, refused.value.allowed) == (403, ())
    assert str(refused.value).endswith("There is nothing you may do here now.")
    with pytest.raises(Refused) as refused:
        one.step("draft", "submit", roles=["applicant"])
    assert (refused.value.status, refused.value.allowed) == (422, ("submit", "withdraw"))


def test_the_committee_decides_only_with_both_reports() -> None:
    one = workflow("data-holder", 1)
    for board in ("access-committee", "management-board"):
        with pytest.raises(NotReady, match="not filed yet: legal-report."):
            one.step("in-review", "accept", roles=[board], filed=["technical-report", "decision"])
    with pytest.raises(WrongRole):
        one.step("in-review", "accept", roles=["technical-board"], filed=one.forms)


REPORTS = ("technical-report", "legal-report")


@pytest.mark.parametrize(
    ("name", "state", "filed", "waits_for"),
    [
        ("data-holder", "draft", (), ("applicant",)),
        ("data-holder", "submitted", ("expression-of-interest", "hand-over"), ("engagement",)),
        ("data-holder", "questionnaires", ("tier-maturity", "data-warehouse"), ("applicant",)),
        ("data-holder", "in-review", (), ("technical-board", "legal-board")),
        ("data-holder", "in-review", REPORTS[:1], ("legal-board",)),
        ("data-holder", "in-review", REPORTS, ("access-committee", "management-board")),
        ("data-holder", "accepted", REPORTS, ("operator",)),
        ("data-holder", "joined", REPORTS, ()),
        ("software-provider", "in-review", ("software-description",), ("technical-board",)),
        ("membership", "submitted", (), ("operator",)),
    ],
)
def test_a_case_waits_for_those_whose_part_is_not_done(
    name: str, state: str, filed: tuple[str, ...], waits_for: tuple[str, ...]
) -> None:
    assert workflow(name).whose_turn(state, filed) == waits_for


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)
@given(data=st.data())
def test_a_case_that_goes_on_always_waits_for_somebody(one: Workflow, data: st.DataObject) -> None:
    state = data.draw(st.sampled_from(one.states))
    filed = data.draw(st.sets(st.sampled_from(sorted(one.forms))))
    turn = one.whose_turn(state.name, filed)
    assert bool(turn) is not state.final
    assert all(one.ways(state.name, [role]) for role in turn)


def test_the_course_leads_through_the_states_of_a_case_in_which_all_goes_well() -> None:
    assert [state.name for state in workflow("data-holder").course] == [
        "draft",
        "submitted",
        "questionnaires",
        "documents",
        "in-review",
        "accepted",
        "joined",
    ]
    assert [state.name for state in workflow("membership").course] == ["submitted", "member", "ended"]


@pytest.mark.parametrize("one", workflows(), ids=lambda one: one.id)
def test_a_course_goes_from_the_first_state_to_an_end_by_transitions(one: Workflow) -> None:
    course = one.course
    assert (course[0], course[-1].final) == (one.first, True)
    for here, there in pairwise(course):
        assert any(here.name in way.sources and way.target == there.name for way in one.transitions)


def test_a_workflow_that_is_not_there_is_named() -> None:
    with pytest.raises(UnknownWorkflow, match="no workflow data-holder/9. There are: .*data-holder/1"):
        workflow("data-holder", 9)
    with pytest.raises(UnknownWorkflow):
        workflow("world-peace")
    with pytest.raises(KeyError):
        workflow("data-holder").state("nowhere")
