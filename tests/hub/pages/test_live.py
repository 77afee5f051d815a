"""The stream of page fragments."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.http import StreamingHttpResponse
from django.test import AsyncClient, Client

from caimera.hub.search.bell import bell
from caimera.hub.search.live import announcement, event, events, fragment
from caimera.hub.search.models import Question
from caimera.hub.search.queries import question_state, with_answers
from caimera.hub.search.results import QuestionState
from caimera.hub.search.states import State
from caimera.people.models import Person
from tests.hub.conftest import FakeNode, answer, make_person, open_dataset
from tests.hub.search.test_actions import ask, say

pytestmark = pytest.mark.django_db

MakeNode = Callable[..., FakeNode]


def state_of(question: Question) -> QuestionState:
    return question_state(with_answers().get(pk=question.pk))


def test_an_event_has_a_line_of_data_for_each_line() -> None:
    assert event("change", "<p>\n</p>") == b"event: change\ndata: <p>\ndata: </p>\n\n"
    assert event("done", "") == b"event: done\ndata: \n\n"


def test_a_fragment_holds_the_totals_and_only_what_changed(person: Person, make_node: MakeNode) -> None:
    trials, _community = make_node("trials"), make_node("community")
    question = ask(person)
    before = state_of(question)
    say(trials, answer(question.pk, open_dataset(7)))
    changed = fragment(state_of(question), before)
    assert 'id="totals" aria-labelledby="totals-heading" hx-swap-oob="true"' in changed
    assert 'id="node-trials"' in changed
    assert 'id="node-community"' not in changed
    assert "The trials node answered. 1 of 2 nodes answered; numbers arrive here by themselves." in changed


def test_the_first_fragment_brings_everything_and_no_news(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    first = fragment(state_of(ask(person)), None)
    assert 'id="node-trials"' in first
    assert 'hx-swap-oob="innerHTML">0 of 1 node answered; numbers arrive here by themselves.</div>' in first


@pytest.mark.parametrize(
    ("state", "news"),
    [
        (State.WAITING, "The trials node is waited for."),
        (State.SLOW, "The trials node is slow."),
        (State.OFFLINE, "The trials node is offline."),
        (State.REFUSED, "The trials node refused."),
    ],
)
def test_each_state_is_news_in_its_words(
    state: State, news: str, person: Person, make_node: MakeNode
) -> None:
    make_node("trials")
    shown = state_of(ask(person))
    node = shown.nodes[0].model_copy(update={"state": state})
    assert announcement(shown, [node], first=False).startswith(news)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("clean_tables")
def test_answers_arrive_while_the_page_is_open(person: Person, make_node: MakeNode) -> None:
    trials, community = make_node("trials"), make_node("community")
    question = ask(person)

    async def journey() -> tuple[StreamingHttpResponse, list[str]]:
        client = AsyncClient()
        await client.aforce_login(person)
        response = await client.get(f"/questions/{question.pk}/live")
        assert isinstance(response, StreamingHttpResponse)
        events = []
        nodes = [trials, community]
        async for chunk in response:  # type: ignore[union-attr]
            events.append(chunk.decode())
            if nodes:
                await sync_to_async(say)(nodes.pop(0), answer(question.pk, open_dataset(7)))
        await bell().close()
        return response, events

    response, events = async_to_sync(journey)()
    assert response["Content-Type"] == "text/event-stream"
    assert response["Cache-Control"] == "no-cache"
    assert "The trials node answered. 1 of 2 nodes answered" in events[1]
    assert "The community node answered. 2 of 2 nodes answered." in events[2]
    assert events[-1] == "event: done\ndata: \n\n"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("clean_tables")
def test_a_silent_stream_shows_that_it_lives(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    question = ask(person)

    async def journey() -> list[bytes]:
        stream = events(question.pk, keep_alive=0.05)
        heard = [await anext(stream), await anext(stream)]
        await stream.aclose()  # type: ignore[attr-defined]
        await bell().close()
        return heard

    first, second = async_to_sync(journey)()
    assert first.startswith(b"event: change")
    assert second == b": waiting\n\n"


def test_the_stream_is_for_the_member_who_asked(member: Client, visitor: Client, outsider: Client) -> None:
    address = f"/questions/{ask(make_person('another')).pk}/live"
    assert member.get(address).status_code == 404
    assert outsider.get(address).status_code == 403
    assert visitor.get(address).status_code == 302
