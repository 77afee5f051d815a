"""The life of a node's answer, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from django.utils.translation import gettext_noop

DEADLINE = timedelta(seconds=15)
"""How long a question is waited for."""

PATIENCE = timedelta(seconds=2)
"""A node that takes longer is shown as slow."""

AGAIN = timedelta(seconds=5)
"""A node that is silent for so long is asked again: the question, or the answer, may have been lost."""


class State(StrEnum):
    """How it stands with one node and one question."""

    WAITING = "waiting"
    ANSWERED = "answered"
    SLOW = "slow"
    OFFLINE = "offline"
    REFUSED = "refused"


class Event(StrEnum):
    """What can happen to it."""

    ANSWER = "answer"
    REFUSAL = "refusal"
    UNDELIVERED = "undelivered"
    DEADLINE = "deadline"


TRANSITIONS: Mapping[tuple[State, Event], State] = {
    (State.WAITING, Event.ANSWER): State.ANSWERED,
    (State.WAITING, Event.REFUSAL): State.REFUSED,
    (State.WAITING, Event.UNDELIVERED): State.OFFLINE,
    (State.WAITING, Event.DEADLINE): State.SLOW,
    # A late answer is an answer; also after the broker said that nobody listened, for the node may have
    # come back and taken a second delivery.
    (State.SLOW, Event.ANSWER): State.ANSWERED,
    (State.SLOW, Event.REFUSAL): State.REFUSED,
    (State.OFFLINE, Event.ANSWER): State.ANSWERED,
    (State.OFFLINE, Event.REFUSAL): State.REFUSED,
}
"""What is not here does not happen: an answer given stands."""

NOT_THERE = gettext_noop("This node is offline, so it was not asked.")
NOT_REACHED = gettext_noop("The question did not reach this node: it is offline.")
NO_ANSWER_YET = gettext_noop("No answer came in time. If one comes later, it is shown here.")
