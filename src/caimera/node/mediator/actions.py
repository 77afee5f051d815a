"""Answering questions."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import cast

from django.db import transaction

from caimera.audit.actions import record
from caimera.cohort import (
    Question,
    QuestionError,
    canonical,
    canonical_text,
    from_json,
    question_hash,
)
from caimera.disclosure import Exact, Policy, PolicyName, release
from caimera.node.datasets.models import Release
from caimera.node.datasets.queries import published_releases
from caimera.node.mediator.errors import (
    ConditionsUnsupported,
    NothingPublished,
    QuestionAltered,
    QuestionNotUnderstood,
    Refusal,
    SourceFailed,
    TimeOver,
)
from caimera.node.sources import DeadlinePassed, Source, SourceCount, SourceError
from caimera.protocol.envelope import Letter
from caimera.protocol.messages import Answer, Ask, ConditionStatus, DatasetCount, Treatment

logger = logging.getLogger(__name__)


def answer_question(*, letter: Letter, source: Source, now: datetime) -> Answer:
    """Answer the question in a letter under each dataset's policy, or refuse it in a sentence.

    The question and what became of it are in the trail when this returns.
    """
    ask = cast(Ask, letter.message)
    started = time.perf_counter()
    with transaction.atomic():
        releases = tuple(published_releases())
        try:
            answer = _answer(letter, releases, source, now)
        except Refusal as refusal:
            answer = _refused(ask, refusal)
        _audit(letter, ask, releases, answer)
    return answer.model_copy(update={"took_ms": round((time.perf_counter() - started) * 1000, 1)})


def _answer(letter: Letter, releases: Sequence[Release], source: Source, now: datetime) -> Answer:
    ask = cast(Ask, letter.message)
    question = _understood(ask, letter.vocabulary)
    wait = (ask.deadline_at - now).total_seconds()
    if wait <= 0:
        raise TimeOver
    if not releases:
        raise NothingPublished
    conditions, counts = _asked(question, releases, source, wait)
    return Answer(
        question_id=ask.question_id,
        outcome="answered",
        datasets=tuple(_released(counts, releases)),
        conditions=conditions,
    )


def _understood(ask: Ask, vocabulary: str) -> Question:
    try:
        question = canonical(from_json(ask.question))
    except QuestionError as error:
        raise QuestionNotUnderstood(error, vocabulary=vocabulary) from error
    if question_hash(question) != ask.question_hash:
        raise QuestionAltered
    return question


def _asked(
    question: Question, releases: Sequence[Release], source: Source, wait: float
) -> tuple[tuple[ConditionStatus, ...], tuple[SourceCount, ...]]:
    """What the source does with each condition, and its exact counts."""
    wanted = [release.for_source() for release in releases]
    try:
        conditions = source.statuses(question, wanted)
        if any(status.status is Treatment.UNSUPPORTED for status in conditions):
            raise ConditionsUnsupported(conditions)
        return conditions, source.count(question, wanted, wait=wait)
    except DeadlinePassed as error:
        raise TimeOver from error
    except SourceError as error:
        logger.exception("a question could not be counted")
        raise SourceFailed from error


def _released(counts: Sequence[SourceCount], releases: Sequence[Release]) -> Iterator[DatasetCount]:
    """Exact numbers end here: what leaves is what each dataset's policy lets be said."""
    for count, counted in zip(counts, releases, strict=True):
        dataset = counted.dataset
        policy = Policy(cast(PolicyName, dataset.policy))
        released = release(Exact(count.subjects, count.studies, count.series), policy)
        yield DatasetCount(
            dataset_id=dataset.id,
            title=dataset.title,
            version=counted.version,
            policy=policy.name,
            subjects=released.subjects,
            studies=released.studies,
            series=released.series,
        )


def _refused(ask: Ask, refusal: Refusal) -> Answer:
    return Answer(
        question_id=ask.question_id,
        outcome="refused",
        reason=str(refusal),
        conditions=refusal.conditions,
    )


def _audit(letter: Letter, ask: Ask, releases: Sequence[Release], answer: Answer) -> None:
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
            "releases": [f"{release.dataset_id}@{release.version}" for release in releases],
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
