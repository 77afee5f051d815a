"""Lines of questions, one a node, read and written by hand: every answer of every node waits for it.

A question is locked before its lines are read, in one order for all, so that changes of one queue up.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils import timezone

from caimera.hub.federation.models import card_from
from caimera.hub.search.states import AGAIN, State
from caimera.protocol.identity import Card

_OPEN = """
INSERT INTO search_nodeanswer (question_id, node_id, state, reason)
SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::text[])"""
_UNSENT = """
SELECT line.id, line.question_id, node.id, node.name, node.sign_key, node.seal_key, node.broker_key
FROM search_nodeanswer AS line
JOIN search_question AS question ON question.id = line.question_id
JOIN federation_node AS node ON node.id = line.node_id
WHERE line.state = %s AND (line.sent_at IS NULL OR line.sent_at <= %s)
    AND question.closed_at IS NULL AND question.deadline_at > %s AND node.revoked_at IS NULL
ORDER BY question.asked_at, line.id LIMIT %s
FOR NO KEY UPDATE OF line SKIP LOCKED"""
_SENT = """
UPDATE search_nodeanswer AS line SET sent_at = %s FROM search_question AS question
WHERE question.id = line.question_id AND line.id = ANY(%s)
RETURNING line.question_id, question.request_id, line.node_id"""
_LOCK = """
SELECT id, asked_at, request_id FROM search_question WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"""
_READ = """
SELECT id, question_id, node_id, state, sent_at IS NOT NULL FROM search_nodeanswer
WHERE question_id = ANY(%s) AND node_id = ANY(%s)"""
_CHANGE = """
UPDATE search_nodeanswer AS line SET state = new.state, reason = new.reason, answer = new.answer,
    answered_at = new.answered_at, sent_at = coalesce(line.sent_at, %s), took_ms = new.took_ms
FROM jsonb_to_recordset(%s) AS new(id bigint, state text, reason text, answer jsonb,
    answered_at timestamptz, took_ms float8)
WHERE line.id = new.id"""
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
class Unsent:
    """A line that waits for its question to be sent, and the node it is for."""

    id: int
    question_id: UUID
    node: Card


@dataclass(frozen=True, slots=True)
class Line:
    """What is known of a node's answer to a question."""

    id: int
    question: Asked
    node_id: str
    state: State
    sent: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a line; `answer` is the JSON text of what the node said."""

    id: int
    state: str
    reason: str
    answer: str = "null"
    answered_at: datetime | None = None
    took_ms: float | None = None

    @property
    def row(self) -> str:
        """As JSON, with the answer as it is."""
        told = {"id": self.id, "state": self.state, "reason": self.reason, "took_ms": self.took_ms}
        at = self.answered_at and self.answered_at.isoformat()
        return f'{json.dumps(told | {"answered_at": at})[:-1]}, "answer": {self.answer}}}'


def open_lines(question_id: UUID, states: Mapping[str, str], *, reasons: Mapping[str, str]) -> None:
    """Begin a line for each node, in its state and with the reason of that state."""
    said = [reasons.get(state, "") for state in states.values()]
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [question_id, list(states), list(states.values()), said])


def unsent(now: datetime, *, most: int) -> list[Unsent]:
    """Lines of open questions that wait for a node and are to be sent to it, or to be sent again.

    They are locked; those another worker has in hand are left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(_UNSENT, [State.WAITING.value, now - AGAIN, now, most])
        return [Unsent(pk, question_id, card_from(*card)) for pk, question_id, *card in cursor.fetchall()]


def write_sent(line_ids: Sequence[int], now: datetime) -> dict[tuple[UUID, str], list[str]]:
    """Mark lines as sent; returns the nodes of each question, by its id and the request it came with."""
    nodes: defaultdict[tuple[UUID, str], list[str]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_SENT, [now, list(line_ids)])
        for question_id, request_id, node_id in cursor.fetchall():
            nodes[question_id, request_id].append(node_id)
    return nodes


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
    """Write lines anew, with one statement; what was never marked as sent was, now that it is answered."""
    rows = f"[{','.join(change.row for change in changes)}]"
    with connection.cursor() as cursor:
        cursor.execute(_CHANGE, [timezone.now(), rows])


def close_complete(question_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Close those of the questions for which nobody is waited, and say which."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, [now, list(question_ids), State.WAITING.value])
        return {question_id for (question_id,) in cursor.fetchall()}
