from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.utils import timezone

from caimera.hub.search import actions
from caimera.hub.search.bell import Bell, bell
from caimera.hub.search.following import follow
from caimera.hub.search.models import Question
from caimera.hub.search.results import QuestionState
from caimera.people.models import Person
from caimera.web.threads import in_thread
from tests.hub.conftest import FakeNode, answer
from tests.hub.search.test_actions import ask, say

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_tables")]

MakeNode = Callable[..., FakeNode]


async def states(stream: AsyncIterator[QuestionState | None]) -> list[dict[str, str]]:
    """The states of the nodes at each change, until the stream ends."""
    seen = [{node.id: node.state.value for node in state.nodes} async for state in stream if state]
    await bell().close()
    return seen


def test_each_change_is_seen_until_nobody_is_waited_for(person: Person, make_node: MakeNode) -> None:
    trials, genomics = make_node("trials"), make_node("genomics")
    question = ask(person)

    async def journey() -> list[dict[str, str]]:
        seen, silent = [], iter((trials, genomics))
        async for state in follow(question.pk):
            if state is not None:
                seen.append({node.id: node.state.value for node in state.nodes})
                if node := next(silent, None):
                    await in_thread(say, node, answer(question.pk))
        await bell().close()
        return seen

    assert async_to_sync(journey)() == [
        {"genomics": "waiting", "trials": "waiting"},
        {"genomics": "waiting", "trials": "answered"},
        {"genomics": "answered", "trials": "answered"},
    ]


def test_who_wants_the_whole_sees_the_first_state_and_the_last(person: Person, make_node: MakeNode) -> None:
    trials, genomics = make_node("trials"), make_node("genomics")
    question = ask(person)

    async def journey() -> list[dict[str, str]]:
        following = asyncio.create_task(states(follow(question.pk, gather=120)))
        await asyncio.sleep(0.3)
        await in_thread(say, trials, answer(question.pk))
        await asyncio.sleep(0.3)
        await in_thread(say, genomics, answer(question.pk))
        async with asyncio.timeout(60):
            return await following

    assert async_to_sync(journey)() == [
        {"genomics": "waiting", "trials": "waiting"},
        {"genomics": "answered", "trials": "answered"},
    ]


def test_what_happened_before_is_seen_at_once(person: Person, make_node: MakeNode) -> None:
    node = make_node("trials")
    question = ask(person)
    say(node, answer(question.pk))

    assert async_to_sync(states)(follow(question.pk)) == [{"trials": "answered"}]


def age(question_id: UUID, seconds: float) -> None:
    past = timezone.now() - timedelta(seconds=seconds)
    Question.objects.filter(pk=question_id).update(asked_at=past, deadline_at=past + timedelta(seconds=15))


def test_time_alone_makes_waiting_slow_and_ends_the_stream(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    question = ask(person)
    age(question.pk, 1.4)
    assert asyncio.run(first_two(question.pk)) == ["waiting", "slow"]

    age(question.pk, 14.4)
    assert async_to_sync(states)(follow(question.pk)) == [{"trials": "slow"}, {"trials": "slow"}]


async def first_two(question_id: UUID) -> list[str]:
    seen: list[str] = []
    stream = follow(question_id)
    async for state in stream:
        assert state is not None
        seen.append(state.nodes[0].state.value)
        if len(seen) == 2:
            break
    await stream.aclose()  # type: ignore[attr-defined]
    await bell().close()
    return seen


def test_silence_is_filled_so_that_the_stream_is_seen_to_live(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    question = ask(person)

    async def journey() -> list[bool]:
        stream = follow(question.pk, keep_alive=0.05)
        seen = [state is None async for state, _ in azip(stream, range(3))]
        await bell().close()
        return seen

    assert async_to_sync(journey)() == [False, True, True]


async def azip(
    stream: AsyncIterator[QuestionState | None], numbers: range
) -> AsyncIterator[tuple[object, int]]:
    for number in numbers:
        yield await anext(stream), number


def test_a_ring_between_reading_and_waiting_is_not_missed() -> None:
    async def journey() -> tuple[bool, bool]:
        ringing = Bell()
        async with ringing.place(UUID(int=1)) as place:
            place.ring()
            rung = await place.wait(5)
            silent = await place.wait(0.01)
        await ringing.close()
        return rung, silent

    assert async_to_sync(journey)() == (True, False)


def test_only_those_who_follow_the_question_are_rung() -> None:
    mine, other = UUID(int=1), UUID(int=2)

    async def journey() -> tuple[bool, bool]:
        ringing = Bell()
        async with ringing.place(mine) as followed, ringing.place(other) as ignored:
            await followed.wait(1)
            await ignored.wait(1)
            await in_thread(actions._ring, actions.CHANNEL, [mine])
            result = await followed.wait(5), await ignored.wait(0.1)
        await ringing.close()
        return result

    assert async_to_sync(journey)() == (True, False)


def test_rings_gather_until_it_is_over() -> None:
    mine = UUID(int=1)

    async def journey() -> tuple[bool, bool]:
        ringing = Bell()
        async with ringing.place(mine) as place:
            await place.wait(1)
            await in_thread(actions._ring, actions.CHANNEL, [mine])
            await in_thread(actions._ring, actions.CHANNEL, [mine], actions.OVER)
            async with asyncio.timeout(60):
                rung = await place.wait(60, gather=120)
            silent = await place.wait(0.01)
        await ringing.close()
        return rung, silent

    assert async_to_sync(journey)() == (True, False)


def test_a_broken_connection_is_mended_and_everyone_rung() -> None:
    async def journey() -> tuple[bool, bool]:
        ringing = Bell()
        async with ringing.place(UUID(int=1)) as place:
            await place.wait(1)
            await in_thread(end_listeners)
            mended = await place.wait(10)
            await in_thread(actions._ring, actions.CHANNEL, [UUID(int=1)])
            result = mended, await place.wait(5)
        await ringing.close()
        return result

    assert async_to_sync(journey)() == (True, True)


def end_listeners() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %%'")


def test_closing_a_bell_nobody_heard_is_fine() -> None:
    closed = Bell()
    asyncio.run(closed.close())

    assert closed._task is None
