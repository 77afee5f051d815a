"""What every worker does for questions."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from caimera.hub.federation.asking import Courier, Delivery
from caimera.hub.search import actions
from caimera.hub.search.models import NodeAnswer
from caimera.hub.search.queries import ask_of, overdue_questions, unsent_answers

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
            courier.send([_delivery(answer) for answer in unsent])
            actions.mark_sent(answers=unsent)
    return len(unsent)


def _delivery(answer: NodeAnswer) -> Delivery:
    question = answer.question
    return Delivery(
        node=answer.node.card,
        question=ask_of(question),
        person_id=question.asked_by_id,
        purpose=question.purpose,
        request_id=question.request_id,
    )


def close_questions(courier: Courier) -> None:
    """End the waiting for questions whose deadline is past."""
    for question_id in overdue_questions(timezone.now()).values_list("pk", flat=True):
        actions.close_question(question_id=question_id)
