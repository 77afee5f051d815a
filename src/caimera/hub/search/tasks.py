"""What the worker does for questions."""

from __future__ import annotations

from uuid import UUID

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from caimera.hub.federation.asking import Courier
from caimera.hub.federation.errors import BrokerAway
from caimera.hub.search import actions
from caimera.hub.search.queries import delivery_of
from caimera.web.logs import begin_request
from caimera.web.threads import in_thread


@app.task(
    name="search.send_question",
    pass_context=True,
    retry=RetryStrategy(max_attempts=30, wait=1, retry_exceptions={BrokerAway}),
)
async def send_question(context: JobContext, *, question_id: str, request_id: str) -> None:
    """Send a question to every node that waits for it; run again, it goes to the rest only."""
    begin_request(request_id)
    courier: Courier = context.additional_context["courier"]
    delivery = await in_thread(delivery_of, UUID(question_id))
    if delivery is None:
        return
    sent: list[str] = []
    try:
        for card in delivery.nodes:
            await courier.ask(
                node=card,
                question=delivery.ask,
                person_id=delivery.person_id,
                purpose=delivery.purpose,
                request_id=request_id,
            )
            sent.append(card.site)
    finally:
        if sent:
            await in_thread(
                actions.mark_sent, question_id=delivery.ask.question_id, node_ids=sent, request_id=request_id
            )


@app.task(name="search.close_question")
def close_question(*, question_id: str) -> None:
    """End the waiting at the deadline."""
    actions.close_question(question_id=UUID(question_id))
