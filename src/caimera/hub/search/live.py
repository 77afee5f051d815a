"""A question's page while answers arrive: fragments of it as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

from django.db import connections
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from caimera.hub.search.following import KEEP_ALIVE, follow
from caimera.hub.search.queries import is_visible
from caimera.hub.search.results import NodeState, QuestionState
from caimera.hub.search.sorting import USUAL, DatasetTable, Order
from caimera.hub.search.states import State
from caimera.hub.search.templatetags.wording import progress_words
from caimera.people.access import caller, member
from caimera.web.access import own

HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


@member
@require_GET
@own
def live(request: HttpRequest, question_id: UUID) -> StreamingHttpResponse:
    """`change` with the changed parts of the page, each time something changes; `done` at the end."""
    if not is_visible(caller(request), question_id):
        raise Http404
    connections.close_all()  # a stream must not hold a connection while it waits
    order = Order.read(request.GET)
    return StreamingHttpResponse(
        events(question_id, order), content_type="text/event-stream", headers=HEADERS
    )


async def events(
    question_id: UUID, order: Order = USUAL, *, keep_alive: float = KEEP_ALIVE
) -> AsyncIterator[bytes]:
    """The events of one stream, datasets in the reader's order; a comment after each `keep_alive` silence."""
    shown: QuestionState | None = None
    async for state in follow(question_id, keep_alive=keep_alive):
        if state is None:
            yield b": waiting\n\n"
            continue
        yield event("change", fragment(state, shown, order))
        shown = state
    yield event("done", "")


def event(name: str, data: str) -> bytes:
    """One server-sent event; a line of data for each line of text."""
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {name}\n{lines}\n".encode()


def fragment(state: QuestionState, shown: QuestionState | None, order: Order = USUAL) -> str:
    """The parts of the page that changed since `shown`, to be swapped in by their ids."""
    before = {node.id: node for node in shown.nodes} if shown else {}
    changed = [node for node in state.nodes if before.get(node.id) != node]
    context = {
        "state": state,
        "table": DatasetTable.of(state.nodes, order),
        "changed": changed,
        "said": announcement(state, changed, first=shown is None),
    }
    return render_to_string("search/question_changes.html", context)


def announcement(state: QuestionState, changed: list[NodeState], *, first: bool) -> str:
    """What a screen reader says of a change: who answered, how many have, and the total at the end."""
    news = [] if first else [_news(node) for node in changed]
    return " ".join([*news, progress_words(state)])


def _news(node: NodeState) -> str:
    sentences = {
        State.WAITING: _("%s is waited for."),
        State.ANSWERED: _("%s answered."),
        State.SLOW: _("%s is slow."),
        State.OFFLINE: _("%s is offline."),
        State.REFUSED: _("%s refused."),
    }
    return sentences[node.state] % node.name
