"""Asking, and taking what comes back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils import timezone

from caimera import cohort
from caimera.audit.actions import Act, record, record_all
from caimera.hub.federation.errors import MessageRefused
from caimera.hub.federation.handlers import Refused, Undelivered
from caimera.hub.federation.queries import enrolled_nodes, present
from caimera.hub.search.breakdowns import chosen
from caimera.hub.search.errors import (
    AlreadyAnswered,
    NameRefused,
    NameTaken,
    NotAsked,
    PurposeTooLong,
    TooManyQuestions,
)
from caimera.hub.search.lines import Change, Line, close_complete, locked, open_lines, write, write_sent
from caimera.hub.search.models import NodeAnswer, Question, SavedQuestion
from caimera.hub.search.queries import pause_before_next
from caimera.hub.search.states import DEADLINE, NOT_REACHED, NOT_THERE, TRANSITIONS, Event, State
from caimera.people.models import Person
from caimera.protocol.envelope import Letter
from caimera.protocol.messages import Answer
from caimera.vocabulary import VERSION

CHANNEL = "caimera_question"
"""PostgreSQL notifications: one for every change of a question, with its id, and `OVER` once it is closed."""

OVER = "over"

ASKED = "caimera_asked"
"""PostgreSQL notifications: one for every question that is to be sent, with its id."""

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
    """Put a question to every node that is there; a worker sends it once this is committed.

    `breakdown` names the variables it is to be counted by besides. Raises PurposeTooLong, BreakdownRefused,
    TooManyQuestions.
    """
    purpose = _printable(purpose).strip()
    by = chosen(breakdown)
    if len(purpose) > _PURPOSE_LIMIT:
        raise PurposeTooLong
    now = timezone.now()
    if pause := pause_before_next(person, now):
        raise TooManyQuestions(pause)
    with transaction.atomic():
        asked = _write_question(person, question, purpose, by, request_id, now)
        states = _first_states(now)
        open_lines(asked.pk, states, reasons={State.OFFLINE.value: NOT_THERE})
        _tell_asked(asked, person, states)
        if State.WAITING.value not in states.values():
            _close(asked)
        _ring(ASKED, [asked.pk])
    return asked


def _write_question(
    person: Person, question: cohort.Question, purpose: str, by: Sequence[str], request_id: str, now: datetime
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
        request_id=request_id,
        asked_at=now,
        deadline_at=now + DEADLINE,
    )


def _first_states(now: datetime) -> Mapping[str, str]:
    """How every node's line begins, by its id."""
    nodes = enrolled_nodes().annotate(there=present(now)).values_list("pk", "there")
    return {node_id: (State.WAITING if there else State.OFFLINE).value for node_id, there in nodes}


def _tell_asked(question: Question, person: Person, states: Mapping[str, str]) -> None:
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
            "nodes": states,
        },
        request_id=question.request_id,
    )


def mark_sent(*, line_ids: Sequence[int]) -> None:
    """Remember that these lines' questions went to their nodes just now."""
    with transaction.atomic(savepoint=False):
        sent = write_sent(line_ids, timezone.now())
        record_all(acts=[_sent(*question, node_ids) for question, node_ids in sent.items()])


def _sent(question_id: UUID, request_id: str, node_ids: Sequence[str]) -> Act:
    return Act(
        act="question.sent",
        actor="system",
        object=f"question:{question_id}",
        detail={"nodes": sorted(node_ids)},
        request_id=request_id,
    )


def record_answers(*, letters: Sequence[Letter]) -> Sequence[Refused]:
    """Take what nodes say to questions; a first answer stands, and a late one is taken too.

    Returns those that are refused: NotAsked and AlreadyAnswered.
    """
    changes: dict[tuple[UUID, str], Change] = {}
    acts: list[Act] = []
    refused: list[Refused] = []
    with transaction.atomic(savepoint=False):
        asked = locked(map(_place, letters))
        for letter in letters:
            try:
                change = _change(letter, asked.get(_place(letter)), changes)
            except MessageRefused as reason:
                refused.append(Refused(letter, reason))
            else:
                changes[_place(letter)] = change
                acts.append(_answered(letter, change))
        _keep(changes)
        record_all(acts=acts)
    return refused


def _said(letter: Letter) -> Answer:
    return cast(Answer, letter.message)


def _place(letter: Letter) -> tuple[UUID, str]:
    """Which line a letter speaks to."""
    return _said(letter).question_id, letter.issuer


def _change(letter: Letter, line: Line | None, changes: Collection[tuple[UUID, str]]) -> Change:
    """What a node's word makes of its line. Raises NotAsked and AlreadyAnswered."""
    said, now = _said(letter), timezone.now()
    if line is None or (line.state == State.OFFLINE and not line.sent):
        raise NotAsked(letter.issuer, said.question_id)
    event = Event.ANSWER if said.outcome == "answered" else Event.REFUSAL
    if (state := TRANSITIONS.get((line.state, event))) is None or _place(letter) in changes:
        raise AlreadyAnswered(letter.issuer, said.question_id)
    took = (now - line.question.asked_at).total_seconds() * 1000
    return Change(line.id, state.value, said.reason, said.model_dump_json(), now, took)


def _answered(letter: Letter, change: Change) -> Act:
    return Act(
        act="question.answered",
        actor=f"site:{letter.issuer}",
        object=f"question:{_said(letter).question_id}",
        detail={
            "state": change.state,
            "datasets": len(_said(letter).datasets),
            "reason": change.reason,
        },
        request_id=letter.request_id,
    )


def _keep(changes: Mapping[tuple[UUID, str], Change]) -> None:
    """Write changed lines, close the questions that are complete, wake who reads them."""
    if not changes:
        return
    write(list(changes.values()))
    questions = {question_id for question_id, _ in changes}
    closed = close_complete(questions, timezone.now())
    _ring(CHANNEL, questions - closed)
    _ring(CHANNEL, closed, OVER)


def mark_undelivered(*, undelivered: Sequence[Undelivered]) -> None:
    """The broker found nobody listening: nodes still waited for are offline."""
    with transaction.atomic():
        asked = locked((lost.question_id, lost.node_id) for lost in undelivered)
        waiting = {place: line for place, line in asked.items() if line.state == State.WAITING}
        _keep({place: _offline(line) for place, line in waiting.items()})
        record_all(acts=[_not_reached(line) for line in waiting.values()])


def _offline(line: Line) -> Change:
    state = TRANSITIONS[State.WAITING, Event.UNDELIVERED]
    return Change(line.id, state.value, NOT_REACHED)


def _not_reached(line: Line) -> Act:
    return Act(
        act="question.undelivered",
        actor="system",
        object=f"question:{line.question.id}",
        detail={"node": line.node_id},
        request_id=line.question.request_id,
    )


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
            request_id=question.request_id,
        )
        _ring(CHANNEL, [question_id], OVER)


def _close(question: Question) -> None:
    question.closed_at = timezone.now()
    question.save(update_fields=("closed_at",))


def _ring(channel: str, question_ids: Collection[UUID], news: str = "") -> None:
    """Wake everyone who waits for news of these questions, once this transaction is committed."""
    said = [f"{question_id} {news}".strip() for question_id in question_ids]
    if said:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, said) FROM unnest(%s::text[]) AS said", [channel, said])


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
