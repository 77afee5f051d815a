"""Reading the questions this node was asked."""

from __future__ import annotations

from django.db.models import QuerySet

from caimera.audit.models import Record
from caimera.audit.queries import trail
from caimera.node.datasets.queries import holds_data
from caimera.people.models import Person


def visible_questions(person: Person | None) -> QuerySet[Record]:
    """The questions in the trail that a person may see, newest first: data holders all, others none."""
    questions = trail().filter(act__in=("question.answered", "question.refused"))
    return questions if holds_data(person) else questions.none()
