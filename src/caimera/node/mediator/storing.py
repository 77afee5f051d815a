"""Writing what was settled: a question to many datasets is four statements, not a row at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from caimera.disclosure import Noisy
from caimera.node.mediator.queries import EVERYONE

_REMEMBER = """
INSERT INTO mediator_remembered (dataset_id, patients, subjects, studies, series)
SELECT * FROM unnest(%s::uuid[], %s::bytea[], %s::int[], %s::int[], %s::int[])"""

_SETTLE = """
INSERT INTO mediator_settledanswer (question, dataset_id, digest, subjects, studies, series)
SELECT * FROM unnest(%s::bytea[], %s::uuid[], %s::text[], %s::int[], %s::int[], %s::int[])"""

_SPEND = """
INSERT INTO mediator_spending (person, day, dataset_id, questions)
SELECT person, %s, dataset_id, questions
FROM unnest(%s::text[]) AS person, unnest(%s::uuid[], %s::int[]) AS spent (dataset_id, questions)
ON CONFLICT (person, day, dataset_id)
DO UPDATE SET questions = mediator_spending.questions + excluded.questions"""

_NOTHING = (None, None, None)


def remember(sets: Sequence[tuple[UUID, int, Noisy | None]]) -> None:
    """Keep sets of patients with their numbers, in this order."""
    _insert(
        _REMEMBER,
        [
            (dataset_id, patients.to_bytes((patients.bit_length() + 7) // 8, "little"), *(noisy or _NOTHING))
            for dataset_id, patients, noisy in sets
        ],
    )


def keep_answers(answers: Sequence[tuple[bytes, UUID, str, Noisy | None]]) -> None:
    """Keep what questions got: hash, dataset, version, numbers."""
    _insert(
        _SETTLE,
        [
            (question, dataset_id, digest, *(noisy or _NOTHING))
            for question, dataset_id, digest, noisy in answers
        ],
    )


def spend(person: str, today: date, questions: dict[UUID, int]) -> None:
    """Write down new questions, for the person and for everyone."""
    if questions:
        with connection.cursor() as cursor:
            cursor.execute(_SPEND, [today, [person, EVERYONE], list(questions), list(questions.values())])


def _insert(statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])
