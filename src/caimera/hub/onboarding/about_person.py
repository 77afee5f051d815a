"""What this room knows of a person, for themselves; and what of it goes when they are forgotten.

What an organisation handed in to become part of the federation binds it, and stays: without the answers that
are about the person. Of cases that led nowhere nothing stays but their steps. Of what somebody reported or
decided for a board, what they chose stays, and the words they put it in go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from caimera.forms.model import Kind
from caimera.hub.documents.actions import remove
from caimera.hub.documents.models import Document
from caimera.hub.onboarding import queries
from caimera.hub.onboarding.actions import step
from caimera.hub.onboarding.models import Case, Draft, Filing, Step
from caimera.people.chapters import Chapter
from caimera.people.models import Person

_FORGOTTEN = "forgotten"


def _told(person: Person) -> Sequence[Mapping[str, Any]]:
    cases = queries.own(person).prefetch_related("steps", "filings")
    return [*(_case(one) for one in cases), *_elsewhere(person)]


def _case(one: Case) -> Mapping[str, Any]:
    return {
        "case": str(one.pk),
        "workflow": one.workflow,
        "title": one.title,
        "state": one.state,
        "opened_at": one.opened_at.isoformat(),
        "steps": [
            {"event": step.event, "reason": step.reason, "at": step.at.isoformat()}
            for step in one.steps.all()
        ],
        "filed": [
            {"form": str(filing), "at": filing.at.isoformat(), "answers": filing.answers}
            for filing in one.filings.all()
            if filing.role == queries.APPLICANT
        ],
    }


def _elsewhere(person: Person) -> Sequence[Mapping[str, Any]]:
    """What they wrote and did as something else than an applicant, their drafts and their files."""
    written = Filing.objects.filter(by=person).exclude(role=queries.APPLICANT)
    done = Step.objects.filter(by=person).exclude(role=queries.APPLICANT)
    drafts, files = Draft.objects.filter(person=person), Document.objects.filter(handed_in_by=person)
    return [
        *({"filed": str(one), "at": one.at.isoformat(), "answers": one.answers} for one in written),
        *({"step": one.event, "reason": one.reason, "at": one.at.isoformat()} for one in done),
        *({"draft": one.form, "saved_at": one.saved_at.isoformat(), "given": one.given} for one in drafts),
        *({"file": one.name, "at": one.handed_in_at.isoformat(), "size": one.size} for one in files),
    ]


def _forget(person: Person) -> None:
    for case in queries.own(person):
        _end(case, person)
        if case.organisation_id is None:
            _empty(case)
    Draft.objects.filter(person=person).delete()
    for document in Document.objects.filter(handed_in_by=person, attachment__filed=False):
        remove(document=document, person=None)
    Step.objects.filter(by=person).update(reason="")
    for filing in Filing.objects.filter(by=person):
        filing.answers = _without_person(filing)
        filing.save(update_fields=("answers",))


def _end(case: Case, person: Person) -> None:
    """An open case has no applicant any more; its roles see that it was withdrawn."""
    if not queries.table_of(case).state(case.state).final:
        step(case_id=case.pk, event="withdraw", by=person)


def _empty(case: Case) -> None:
    """Of what led nowhere, nothing stays but that it was."""
    for attachment in case.attachments.select_related("document"):
        remove(document=attachment.document, person=None)
    case.filings.update(answers={})
    case.steps.update(reason="")
    Case.objects.filter(pk=case.pk).update(title=_FORGOTTEN)


def _without_person(filing: Filing) -> Mapping[str, Any]:
    """An organisation's answers but those about the person; of a report, what was chosen, not the words."""
    words = () if filing.role == queries.APPLICANT else (Kind.TEXT, Kind.LONG)
    gone = {one.name for one in queries.form_of(filing).questions if one.personal or one.kind in words}
    return {name: _FORGOTTEN if name in gone else answer for name, answer in filing.answers.items()}


CASES = Chapter(
    name="cases",
    label=_("Organisations you want to bring into the federation"),
    count=lambda person: queries.own(person).count(),
    told=_told,
    forget=_forget,
    address="onboarding:mine",
)
