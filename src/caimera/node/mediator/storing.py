"""Writing what was settled: what a question got of many datasets is one row, and so is a day's spending."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date

from django.db import connection

from caimera.disclosure import Noisy
from caimera.node.mediator.queries import EVERYONE

_REMEMBER = """
INSERT INTO mediator_remembered (dataset_id, patients, subjects, studies, series)
SELECT * FROM unnest(%s::uuid[], %s::bytea[], %s::int[], %s::int[], %s::int[])"""

_SETTLE = "INSERT INTO mediator_settledquestion (question, answers) VALUES (%s, %s::jsonb)"

_SPENT_TODAY = "SELECT person, questions::text FROM mediator_spending WHERE day = %s AND person = ANY(%s)"
_SPEND = """
INSERT INTO mediator_spending (person, day, questions) VALUES (%s, %s, %s::jsonb)
ON CONFLICT (person, day) DO UPDATE SET questions = excluded.questions"""

_NOTHING = (None, None, None)

Answers = Mapping[bytes, Mapping[str, tuple[str, Noisy | None]]]
"""What questions got, by hash and dataset: the digest of its version, and its numbers."""


def remember(sets: Sequence[tuple[str, int, Noisy | None]]) -> None:
    """Keep sets of patients with their numbers, in this order."""
    rows = [
        (dataset_id, patients.to_bytes((patients.bit_length() + 7) // 8, "little"), *(noisy or _NOTHING))
        for dataset_id, patients, noisy in sets
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_REMEMBER, [list(column) for column in zip(*rows, strict=True)])


def keep_answers(answers: Answers) -> None:
    """Keep what questions got."""
    with connection.cursor() as cursor:
        for question, said in answers.items():
            cursor.execute(_SETTLE, [question, _document(said)])


def spend(person: str, today: date, questions: Mapping[str, int]) -> None:
    """Write down new questions, for the person and for everyone. By whoever has the turn (`take_turn`)."""
    if not questions:
        return
    whose = list({person, EVERYONE})
    with connection.cursor() as cursor:
        cursor.execute(_SPENT_TODAY, [today, whose])
        before = {one: json.loads(counted) for one, counted in cursor.fetchall()}
        for one in whose:
            cursor.execute(_SPEND, [one, today, json.dumps(_sum(before.get(one, {}), questions))])


def _sum(before: Mapping[str, int], new: Mapping[str, int]) -> dict[str, int]:
    return {**before, **{name: before.get(name, 0) + number for name, number in new.items()}}


def _document(said: Mapping[str, tuple[str, Noisy | None]]) -> str:
    return json.dumps({name: (digest, *(noisy or _NOTHING)) for name, (digest, noisy) in said.items()})
