"""Documents put to a question of a form, and taken away again while it is being written."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files import File
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from caimera.forms import Kind, form
from caimera.hub.documents.actions import remove, take_in
from caimera.hub.documents.errors import DocumentRefused
from caimera.hub.documents.models import Document
from caimera.hub.onboarding import queries
from caimera.hub.onboarding.actions import way_with
from caimera.hub.onboarding.errors import NoSuchCase
from caimera.hub.onboarding.models import Attachment, Case
from caimera.people.models import Person

MOST_WAITING = 30
"""Files of one person at one form that are not handed in."""


def attach(*, case_id: UUID, name: str, question: str, file: File[Any], person: Person) -> Document:
    """Put a file to a question of a form that is theirs to write now.

    Raises NoSuchCase, and what `documents.take_in` refuses; then nothing was kept.
    """
    case = queries.case_for(person, case_id)
    asked = form(name).question(question) if way_with(case=case, name=name, person=person) else None
    if asked is None or asked.kind is not Kind.FILES:
        raise NoSuchCase
    if _waiting(case, person).filter(form=name).count() >= MOST_WAITING:
        raise DocumentRefused(
            _("There are %d files here that were not handed in. Take one away first.") % MOST_WAITING
        )
    with transaction.atomic():
        document = take_in(file=file, person=person)
        Attachment.objects.create(document=document, case=case, form=name, question=question)
    return document


def detach(*, case_id: UUID, document_id: UUID, person: Person) -> bool:
    """Take away a file that was not handed in yet; one that was stays, and is merely left out next time.

    Returns whether there was one to take away.
    """
    case = queries.case_for(person, case_id)
    found = _waiting(case, person).select_related("document").filter(document_id=document_id).first()
    if found is None:
        return False
    remove(document=found.document, person=person)
    return True


def _waiting(case: Case, person: Person) -> QuerySet[Attachment]:
    return Attachment.objects.filter(case=case, filed=False, document__handed_in_by=person)
