"""What every worker does for questions."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from caimera.hub.federation.asking import Courier, Delivery
from caimera.hub.search import actions
from caimera.hub.search.models import NodeAnswer, Question
from caimera.hub.search.queries import ask_of, overdue_questions, unsent_answers
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
        unsent = list(unsent_answers(timezone.now())[:TOGETHER])
        if unsent:
            courier.send(_deliveries(unsent))
            actions.mark_sent(answers=unsent)
    return len(unsent)


def _deliveries(answers: Sequence[NodeAnswer]) -> list[Delivery]:
    """What is to be sent; each question is read once, to however many nodes it goes."""
    questions = Question.objects.in_bulk({answer.question_id for answer in answers})
    asks = {question_id: ask_of(question) for question_id, question in questions.items()}
    for answer in answers:
        answer.question = questions[answer.question_id]
    return [_delivery(answer, asks[answer.question_id]) for answer in answers]


def _delivery(answer: NodeAnswer, ask: Ask) -> Delivery:
    question = answer.question
    return Delivery(
        node=answer.node.card,
        question=ask,
        person_id=question.asked_by_id,
        purpose=question.purpose,
        request_id=question.request_id,
    )


def close_questions(courier: Courier) -> None:
    """End the waiting for questions whose deadline is past."""
    for question_id in overdue_questions(timezone.now()).values_list("pk", flat=True):
        actions.close_question(question_id=question_id)
