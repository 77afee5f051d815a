"""Lines of questions, one a node, read and written by hand: every answer of every node waits for it.

A question is locked before its lines are read, in one order for all, so that changes of one queue up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from caimera.hub.search.states import State

_LOCK = """
SELECT id, asked_at, request_id FROM search_question WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"""
_READ = """
SELECT id, question_id, node_id, state, sent_at FROM search_nodeanswer
WHERE question_id = ANY(%s) AND node_id = ANY(%s)"""
_CHANGE = """
UPDATE search_nodeanswer AS line SET state = new.state, reason = new.reason, answer = new.answer::jsonb,
    answered_at = new.answered_at, sent_at = new.sent_at, took_ms = new.took_ms
FROM (VALUES {rows}) AS new(id, state, sent_at, reason, answer, answered_at, took_ms)
WHERE line.id = new.id"""
_ROW = "(%s, %s, %s::timestamptz, %s, %s::text, %s::timestamptz, %s::float8)"
"""A row each, and no arrays: what stands in an array is escaped twice, and answers are long."""
_CLOSE = """
UPDATE search_question SET closed_at = %s
WHERE id = ANY(%s) AND closed_at IS NULL AND NOT EXISTS (
    SELECT FROM search_nodeanswer WHERE question_id = search_question.id AND state = %s
) RETURNING id"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as far as its answers need to know it."""

    id: UUID
    asked_at: datetime
    request_id: str


@dataclass(frozen=True, slots=True)
class Line:
    """What is known of a node's answer to a question."""

    id: int
    question: Asked
    node_id: str
    state: State
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a line; `answer` is the JSON text of what the node said."""

    id: int
    state: str
    sent_at: datetime
    reason: str
    answer: str | None = None
    answered_at: datetime | None = None
    took_ms: float | None = None


def locked(asked: Iterable[tuple[UUID, str]]) -> Mapping[tuple[UUID, str], Line]:
    """The lines of these questions at these nodes, by both; the questions are locked."""
    wanted = set(asked)
    ids, nodes = {question_id for question_id, _ in wanted}, {node_id for _, node_id in wanted}
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [list(ids)])
        questions = {row[0]: Asked(*row) for row in cursor.fetchall()}
        cursor.execute(_READ, [list(questions), list(nodes)])
        rows = cursor.fetchall()
    lines = (Line(pk, questions[asked], node, State(state), sent) for pk, asked, node, state, sent in rows)
    return {(line.question.id, line.node_id): line for line in lines}


def write(changes: Sequence[Change]) -> None:
    """Write lines anew, with one statement."""
    rows = ", ".join([_ROW] * len(changes))
    with connection.cursor() as cursor:
        cursor.execute(_CHANGE.format(rows=rows), [value for change in changes for value in astuple(change)])


def close_complete(question_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Close those of the questions for which nobody is waited, and say which."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, [now, list(question_ids), State.WAITING.value])
        return {question_id for (question_id,) in cursor.fetchall()}
