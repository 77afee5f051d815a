"""Following a question: its state now, and again whenever it changes, until nobody is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from caimera.hub.search.bell import bell
from caimera.hub.search.queries import changed_state, question_state, with_answers
from caimera.hub.search.results import QuestionState
from caimera.hub.search.states import PATIENCE, State
from caimera.web.threads import in_thread

KEEP_ALIVE = 10.0
"""Seconds of silence after which None is given, so that a reader can show its stream lives."""

_INSTANT = 0.05
GATHER = 0.03
"""Seconds in which further changes gather, as answers of several nodes tend to come together."""

_SHARE = 5
"""Changes gather at least so many times as long as reading takes: hundreds of nodes come in few pieces."""


async def follow(
    question_id: UUID, *, gather: float = GATHER, keep_alive: float = KEEP_ALIVE
) -> AsyncIterator[QuestionState | None]:
    """Give the state now and after every change, up to the closed one at the deadline or before.

    After a change, others gather for `gather` seconds or longer, but for the last one, which waits for
    nobody. None is given after `keep_alive` seconds of silence. No database connection is held while waiting.
    """
    shown: QuestionState | None = None
    clock = asyncio.get_running_loop().time
    async with bell().place(question_id) as place:
        while True:
            began = clock()
            state = await in_thread(_read, question_id, shown)
            gathering = gather and max(gather, _SHARE * (clock() - began))
            if state != shown:
                shown = state
                yield state
            if state.state == "closed":
                return
            pause = min(_until_next_change(state, timezone.now()), keep_alive)
            if not await place.wait(pause, gather=gathering) and pause == keep_alive:
                yield None


def _read(question_id: UUID, shown: QuestionState | None) -> QuestionState:
    """The state now; what stands in `shown` and cannot change is not read again."""
    if shown is None:
        return question_state(with_answers().get(pk=question_id))
    return changed_state(shown)


def _until_next_change(state: QuestionState, now: datetime) -> float:
    """Seconds until time alone changes the state: waiting becomes slow, open becomes closed."""
    waiting = any(node.state == State.WAITING for node in state.nodes)
    due = state.asked_at + PATIENCE if waiting else state.deadline_at
    return max((due - now) / timedelta(seconds=1), 0.0) + _INSTANT
