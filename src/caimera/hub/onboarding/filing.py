"""Forms handed in: what counts, and which documents belong to it."""

from __future__ import annotations

from collections.abc import Collection

from caimera.forms import Answers, Form, Kind
from caimera.hub.documents.actions import remove
from caimera.hub.onboarding.models import Attachment, Case, Draft, Filing
from caimera.people.models import Person

_TITLE = "organisation_name"


def file_form(case: Case, form: Form, answers: Answers, *, by: Person | None, role: str) -> Filing:
    """Keep a form as it is; it counts instead of what was filed before, and its draft is done with."""
    supersede(case, (form.name,))
    made = Filing.objects.create(
        case=case, form=form.name, form_version=form.version, answers=dict(answers), by=by, role=role
    )
    if by is not None:
        _settle_documents(case, form, answers, by)
        Draft.objects.filter(case=case, form=form.name, person=by).delete()
    if role == "applicant" and answers.get(_TITLE):
        case.title = str(answers[_TITLE])
    return made


def supersede(case: Case, forms: Collection[str]) -> None:
    """Let what was filed of these forms count no more."""
    if forms:
        case.filings.filter(form__in=forms, counts=True).update(counts=False)


def _settle_documents(case: Case, form: Form, answers: Answers, by: Person) -> None:
    """The documents that were handed in are seen from now on; those that were left out go."""
    wanted = {
        str(one)
        for question in form.questions
        if question.kind is Kind.FILES
        for one in answers.get(question.name, ())  # type: ignore[union-attr]
    }
    own = Attachment.objects.filter(case=case, form=form.name, filed=False, document__handed_in_by=by)
    for attachment in own.select_related("document"):
        if str(attachment.document_id) in wanted:
            attachment.filed = True
            attachment.save(update_fields=("filed",))
        else:
            remove(document=attachment.document, person=by)
