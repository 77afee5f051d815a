"""What this room knows of a person, for themselves: the sheets they have not confirmed yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from caimera.hub.describing.models import Draft
from caimera.people.chapters import Chapter
from caimera.people.models import Person


def _told(person: Person) -> Sequence[Mapping[str, Any]]:
    drafts = Draft.objects.filter(made_by_id=person.pk)
    return [{"file": one.file_name, "at": one.made_at.isoformat(), "source": one.source_id} for one in drafts]


def _forget(person: Person) -> None:
    Draft.objects.filter(made_by_id=person.pk).delete()


DRAFTS = Chapter(
    name="sheets",
    label=_("Sheets you have not confirmed"),
    count=lambda person: Draft.objects.filter(made_by_id=person.pk).count(),
    told=_told,
    forget=_forget,
    address="describing:sources",
)
