"""What every worker does for questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from caimera.hub.federation.asking import Courier, Delivery
from caimera.hub.search import actions
from caimera.hub.search.lines import Unsent, unsent
from caimera.hub.search.models import Question
from caimera.hub.search.queries import ask_of, overdue_questions
from caimera.protocol.identity import Card
from caimera.protocol.messages import Ask

TOGETHER = 64
"""Envelopes sent in one transaction."""

_Asked: TypeAlias = dict[UUID, tuple[Question, Ask]]
"""Questions read so far, and what nodes are sent of them."""


def send_questions(courier: Courier) -> None:
    """Send questions to all nodes that wait for them. Raises BrokerAway; the rest waits for the next call."""
    asked: _Asked = {}
    while _send_some(courier, asked) == TOGETHER:
        pass


def _send_some(courier: Courier, asked: _Asked) -> int:
    """The lines stay locked until the broker has their envelopes: a worker that is killed lets go of them."""
    with transaction.atomic():
        lines = unsent(timezone.now(), most=TOGETHER)
        if lines:
            courier.send(_deliveries(lines, asked))
            actions.mark_sent(line_ids=[line.id for line in lines])
    return len(lines)


def _deliveries(lines: Sequence[Unsent], asked: _Asked) -> list[Delivery]:
    """What is to be sent; each question is read once, to however many nodes it goes."""
    if unread := {line.question_id for line in lines} - asked.keys():
        questions = Question.objects.in_bulk(unread)
        asked.update({question_id: (one, ask_of(one)) for question_id, one in questions.items()})
    return [_delivery(line.node, *asked[line.question_id]) for line in lines]


def _delivery(node: Card, question: Question, ask: Ask) -> Delivery:
    return Delivery(
        node=node,
        question=ask,
        person_id=question.asked_by_id,
        purpose=question.purpose,
        request_id=question.request_id,
    )


def close_questions(courier: Courier) -> None:
    """End the waiting for questions whose deadline is past."""
    for question_id in overdue_questions(timezone.now()).values_list("pk", flat=True):
        actions.close_question(question_id=question_id)
