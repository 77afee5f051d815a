"""What every worker does for questions."""

from __future__ import annotations

from collections.abc import Sequence

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


def send_questions(courier: Courier) -> None:
    """Send questions to all nodes that wait for them. Raises BrokerAway; the rest waits for the next call."""
    while _send_some(courier) == TOGETHER:
        pass


def _send_some(courier: Courier) -> int:
    """The lines stay locked until the broker has their envelopes: a worker that is killed lets go of them."""
    with transaction.atomic():
        lines = unsent(timezone.now(), most=TOGETHER)
        if lines:
            courier.send(_deliveries(lines))
            actions.mark_sent(line_ids=[line.id for line in lines])
    return len(lines)


def _deliveries(lines: Sequence[Unsent]) -> list[Delivery]:
    """What is to be sent; each question is read once, to however many nodes it goes."""
    questions = Question.objects.in_bulk({line.question_id for line in lines})
    asks = {question_id: ask_of(question) for question_id, question in questions.items()}
    return [_delivery(line.node, questions[line.question_id], asks[line.question_id]) for line in lines]


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
