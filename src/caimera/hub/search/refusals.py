"""This room's errors as answers of the API."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from caimera.hub.search.errors import NameTaken, SearchError, TooManyQuestions
from caimera.web.limits import with_pause
from caimera.web.problems import ProblemPart, problem


def answer_refusals(api: NinjaAPI) -> None:
    """Let every `SearchError` leave as a problem that says what to change."""
    api.add_exception_handler(SearchError, _refused)


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    if isinstance(error, TooManyQuestions):
        return with_pause(problem(429, _("Too much at once."), str(error)), error.seconds)
    status = 409 if isinstance(error, NameTaken) else 422
    part = ProblemPart(path=error.field, message=str(error), fix="")
    return problem(status, _("This cannot be done as it was sent."), str(error), [part])
