"""Which cases a person may see, which wait for them, and what was handed in."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Q, QuerySet

from caimera.forms import Form, form
from caimera.hub.documents.models import Document
from caimera.hub.onboarding.errors import NoSuchCase
from caimera.hub.onboarding.models import Attachment, Case, Draft, Filing
from caimera.people.models import Person
from caimera.workflow import Workflow, workflow

APPLICANT = "applicant"
WORKFLOWS = ("data-holder", "software-provider")
"""The ways into the federation, by their tables."""
SEES = "cases.see"
"""The permission to see cases of others, as far as one's roles take part."""


def own(person: Person) -> QuerySet[Case]:
    """The cases a person is the applicant of."""
    return Case.objects.filter(applicant=person)


def theirs(person: Person) -> QuerySet[Case]:
    """The cases of others in which a role of this person has had a part, if they may see any."""
    if not person.may(SEES):
        return Case.objects.none()
    return Case.objects.filter(open_to__overlap=sorted(person.roles)).exclude(applicant=person)


def visible(person: Person | None) -> QuerySet[Case]:
    """Every case somebody may see; None is this site's shell."""
    if person is None:
        return Case.objects.all()
    reached = Q(open_to__overlap=sorted(person.roles)) if person.may(SEES) else Q(pk__in=())
    return Case.objects.filter(Q(applicant=person) | reached)


def waiting_for(person: Person) -> QuerySet[Case]:
    """The cases whose next step is this person's, what is due first comes first."""
    mine = Q(applicant=person, waits_for__contains=[APPLICANT])
    if not person.may(SEES):
        return Case.objects.filter(mine).order_by("due", "state_since", "id")
    by_role = Q(waits_for__overlap=sorted(person.roles)) & ~Q(applicant=person)
    return Case.objects.filter(mine | by_role).order_by("due", "state_since", "id")


def case_for(person: Person | None, case_id: UUID, cases: QuerySet[Case] | None = None) -> Case:
    """A case somebody may see. Raises NoSuchCase."""
    among = visible(person) if cases is None else cases
    found = among.select_related("applicant", "organisation").filter(pk=case_id).first()
    if found is None:
        raise NoSuchCase
    return found


def table_of(case: Case) -> Workflow:
    """The version of the table the case began with."""
    return workflow(case.workflow, case.table)


def roles_in(case: Case, person: Person | None) -> tuple[str, ...]:
    """As what somebody acts on a case; None is the shell. Nobody judges their own."""
    if person is None:
        return ("operator",)
    if person.pk == case.applicant_id:
        return (APPLICANT,)
    if not person.may(SEES):
        return ()
    return tuple(
        one.name for one in table_of(case).roles if one.name in person.roles and one.name in case.open_to
    )


def filed(case: Case) -> frozenset[str]:
    """The forms of a case that count as filed."""
    return frozenset(case.filings.filter(counts=True).values_list("form", flat=True))


def last_filing(case: Case, name: str) -> Filing | None:
    """A form of a case as it was last handed in."""
    return case.filings.select_related("by").filter(form=name).last()


def form_of(filing: Filing) -> Form:
    """The version of the form it was written into."""
    return form(filing.form, filing.form_version)


def draft_of(case: Case, name: str, person: Person) -> Draft | None:
    """What a person has written into a form so far."""
    return Draft.objects.filter(case=case, form=name, person=person).first()


def documents_of(case: Case, name: str, person: Person) -> Mapping[str, Document]:
    """The documents a person sees at a form of a case, by identifier: what was filed, and their own."""
    shown = Q(filed=True) | Q(document__handed_in_by=person)
    found = Attachment.objects.filter(shown, case=case, form=name).select_related("document")
    return {str(one.document_id): one.document for one in found}


def document_of(case: Case, document_id: UUID, person: Person) -> Document | None:
    """A document of a case, if this person may read it."""
    shown = Q(filed=True) | Q(document__handed_in_by=person)
    found = Attachment.objects.filter(shown, case=case, document_id=document_id)
    one = found.select_related("document").first()
    return one.document if one else None
