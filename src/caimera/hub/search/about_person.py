"""What search knows of a person, for themselves: the questions they asked and those they keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from caimera.hub.search.models import Question
from caimera.hub.search.queries import saved_questions
from caimera.people.chapters import Chapter
from caimera.people.models import Person


def _questions(person: Person) -> QuerySet[Question]:
    return Question.objects.filter(asked_by=person)


def _asked(person: Person) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "id": str(question.pk),
            "question": question.text,
            "purpose": question.purpose,
            "by": question.breakdown,
            "asked_at": question.asked_at.isoformat(),
        }
        for question in _questions(person)
    ]


def _forget_purposes(person: Person) -> None:
    """Questions stay, under a person nobody can tell; what they were for is in the person's own words."""
    _questions(person).update(purpose="")


def _kept(person: Person) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "name": saved.name,
            "question": saved.text,
            "by": saved.breakdown,
            "saved_at": saved.saved_at.isoformat(),
            "shared": saved.link is not None,
        }
        for saved in saved_questions(person)
    ]


def _forget_kept(person: Person) -> None:
    saved_questions(person).delete()


ASKED = Chapter(
    name="questions",
    label=_("Questions you asked"),
    count=lambda person: _questions(person).count(),
    told=_asked,
    forget=_forget_purposes,
    address="search:questions",
)
KEPT = Chapter(
    name="saved_questions",
    label=_("Questions you keep"),
    count=lambda person: saved_questions(person).count(),
    told=_kept,
    forget=_forget_kept,
    address="search:saved",
)
