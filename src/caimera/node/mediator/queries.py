"""Reading the questions this node was asked, and what protected datasets have said and spent."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from django.db.models import Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from caimera.audit.models import Record
from caimera.audit.queries import trail
from caimera.disclosure import Noisy, Spent, first_day
from caimera.node.datasets.queries import holds_data
from caimera.node.mediator.memory import noisy_of
from caimera.node.mediator.models import SettledAnswer, Spending
from caimera.people.models import Person

EVERYONE = ""
"""The person in whose name the questions of all are added up."""

Settled = dict[tuple[UUID, bytes], Noisy | None]
"""What was settled in the published version of each dataset, by the hash of what was asked."""


def visible_questions(person: Person | None) -> QuerySet[Record]:
    """The questions in the trail that a person may see, newest first: data holders all, others none."""
    questions = trail().filter(act__in=("question.answered", "question.refused"))
    return questions if holds_data(person) else questions.none()


def settled_answers(hashes: Iterable[bytes], digests: Collection[tuple[UUID, str]]) -> Settled:
    """What these questions got in these versions of datasets."""
    versions = set(digests)
    rows = SettledAnswer.objects.filter(question__in=list(hashes)).values_list(
        "dataset_id", "digest", "question", "subjects", "studies", "series"
    )
    return {
        (dataset_id, bytes(question)): noisy_of(*numbers)
        for dataset_id, digest, question, *numbers in rows
        if (dataset_id, digest) in versions
    }


def last_answer() -> int:
    """The newest answer that stands; answers are added one question at a time, so they stand in order."""
    return SettledAnswer.objects.aggregate(last=Max("id"))["last"] or 0


def spent(person: str, today: date) -> dict[UUID, Spent]:
    """What a person and everyone spent on each dataset within the last seven days."""
    rows = (
        Spending.objects.filter(person__in=(person, EVERYONE), day__gte=first_day(today))
        .order_by()
        .values("dataset_id")
        .values_list(
            "dataset_id",
            Coalesce(Sum("questions", filter=Q(person=person)), 0),
            Coalesce(Sum("questions", filter=Q(person=EVERYONE)), 0),
        )
    )
    return {dataset_id: Spent(theirs, in_all) for dataset_id, theirs, in_all in rows}


def spent_by_everyone(today: date) -> dict[UUID, int]:
    """The new questions each dataset was asked within the last seven days."""
    return {dataset_id: both.everyone for dataset_id, both in spent(EVERYONE, today).items()}
