"""Two doors to the same pages: the applicant's to their own case, and a role's to those of others."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from caimera.hub.onboarding import queries
from caimera.hub.onboarding.errors import NoSuchCase
from caimera.hub.onboarding.models import Case
from caimera.people.access import needs, signed_in
from caimera.people.models import Person
from caimera.web.access import anybodys, own

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Door:
    """`name` begins the names of its pages; `cases` are those it leads to."""

    name: str
    cases: Callable[[Person], QuerySet[Case]]

    def address(self, page: str, case: Case | None = None, **values: Any) -> str:
        """The address of a page behind this door."""
        named = {"case_id": case.pk, **values} if case else values
        return reverse(f"onboarding:{self.name}-{page}", kwargs=named)


OWN = Door("own", queries.own)
THEIRS = Door("their", queries.theirs)


def by_applicant(view: View) -> View:
    """The page for whoever is signed in, about a case of their own."""
    return signed_in(own(_through(OWN, view)))


def by_role(view: View) -> View:
    """The page for those whose roles take part in cases of others."""
    return needs(queries.SEES)(anybodys(_through(THEIRS, view)))


def _through(door: Door, view: View) -> View:
    @functools.wraps(view)
    def through(request: HttpRequest, **values: Any) -> HttpResponse:
        try:
            return view(request, door, **values)
        except NoSuchCase as nothing:
            raise Http404 from nothing

    return through
