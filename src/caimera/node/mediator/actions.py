"""Answering questions."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db import DatabaseError, transaction

from caimera.audit.actions import record
from caimera.cohort import (
    Question,
    QuestionError,
    canonical,
    canonical_text,
    from_json,
    question_hash,
)
from caimera.node.datasets.published import Published, published
from caimera.node.mediator.counting import open_counts
from caimera.node.mediator.errors import (
    BreakdownImpossible,
    ConditionsUnsupported,
    NothingPublished,
    ProtectionFailed,
    QuestionAltered,
    QuestionNotUnderstood,
    Refusal,
    SourceFailed,
    TimeOver,
)
from caimera.node.mediator.numbering import number_patients
from caimera.node.mediator.protecting import protected_counts
from caimera.node.mediator.settling import NOBODY
from caimera.node.mediator.sought import can_be_broken_down, in_bands
from caimera.node.sources import DeadlinePassed, Source, SourceError
from caimera.protocol.envelope import Letter
from caimera.protocol.messages import Answer, Ask, ConditionStatus, DatasetCount, Treatment

logger = logging.getLogger(__name__)

IN_BANDS = "Protected datasets are asked for this in bands of five years."


def answer_question(*, letter: Letter, source: Source, now: datetime, key: bytes) -> Answer:
    """Answer the question in a letter under each dataset's policy, or refuse it in a sentence.

    `key` is this node's secret for noise and limits. The question, what became of it, and what was settled
    and spent for it stand together when this returns, or not at all.
    """
    ask = cast(Ask, letter.message)
    started = time.perf_counter()
    releases = published()
    try:
        with transaction.atomic():
            answer = _answer(letter, releases, source, now, key)
            _audit(letter, ask, releases, answer)
    except Refusal as refusal:
        answer = _refused(ask, refusal)
        with transaction.atomic():
            _audit(letter, ask, releases, answer)
    return answer.model_copy(update={"took_ms": round((time.perf_counter() - started) * 1000, 1)})


def remember_patients(*, source: Source, key: bytes) -> None:
    """Give every patient of the protected datasets a place in their sets, before a question waits for it.

    Raises SourceError.
    """
    with transaction.atomic():
        for release in published():
            if release.rules.name == "protected":
                number_patients(release.source, source, key)


def _answer(
    letter: Letter, releases: Sequence[Published], source: Source, now: datetime, key: bytes
) -> Answer:
    ask = cast(Ask, letter.message)
    question = _understood(ask, letter.vocabulary)
    wait = (ask.deadline_at - now).total_seconds()
    if wait <= 0:
        raise TimeOver
    if not releases:
        raise NothingPublished
    until = time.monotonic() + wait
    conditions = _statuses(question, ask, releases, source)
    counts = _counts(question, letter, releases, source, until=until, now=now, key=key)
    return Answer(question_id=ask.question_id, outcome="answered", datasets=counts, conditions=conditions)


def _understood(ask: Ask, vocabulary: str) -> Question:
    try:
        question = canonical(from_json(ask.question))
    except QuestionError as error:
        raise QuestionNotUnderstood(error, vocabulary=vocabulary) from error
    if question_hash(question) != ask.question_hash:
        raise QuestionAltered
    return question


def _statuses(
    question: Question, ask: Ask, releases: Sequence[Published], source: Source
) -> tuple[ConditionStatus, ...]:
    """What becomes of each condition; one that cannot be applied, or broken down by, refuses the question."""
    known = source.capabilities()
    for variable in ask.breakdown:
        if variable not in known or not can_be_broken_down(variable):
            raise BreakdownImpossible(variable)
    try:
        conditions = source.statuses(question, [release.source for release in releases])
    except SourceError as error:
        raise _of_source(error) from error
    if any(status.status is Treatment.UNSUPPORTED for status in conditions):
        raise ConditionsUnsupported(conditions)
    if all(release.open for release in releases):
        return conditions
    changed = set(in_bands(question).changed)
    return tuple(_in_bands(status) if status.path in changed else status for status in conditions)


def _in_bands(status: ConditionStatus) -> ConditionStatus:
    why = f"{status.why} {IN_BANDS}".strip()
    return status.model_copy(update={"status": Treatment.APPROXIMATED, "why": why})


def _counts(
    question: Question,
    letter: Letter,
    releases: Sequence[Published],
    source: Source,
    *,
    until: float,
    now: datetime,
    key: bytes,
) -> tuple[DatasetCount, ...]:
    """What each dataset says. Whatever fails on the way to a protected number, no number is said."""
    breakdown = cast(Ask, letter.message).breakdown
    person = letter.asker.person if letter.asker else NOBODY
    try:
        opened = [release for release in releases if release.rules.name == "open"]
        protected = [release for release in releases if release.rules.name == "protected"]
        counts = open_counts(question, breakdown, opened, source, until=until, now=now)
        counts += protected_counts(
            question, breakdown, protected, source, person=person, until=until, now=now, key=key
        )
    except SourceError as error:
        raise _of_source(error) from error
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, no number may leave
        logger.error("nothing is said: %s", _place(error))  # noqa: TRY400 - its message might hold a number
        raise ProtectionFailed from None
    said: dict[UUID, DatasetCount] = {count.dataset_id: count for count in counts}
    return tuple(said[release.dataset_id] for release in releases)


def _of_source(error: SourceError) -> Refusal:
    if isinstance(error, DeadlinePassed):
        return TimeOver()
    logger.error("a question could not be counted", exc_info=error)
    return SourceFailed()


def _place(error: Exception) -> str:
    """The kind of an error and where it happened, without what it says: that might be a number."""
    frames = traceback.extract_tb(error.__traceback__)
    return " ".join([type(error).__name__, *(f"{frame.filename}:{frame.lineno}" for frame in frames[-2:])])


def _refused(ask: Ask, refusal: Refusal) -> Answer:
    return Answer(
        question_id=ask.question_id,
        outcome="refused",
        reason=str(refusal),
        conditions=refusal.conditions,
    )


def _audit(letter: Letter, ask: Ask, releases: Sequence[Published], answer: Answer) -> None:
    asker = letter.asker
    record(
        act="question.answered" if answer.outcome == "answered" else "question.refused",
        actor=f"site:{letter.issuer}",
        object=f"question:{ask.question_id}",
        detail={
            "asker": asker.person if asker else "",
            "purpose": asker.purpose if asker else "",
            "question": _wording(ask),
            "question_hash": ask.question_hash,
            "breakdown": list(ask.breakdown),
            "releases": [f"{release.name}@{release.version}" for release in releases],
            "reason": answer.reason,
        },
        request_id=letter.request_id,
    )


def _wording(ask: Ask) -> str:
    """The question as text, for the trail; empty where it was not understood."""
    try:
        return canonical_text(from_json(ask.question))
    except QuestionError:
        return ""
