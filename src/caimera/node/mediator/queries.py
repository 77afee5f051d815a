"""Reading the questions this node was asked, and what protected datasets have said and spent."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from caimera.audit.models import Record
from caimera.audit.queries import trail
from caimera.disclosure import Noisy, Spent, first_day
from caimera.node.datasets.queries import holds_data
from caimera.node.mediator.memory import noisy_of
from caimera.people.models import Person

EVERYONE = ""
"""The person in whose name the questions of all are added up."""

_SETTLED = "SELECT question, answers::text FROM mediator_settledquestion WHERE question = ANY(%s::bytea[])"
_LAST = "SELECT coalesce(max(id), 0) FROM mediator_settledquestion"
_SPENT = "SELECT person, questions::text FROM mediator_spending WHERE person = ANY(%s) AND day >= %s"
"""By hand, as every question waits for them."""

Settled = dict[tuple[str, bytes], Noisy | None]
"""What was settled in the published version of a dataset, by its name and the hash of what was asked."""


def visible_questions(person: Person | None) -> QuerySet[Record]:
    """The questions in the trail that a person may see, newest first: data holders all, others none."""
    questions = trail().filter(act__in=("question.answered", "question.refused"))
    return questions if holds_data(person) else questions.none()


def settled_answers(hashes: Iterable[bytes], digests: Mapping[str, str]) -> Settled:
    """What these questions got in these versions of datasets, which are known by their digests."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED, [list(hashes)])
        rows = cursor.fetchall()
    found: Settled = {}
    for question, answers in rows:
        for name, (digest, *numbers) in json.loads(answers).items():
            if digests.get(name) == digest:
                found[name, bytes(question)] = noisy_of(*numbers)
    return found


def last_answer() -> int:
    """The newest answer that stands; answers are added one question at a time, so they stand in order."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST)
        return int(cursor.fetchone()[0])


def spent(person: str, today: date) -> dict[str, Spent]:
    """What a person and everyone spent on each dataset within the last seven days."""
    theirs, in_all = Counter[str](), Counter[str]()
    with connection.cursor() as cursor:
        cursor.execute(_SPENT, [[person, EVERYONE], first_day(today)])
        for whose, questions in cursor.fetchall():
            counted = json.loads(questions)
            theirs.update(counted if whose == person else {})
            in_all.update(counted if whose == EVERYONE else {})
    return {name: Spent(theirs[name], number) for name, number in in_all.items()}


def spent_by_everyone(today: date) -> dict[UUID, int]:
    """The new questions each dataset was asked within the last seven days."""
    return {UUID(name): both.everyone for name, both in spent(EVERYONE, today).items()}
