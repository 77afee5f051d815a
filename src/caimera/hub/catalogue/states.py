"""The life of a harvest, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

INTERVAL = timedelta(hours=1)
"""Every source is harvested so often, however quiet it is."""

INTERVAL_ON_THE_WEB = timedelta(days=1)
"""The same for sources on the web, which are read whole."""

AGAIN = timedelta(seconds=15)
"""What was asked is asked again after so much silence: the question, or its answer, may have been lost."""

RETRY = timedelta(minutes=5)
"""A harvest that failed is tried again after so long."""

STALLED = timedelta(seconds=90)
"""A harvest that heard nothing for so long is ended."""

SHRUNK_FROM = 10
"""A list of more datasets than this that loses over half of them waits for a person."""


class State(StrEnum):
    """How far a harvest is."""

    LISTING = "listing"
    FETCHING = "fetching"
    HELD = "held"
    APPLIED = "applied"
    FAILED = "failed"


class Event(StrEnum):
    """What can happen to it."""

    LISTED = "listed"
    COMPLETE = "complete"
    SHRUNK = "shrunk"
    CONFIRMED = "confirmed"
    STALLED = "stalled"
    BROKEN = "broken"
    SUPERSEDED = "superseded"


TRANSITIONS: Mapping[tuple[State, Event], State] = {
    (State.LISTING, Event.LISTED): State.FETCHING,
    (State.LISTING, Event.STALLED): State.FAILED,
    (State.LISTING, Event.BROKEN): State.FAILED,
    (State.FETCHING, Event.COMPLETE): State.APPLIED,
    (State.FETCHING, Event.SHRUNK): State.HELD,
    (State.FETCHING, Event.STALLED): State.FAILED,
    (State.FETCHING, Event.BROKEN): State.FAILED,
    (State.LISTING, Event.SUPERSEDED): State.FAILED,
    (State.FETCHING, Event.SUPERSEDED): State.FAILED,
    (State.HELD, Event.CONFIRMED): State.APPLIED,
    (State.HELD, Event.SUPERSEDED): State.FAILED,
}
"""What is not here does not happen: what was applied, or given up, stays so."""

RUNNING = (State.LISTING, State.FETCHING)
ENDED = (State.APPLIED, State.FAILED)


class Step(StrEnum):
    """How far a harvest is with one dataset of the list."""

    LISTED = "listed"
    UNCHANGED = "unchanged"
    WANTED = "wanted"
    GIVEN = "given"
    READY = "ready"
    REFUSED = "refused"
