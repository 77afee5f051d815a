"""What stands in a form when it is opened: what was being written, or what was answered before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q

from caimera.forms import Form, Given, Kind, Question, as_texts, forms
from caimera.hub.onboarding import queries
from caimera.hub.onboarding.models import Case, Filing
from caimera.people.models import Person

_MOST = 40
"""Earlier forms looked at, the newest first."""


class Origin(StrEnum):
    """Where it comes from."""

    NOTHING = "nothing"
    DRAFT = "draft"
    FILED = "filed"
    EARLIER = "earlier"


@dataclass(frozen=True, slots=True)
class Offer:
    """What stands in a form, and where that comes from."""

    given: Given
    origin: Origin


def offered(case: Case, form: Form, person: Person) -> Offer:
    """A person's draft; or the form as filed last in this case; or what answers it from other forms."""
    if draft := queries.draft_of(case, form.name, person):
        return Offer(draft.given, Origin.DRAFT)
    last = queries.last_filing(case, form.name)
    if last is not None and queries.roles_in(case, person) and last.role in queries.roles_in(case, person):
        return Offer(as_texts(last.answers, form=form), Origin.FILED)
    given = {**_profile(form, case, person), **_earlier(form, _sources(case, person))}
    return Offer(given, Origin.EARLIER if given else Origin.NOTHING)


def _sources(case: Case, person: Person) -> Iterable[Filing]:
    """An applicant's own forms and their organisation's, in any case; to others, those of this case."""
    where = Q(case=case)
    if person.pk == case.applicant_id:
        spoken_for = person.delegacies.filter(ended_at=None).values("organisation")
        where |= Q(case__applicant=person) | Q(case__organisation__in=spoken_for)
    reusable = {one.name for one in forms() if one.reuse}
    return Filing.objects.filter(where, form__in=reusable, role=queries.APPLICANT).order_by("-id")[:_MOST]


def _earlier(form: Form, filings: Iterable[Filing]) -> Given:
    """The newest answer to each question that can still be given."""
    found: dict[str, list[str]] = {}
    for filing in filings:
        texts = as_texts(filing.answers, form=form, without=(Kind.FILES, Kind.CONFIRM))
        for question in form.questions:
            if values := _possible(question, texts.get(question.name, [])):
                found.setdefault(question.name, values)
    return found


def _possible(question: Question, values: list[str]) -> list[str]:
    if not question.words_of_options:
        return values
    return [value for value in values if value in question.words_of_options]


def _profile(form: Form, case: Case, person: Person) -> Given:
    """What the site knows of an applicant anyway."""
    if person.pk != case.applicant_id:
        return {}
    return dict(_own_words(form, person))


def _own_words(form: Form, person: Person) -> Iterator[tuple[str, list[str]]]:
    known = {"contact_name": person.name, "contact_email": person.notice_email or person.email}
    for name, value in known.items():
        if value and form.question(name):
            yield name, [value]
