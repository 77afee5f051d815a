"""Whose questions, what goes to the nodes, and what is known of a question now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from caimera import cohort
from caimera.hub.search.breakdowns import summed
from caimera.hub.search.models import NodeAnswer, Question, SavedQuestion
from caimera.hub.search.results import (
    ConditionState,
    DatasetState,
    NodeState,
    QuestionState,
    QuestionText,
)
from caimera.hub.search.states import NO_ANSWER_YET, PATIENCE, State
from caimera.hub.search.totals import sums_of, totals_of
from caimera.people.models import Person
from caimera.protocol.identity import Card
from caimera.protocol.messages import Answer, Ask, ConditionStatus, DatasetCount, Treatment


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is to be sent, to whom, for whom."""

    ask: Ask
    nodes: tuple[Card, ...]
    person_id: UUID
    purpose: str


@dataclass(frozen=True, slots=True)
class SaidByDataset:
    """What a dataset of a node said to a question."""

    question: Question
    node: str
    dataset: DatasetState


def visible_questions(person: Person) -> QuerySet[Question]:
    """The questions a person may see, newest first, with their answers: their own."""
    return with_answers().filter(asked_by=person)


def found_questions(person: Person, wanted: str) -> QuerySet[Question]:
    """Those of a person's questions whose text or purpose holds every word that is wanted."""
    found = visible_questions(person)
    for word in wanted.replace("\0", "").split():
        found = found.filter(Q(text__icontains=word) | Q(purpose__icontains=word))
    return found


def saved_questions(person: Person) -> QuerySet[SavedQuestion]:
    """The questions a person keeps, by name: their own."""
    return SavedQuestion.objects.filter(owner=person).order_by("name")


def shared_question(link: UUID) -> SavedQuestion | None:
    """The question somebody shares under this link; any member may see it."""
    return SavedQuestion.objects.filter(link=link).select_related("owner").first()


def said_by_dataset(person: Person, dataset_id: UUID, *, latest: int) -> list[SaidByDataset]:
    """What one dataset said to a person's questions, newest first; empty where it never answered one."""
    holding = {"datasets": [{"dataset_id": str(dataset_id)}]}
    answers = NodeAnswer.objects.filter(question__asked_by=person, answer__contains=holding)
    newest = answers.select_related("question", "node").order_by("-question__asked_at")[:latest]
    return [_said(answer, dataset_id) for answer in newest]


def _said(answer: NodeAnswer, dataset_id: UUID) -> SaidByDataset:
    datasets = Answer.model_validate(answer.answer).datasets
    (dataset,) = (one for one in datasets if one.dataset_id == dataset_id)
    return SaidByDataset(answer.question, answer.node.name, _dataset_state(dataset))


def with_answers() -> QuerySet[Question]:
    """All questions, newest first, each with its answers and their nodes, by name."""
    nodes = NodeAnswer.objects.select_related("node").order_by("node__name")
    return Question.objects.prefetch_related(Prefetch("answers", queryset=nodes))


def delivery_of(question_id: UUID) -> Delivery | None:
    """What of a question is still to be sent; None when it is closed, late or sent to all."""
    question = Question.objects.get(pk=question_id)
    if question.closed_at is not None or timezone.now() >= question.deadline_at:
        return None
    unsent = question.answers.filter(
        state=State.WAITING, sent_at__isnull=True, node__revoked_at__isnull=True
    ).select_related("node")
    nodes = tuple(answer.node.card for answer in unsent)
    if not nodes:
        return None
    ask = Ask(
        question_id=question.pk,
        question=question.question,
        question_hash=question.question_hash,
        deadline_at=question.deadline_at,
        breakdown=tuple(question.breakdown),
    )
    return Delivery(ask=ask, nodes=nodes, person_id=question.asked_by_id, purpose=question.purpose)


def is_closed(question: Question, now: datetime) -> bool:
    """Whether nobody is waited for any more; true at the deadline also when no worker lives to say so."""
    return question.closed_at is not None or now >= question.deadline_at


def question_state(question: Question) -> QuestionState:
    """Everything known of a question now; `question.answers` should be prefetched with their nodes."""
    now = timezone.now()
    asked = cohort.parse(question.text)
    canonical = cohort.from_json(question.question)
    conditions = {path: cohort.to_text(condition) for path, condition in cohort.conditions(canonical)}
    nodes = tuple(_node_state(answer, question, conditions, now) for answer in question.answers.all())
    datasets = [dataset for node in nodes for dataset in node.datasets]
    return QuestionState(
        id=question.pk,
        question=QuestionText(
            text=question.text,
            canonical=question.canonical,
            hash=question.question_hash,
            words=cohort.in_words(asked, translate=_),
            form=question.question,
        ),
        vocabulary=question.vocabulary,
        purpose=question.purpose,
        asked_at=question.asked_at,
        deadline_at=question.deadline_at,
        state="closed" if is_closed(question, now) else "open",
        breakdown=tuple(question.breakdown),
        nodes=nodes,
        totals=totals_of(nodes),
        breakdowns=summed(question.breakdown, datasets),
    )


def _node_state(
    answer: NodeAnswer, question: Question, conditions: Mapping[str, str], now: datetime
) -> NodeState:
    said = Answer.model_validate(answer.answer) if answer.answer else None
    datasets = tuple(_dataset_state(dataset) for dataset in said.datasets) if said else ()
    treated = tuple(_condition_state(status, conditions) for status in said.conditions) if said else ()
    state = _shown_state(answer, question, now)
    return NodeState(
        id=answer.node_id,
        name=answer.node.name,
        state=state,
        reason=_reason(answer, question, now),
        took_ms=answer.took_ms,
        conditions=treated,
        datasets=datasets,
        **sums_of(datasets, complete=_says_numbers(state, treated)),
    )


def _dataset_state(said: DatasetCount) -> DatasetState:
    return DatasetState(
        id=said.dataset_id,
        title=said.title,
        version=said.version,
        policy=said.policy,
        subjects=said.subjects,
        studies=said.studies,
        series=said.series,
        budget_left=said.budget_left,
        reason=said.reason,
        protection=said.protection,
        breakdowns=said.breakdowns,
    )


def _condition_state(said: ConditionStatus, conditions: Mapping[str, str]) -> ConditionState:
    return ConditionState(
        path=said.path, status=said.status, why=said.why, text=conditions.get(said.path, "")
    )


def _says_numbers(state: State, treated: Iterable[ConditionState]) -> bool:
    """Whether a node's silence about datasets means that it has none that fit."""
    tested = all(condition.status != Treatment.UNSUPPORTED for condition in treated)
    return state == State.ANSWERED and tested


def _shown_state(answer: NodeAnswer, question: Question, now: datetime) -> State:
    """Waiting is shown as slow after a while, and after the deadline also when nobody closed the question."""
    state = State(answer.state)
    if state == State.WAITING and now >= question.asked_at + PATIENCE:
        return State.SLOW
    return state


def _reason(answer: NodeAnswer, question: Question, now: datetime) -> str:
    if answer.reason:
        return _(answer.reason)
    if answer.state in (State.WAITING, State.SLOW) and is_closed(question, now):
        return _(NO_ANSWER_YET)
    return ""
