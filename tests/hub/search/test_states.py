from __future__ import annotations

import pytest

from caimera.hub.search.states import TRANSITIONS, Event, State

FINAL = (State.ANSWERED, State.REFUSED)


def test_an_answer_given_stands() -> None:
    assert not [start for start, _ in TRANSITIONS if start in FINAL]


@pytest.mark.parametrize("start", [state for state in State if state not in FINAL])
def test_whoever_has_not_answered_may_still(start: State) -> None:
    assert TRANSITIONS[start, Event.ANSWER] is State.ANSWERED
    assert TRANSITIONS[start, Event.REFUSAL] is State.REFUSED


def test_only_who_is_waited_for_becomes_slow_or_unreachable() -> None:
    assert [start for start, event in TRANSITIONS if event is Event.DEADLINE] == [State.WAITING]
    assert [start for start, event in TRANSITIONS if event is Event.UNDELIVERED] == [State.WAITING]


def test_every_state_but_the_first_is_reached() -> None:
    assert set(TRANSITIONS.values()) == set(State) - {State.WAITING}
