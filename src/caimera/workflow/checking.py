"""What a table may not say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from caimera.workflow.model import CLOCK, Workflow


def faults(workflow: Workflow) -> Iterator[str]:
    """Everything that is wrong with a table, a sentence each."""
    yield from _names(workflow)
    yield from _references(workflow)
    known = {state.name for state in workflow.states}
    if known and all({*one.sources, one.target or one.sources[0]} <= known for one in workflow.transitions):
        yield from _ways(workflow)
        yield from _forms(workflow)
        yield from _deadlines(workflow)


def _names(workflow: Workflow) -> Iterator[str]:
    """A name stands for one thing."""
    if not workflow.states:
        yield "It has no states."
    for name, times in Counter(state.name for state in workflow.states).items():
        if times > 1:
            yield f"The state {name} is there {times} times."
    meant = Counter((source, one.event) for one in workflow.transitions for source in one.sources)
    for (source, event), times in meant.items():
        if times > 1:
            yield f"{event} means {times} things in {source}."


def _references(workflow: Workflow) -> Iterator[str]:
    """What is named is there."""
    states = {state.name for state in workflow.states}
    roles = {role.name for role in workflow.roles}
    for state in workflow.states:
        for role in set(state.waits_for) - roles:
            yield f"{state.name} waits for {role}, who is no role."
    for one in workflow.transitions:
        if not one.sources or not one.roles:
            yield f"{one.event} is possible nowhere or for nobody."
        for name in {*one.sources, one.target} - states - {""}:
            yield f"{one.event} names {name}, which is no state."
        for role in {*one.roles, *one.tells} - roles - {CLOCK}:
            yield f"{one.event} names {role}, who is no role."


def _ways(workflow: Workflow) -> Iterator[str]:
    """Every state is reached; what is not final goes on, by somebody it waits for."""
    reached = {workflow.first.name}
    for _ in workflow.states:
        reached |= {
            one.leads_to(source)
            for one in workflow.transitions
            for source in one.sources
            if source in reached
        }
    for state in workflow.states:
        out = [one for one in workflow.transitions if state.name in one.sources]
        leaving = [one for one in out if one.leads_to(state.name) != state.name]
        if state.name not in reached:
            yield f"{state.name} is never reached."
        if state.final and out:
            yield f"{state.name} is final, but {out[0].event} leads on."
        if not state.final and not leaving:
            yield f"{state.name} is not final, but nothing leads out of it."
        if not state.final and not state.waits_for:
            yield f"{state.name} waits for nobody."
        for role in state.waits_for:
            if not any(role in one.roles for one in out):
                yield f"{state.name} waits for {role}, who can do nothing there."


def _forms(workflow: Workflow) -> Iterator[str]:
    """A form that is required can be filed on some way that leads there."""
    filed: dict[str, set[str]] = {state.name: set() for state in workflow.states}
    for _ in workflow.states:
        for one in workflow.transitions:
            for source in one.sources:
                own = {one.form} if one.form else set()
                filed[one.leads_to(source)] |= filed[source] | own
    for one in workflow.transitions:
        for form in set(one.reopens) - workflow.forms:
            yield f"{one.event} reopens {form}, which is filed nowhere."
        for source in one.sources:
            for form in set(one.requires) - filed[source]:
                yield f"{one.event} requires {form}, which cannot be filed before {source} is left."


def _deadlines(workflow: Workflow) -> Iterator[str]:
    """Deadlines are of states that go on; what happens then may happen in the name of the clock."""
    ongoing = {state.name for state in workflow.states if not state.final}
    for one in workflow.deadlines:
        if one.state not in ongoing or one.working_days < 1:
            yield f"There can be no deadline of {one.working_days} days for {one.state}."
        elif one.event and one.event not in {way.event for way in workflow.ways(one.state, [CLOCK])}:
            yield f"At the end of {one.state} {one.event} is to happen, which the clock may not do there."
