"""Whose questions, what is to go to the nodes, and what is known of a question now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypedDict
from uuid import UUID

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet, TextField, prefetch_related_objects
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from caimera import cohort
from caimera.hub.search.breakdowns import summed
from caimera.hub.search.models import NodeAnswer, Question, SavedQuestion
from caimera.hub.search.results import (
    BreakdownState,
    ConditionState,
    DatasetState,
    NodeState,
    QuestionState,
    QuestionText,
    Totals,
)
from caimera.hub.search.states import NO_ANSWER_YET, PATIENCE, State
from caimera.hub.search.totals import sums_of, totals_of
from caimera.people.models import Person
from caimera.protocol.messages import Answer, Ask, ConditionStatus, DatasetCount, Treatment

_MINUTE = timedelta(minutes=1)
_SAID = Cast("answer", TextField())
"""What a node said, as JSON."""


@dataclass(frozen=True, slots=True)
class SaidByDataset:
    """What a dataset of a node said to a question."""

    question: Question
    node: str
    dataset: DatasetState


def visible_questions(person: Person) -> QuerySet[Question]:
    """The questions a person may see, newest first, with their answers: their own."""
    return with_answers().filter(asked_by=person)


def is_visible(person: Person, question_id: UUID) -> bool:
    """Whether a person may see a question; its answers are not read."""
    return visible_questions(person).filter(pk=question_id).exists()


def pause_before_next(person: Person, now: datetime) -> float:
    """Seconds until a person may ask again, by the setting `questions_per_minute`; 0 when they may now."""
    allowed = settings.SITE.questions_per_minute
    lately = Question.objects.filter(asked_by=person, asked_at__gt=now - _MINUTE).order_by("-asked_at")
    if not allowed or not (full := lately.values_list("asked_at", flat=True)[allowed - 1 : allowed]):
        return 0.0
    return (full[0] + _MINUTE - now) / timedelta(seconds=1)


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
    return Question.objects.prefetch_related(_answers())


def answered(question: Question) -> Question:
    """The question with its answers and their nodes."""
    prefetch_related_objects([question], _answers())
    return question


def _answers() -> Prefetch[str]:
    return Prefetch("answers", queryset=_with_names(NodeAnswer.objects.order_by("node__name")))


def _with_names(answers: QuerySet[NodeAnswer]) -> QuerySet[NodeAnswer]:
    """With their nodes, but not all that these can answer, which is long; what they said as JSON, `said`."""
    return answers.select_related("node").defer("answer", "node__capabilities").annotate(said=_SAID)


def overdue_questions(now: datetime) -> QuerySet[Question]:
    """Open questions whose deadline is past."""
    return Question.objects.filter(closed_at__isnull=True, deadline_at__lte=now)


def ask_of(question: Question) -> Ask:
    """What nodes are sent."""
    return Ask(
        question_id=question.pk,
        question=question.question,
        question_hash=question.question_hash,
        deadline_at=question.deadline_at,
        breakdown=tuple(question.breakdown),
    )


def is_closed(question: Question, now: datetime) -> bool:
    """Whether nobody is waited for any more; true at the deadline also when no worker lives to say so."""
    return question.closed_at is not None or now >= question.deadline_at


def question_state(question: Question) -> QuestionState:
    """Everything known of a question now; `question.answers` should be prefetched with their nodes."""
    asked = cohort.parse(question.text)
    moment = _Moment.of(question.asked_at, question.deadline_at, closed=question.closed_at is not None)
    conditions = _conditions(question.question)
    nodes = tuple(_node_state(_Line.of(answer), conditions, moment) for answer in question.answers.all())
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
        state="closed" if moment.closed else "open",
        breakdown=tuple(question.breakdown),
        **_together(nodes, question.breakdown),
    )


def changed_state(before: QuestionState) -> QuestionState:
    """A state as it is now; of nodes that gave an answer nothing is read again, for it stands."""
    said = {node.id: node for node in before.nodes if node.state in (State.ANSWERED, State.REFUSED)}
    waiting = [node.id for node in before.nodes if node.id not in said]
    told = {line.node_id: line for line in _told(before.id, waiting)}
    complete = all(node_id in told for node_id in waiting)
    moment = _Moment.of(before.asked_at, before.deadline_at, closed=complete)
    conditions = _conditions(before.question.form) if told else {}
    fresh = {node_id: _node_state(line, conditions, moment) for node_id, line in told.items()}
    nodes = tuple(
        said.get(node.id) or fresh.get(node.id) or _still_waiting(node, moment) for node in before.nodes
    )
    state = "closed" if moment.closed else "open"
    return before.model_copy(update={"state": state, **_together(nodes, before.breakdown)})


class _Line(NamedTuple):
    """What stands of one node, `said` as JSON; hundreds of models would take longer than reading them."""

    node_id: str
    name: str
    state: str
    reason: str
    took_ms: float | None
    said: str | None

    @classmethod
    def of(cls, answer: Any) -> _Line:
        """A line read with `_with_names`."""
        return cls(answer.node_id, answer.node.name, answer.state, answer.reason, answer.took_ms, answer.said)


def _told(question_id: UUID, node_ids: Sequence[str]) -> Iterable[_Line]:
    """The lines of those of these nodes for which nobody waits any more."""
    over = NodeAnswer.objects.filter(question_id=question_id, node_id__in=node_ids)
    rows = over.exclude(state=State.WAITING).values_list(
        "node_id", "node__name", "state", "reason", "took_ms", _SAID
    )
    return map(_Line._make, rows)


@dataclass(frozen=True, slots=True)
class _Moment:
    """How a node that says nothing is shown now."""

    silent: State
    closed: bool

    @classmethod
    def of(cls, asked_at: datetime, deadline_at: datetime, *, closed: bool) -> _Moment:
        """Waiting is shown as slow after a while, and as over at the deadline also when no worker says so."""
        now = timezone.now()
        silent = State.SLOW if now >= asked_at + PATIENCE else State.WAITING
        return cls(silent=silent, closed=closed or now >= deadline_at)


def _conditions(canonical: Mapping[str, Any]) -> Mapping[str, str]:
    """The conditions of a canonical question as text, by their paths."""
    question = cohort.from_json(canonical)
    return {path: cohort.to_text(condition) for path, condition in cohort.conditions(question)}


class _Together(TypedDict):
    """What all nodes say, and its sums."""

    nodes: tuple[NodeState, ...]
    totals: Totals
    breakdowns: tuple[BreakdownState, ...]


def _together(nodes: tuple[NodeState, ...], breakdown: Sequence[str]) -> _Together:
    datasets = [dataset for node in nodes for dataset in node.datasets]
    return {"nodes": nodes, "totals": totals_of(nodes), "breakdowns": summed(breakdown, datasets)}


def _node_state(line: _Line, conditions: Mapping[str, str], moment: _Moment) -> NodeState:
    said = Answer.model_validate_json(line.said) if line.said else None
    datasets = tuple(_dataset_state(dataset) for dataset in said.datasets) if said else ()
    treated = tuple(_condition_state(status, conditions) for status in said.conditions) if said else ()
    state = State(line.state) if line.state != State.WAITING else moment.silent
    return NodeState.model_construct(
        id=line.node_id,
        name=line.name,
        state=state,
        reason=_(line.reason) if line.reason else _silence(state, moment),
        took_ms=line.took_ms,
        conditions=treated,
        datasets=datasets,
        **sums_of(datasets, complete=_says_numbers(state, treated)),
    )


def _still_waiting(node: NodeState, moment: _Moment) -> NodeState:
    if node.state == moment.silent and not moment.closed:
        return node
    return node.model_copy(update={"state": moment.silent, "reason": _silence(moment.silent, moment)})


def _silence(state: State, moment: _Moment) -> str:
    return _(NO_ANSWER_YET) if moment.closed and state in (State.WAITING, State.SLOW) else ""


def _dataset_state(said: DatasetCount) -> DatasetState:
    """What was checked when the node's word was read is not checked again: hundreds of nodes wait for it."""
    return DatasetState.model_construct(
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
