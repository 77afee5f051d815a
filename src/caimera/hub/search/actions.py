"""Asking, and taking what comes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from caimera import cohort
from caimera.audit.actions import record
from caimera.hub.federation.models import Node
from caimera.hub.federation.queries import enrolled_nodes, is_present
from caimera.hub.search.breakdowns import chosen
from caimera.hub.search.errors import AlreadyAnswered, NameRefused, NameTaken, NotAsked, PurposeTooLong
from caimera.hub.search.models import NodeAnswer, Question, SavedQuestion
from caimera.hub.search.states import DEADLINE, NOT_REACHED, NOT_THERE, TRANSITIONS, Event, State
from caimera.people.models import Person
from caimera.protocol.envelope import Letter
from caimera.protocol.messages import Answer
from caimera.vocabulary import VERSION

CHANNEL = "caimera_question"
"""PostgreSQL notifications: one for every change of a question, with its id."""

_PURPOSE_LIMIT = 600
_NAME_LIMIT = 120


def ask(
    *,
    person: Person,
    question: cohort.Question,
    purpose: str,
    request_id: str,
    breakdown: Sequence[str] = (),
) -> Question:
    """Put a question to every node that is there; the worker sends it once this is committed.

    `breakdown` names the variables it is to be counted by besides. Raises PurposeTooLong, BreakdownRefused.
    """
    purpose = _printable(purpose).strip()
    by = chosen(breakdown)
    if len(purpose) > _PURPOSE_LIMIT:
        raise PurposeTooLong
    now = timezone.now()
    with transaction.atomic():
        asked = _write_question(person, question, purpose, by, now)
        answers = [_first_answer(asked, node, now) for node in enrolled_nodes()]
        NodeAnswer.objects.bulk_create(answers)
        _tell_asked(asked, person, answers, request_id)
        _defer("search.send_question", asked, request_id=request_id)
        _defer("search.close_question", asked, at=asked.deadline_at)
        _close_if_complete(asked)
        _ring(asked.pk)
    return asked


def _write_question(
    person: Person, question: cohort.Question, purpose: str, by: Sequence[str], now: datetime
) -> Question:
    canonical = cohort.canonical(question)
    return Question.objects.create(
        asked_by=person,
        text=cohort.to_text(question),
        question=cohort.to_json(canonical),
        canonical=cohort.canonical_text(question),
        question_hash=cohort.question_hash(question),
        vocabulary=VERSION,
        purpose=purpose,
        breakdown=list(by),
        asked_at=now,
        deadline_at=now + DEADLINE,
    )


def _first_answer(question: Question, node: Node, now: datetime) -> NodeAnswer:
    if is_present(node, now):
        return NodeAnswer(question=question, node=node, state=State.WAITING)
    return NodeAnswer(question=question, node=node, state=State.OFFLINE, reason=NOT_THERE)


def _tell_asked(question: Question, person: Person, answers: Iterable[NodeAnswer], request_id: str) -> None:
    record(
        act="question.asked",
        actor=person.actor,
        object=f"question:{question.pk}",
        detail={
            "canonical": question.canonical,
            "hash": question.question_hash,
            "vocabulary": question.vocabulary,
            "purpose": question.purpose,
            "breakdown": question.breakdown,
            "nodes": {answer.node_id: answer.state for answer in answers},
        },
        request_id=request_id,
    )


def mark_sent(*, question_id: UUID, node_ids: Iterable[str], request_id: str = "") -> None:
    """Remember to which nodes the question went; they are not sent it again."""
    sent = sorted(node_ids)
    with transaction.atomic():
        unsent = NodeAnswer.objects.filter(question_id=question_id, node_id__in=sent, sent_at__isnull=True)
        unsent.update(sent_at=timezone.now())
        record(
            act="question.sent",
            actor="system",
            object=f"question:{question_id}",
            detail={"nodes": sent},
            request_id=request_id,
        )


def record_answer(*, letter: Letter) -> NodeAnswer:
    """Take what a node says to a question; the first answer stands, and a late one is taken too.

    Raises NotAsked and AlreadyAnswered.
    """
    said = cast(Answer, letter.message)
    now = timezone.now()
    event = Event.ANSWER if said.outcome == "answered" else Event.REFUSAL
    with transaction.atomic():
        question, answer = _locked(said.question_id, letter.issuer)
        if (state := TRANSITIONS.get((State(answer.state), event))) is None:
            raise AlreadyAnswered(letter.issuer, said.question_id)
        answer.state, answer.reason, answer.answer = state, said.reason, said.model_dump(mode="json")
        answer.answered_at, answer.sent_at = now, answer.sent_at or now
        answer.took_ms = (now - question.asked_at).total_seconds() * 1000
        answer.save()
        record(
            act="question.answered",
            actor=f"site:{letter.issuer}",
            object=f"question:{question.pk}",
            detail={"state": state, "datasets": len(said.datasets), "reason": said.reason},
            request_id=letter.request_id,
        )
        _close_if_complete(question)
        _ring(question.pk)
    return answer


def _locked(question_id: UUID, node_id: str) -> tuple[Question, NodeAnswer]:
    """The question and one node's answer; the question is locked first, so that changes of one queue up."""
    question = Question.objects.select_for_update(no_key=True).filter(pk=question_id).first()
    answer = NodeAnswer.objects.filter(question=question, node_id=node_id).first() if question else None
    if question is None or answer is None or (answer.state == State.OFFLINE and answer.sent_at is None):
        raise NotAsked(node_id, question_id)
    return question, answer


def mark_undelivered(*, question_id: UUID, node_id: str) -> None:
    """The broker found nobody listening: a node still waited for is offline. Raises NotAsked."""
    with transaction.atomic():
        question, answer = _locked(question_id, node_id)
        if (state := TRANSITIONS.get((State(answer.state), Event.UNDELIVERED))) is None:
            return
        answer.state, answer.reason = state, NOT_REACHED
        answer.sent_at = answer.sent_at or timezone.now()
        answer.save()
        record(
            act="question.undelivered",
            actor="system",
            object=f"question:{question_id}",
            detail={"node": node_id},
        )
        _close_if_complete(question)
        _ring(question_id)


def close_question(*, question_id: UUID) -> None:
    """End the waiting: nodes that said nothing so far are slow. Closing twice changes nothing."""
    with transaction.atomic():
        question = Question.objects.select_for_update(no_key=True).get(pk=question_id)
        if question.closed_at is not None:
            return
        slow = TRANSITIONS[State.WAITING, Event.DEADLINE]
        waiting = NodeAnswer.objects.filter(question=question, state=State.WAITING)
        late = list(waiting.values_list("node_id", flat=True))
        waiting.update(state=slow)
        _close(question)
        record(
            act="question.closed",
            actor="system",
            object=f"question:{question_id}",
            detail={"slow": sorted(late)},
        )
        _ring(question_id)


def _close_if_complete(question: Question) -> None:
    if question.closed_at is None and not question.answers.filter(state=State.WAITING).exists():
        _close(question)


def _close(question: Question) -> None:
    question.closed_at = timezone.now()
    question.save(update_fields=("closed_at",))


def _defer(task: str, question: Question, *, at: datetime | None = None, **arguments: str) -> None:
    """Queue a task by its name in the current transaction; an unknown name fails here, not in the worker."""
    app.configure_task(task, allow_unknown=False, schedule_at=at).defer(
        question_id=str(question.pk), **arguments
    )


def _ring(question_id: UUID) -> None:
    """Wake everyone who follows the question, once this transaction is committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(question_id)])


def save_question(
    *, person: Person, name: str, question: cohort.Question, breakdown: Sequence[str] = ()
) -> SavedQuestion:
    """Keep a question under a name. Raises NameRefused, NameTaken, BreakdownRefused."""
    by = chosen(breakdown)
    with transaction.atomic():
        name = _free_name(person, name)
        saved = SavedQuestion.objects.create(
            owner=person,
            name=name,
            text=cohort.to_text(question),
            breakdown=list(by),
            saved_at=timezone.now(),
        )
        _tell_saved("question.saved", saved, {"canonical": cohort.canonical_text(question)})
    return saved


def rename_question(*, saved: SavedQuestion, name: str) -> SavedQuestion:
    """Give a kept question another name. Raises NameRefused, NameTaken."""
    with transaction.atomic():
        saved.name = _free_name(saved.owner, name, but=saved)
        saved.save(update_fields=("name",))
        _tell_saved("question.renamed", saved)
    return saved


def delete_saved(*, saved: SavedQuestion) -> None:
    """Keep a question no longer; its link ends with it."""
    with transaction.atomic():
        _tell_saved("question.deleted", saved)
        saved.delete()


def share_question(*, saved: SavedQuestion) -> SavedQuestion:
    """Let every member who has the link see the question; a link that is there stays."""
    if saved.link is None:
        with transaction.atomic():
            saved.link = uuid4()
            saved.save(update_fields=("link",))
            _tell_saved("question.shared", saved)
    return saved


def unshare_question(*, saved: SavedQuestion) -> SavedQuestion:
    """Let the link end; sharing again makes another."""
    if saved.link is not None:
        with transaction.atomic():
            saved.link = None
            saved.save(update_fields=("link",))
            _tell_saved("question.unshared", saved)
    return saved


def _free_name(person: Person, name: str, *, but: SavedQuestion | None = None) -> str:
    """The name without blanks around it, if nothing else of this person has it."""
    name = " ".join(_printable(name).split())
    if not name or len(name) > _NAME_LIMIT:
        raise NameRefused
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)  # two saves of one person queue up
    other = SavedQuestion.objects.filter(owner=person, name=name).first()
    if other is not None and other != but:
        raise NameTaken(name)
    return name


def _printable(text: str) -> str:
    """Without the one character a database cannot keep."""
    return text.replace("\0", "")


def _tell_saved(act: str, saved: SavedQuestion, detail: Mapping[str, str] | None = None) -> None:
    record(
        act=act,
        actor=saved.owner.actor,
        object=f"saved:{saved.pk}",
        detail={"name": saved.name, **(detail or {})},
    )
