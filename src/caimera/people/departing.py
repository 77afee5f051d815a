"""Sending a browser to a login service, and the page that says why that went wrong."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from caimera.people import begun
from caimera.people.actions import note_failed_sign_in
from caimera.people.errors import SignInProblem
from caimera.people.login_service import login_service
from caimera.people.providers import Provider, providers

logger = logging.getLogger(__name__)


def chosen_of(issuer: str) -> Provider | None:
    """The login service that was chosen, or the only one there is."""
    found = providers()
    return found[0] if len(found) == 1 else next((one for one in found if one.issuer == issuer), None)


def send_away(request: HttpRequest, issuer: str, **asked: Any) -> HttpResponse:
    """The browser on its way to a login service, or a page that says why not."""
    callback = settings.SITE.base_url + reverse("people:callback")
    try:
        address, kept = login_service(issuer).begin(callback=callback, **asked)
    except SignInProblem as problem:
        return problem_page(request, problem, begins=True)
    response = HttpResponseRedirect(address)
    begun.remember(request, response, kept)
    return response


def problem_page(request: HttpRequest, problem: SignInProblem, *, begins: bool = False) -> HttpResponse:
    """What went wrong, and what to do next. Answers to what this browser never began would fill the trail."""
    logger.warning("sign-in failed: %s: %s", type(problem).__name__, problem)
    if begins or begun.is_under_way(request):
        note_failed_sign_in(reason=type(problem).__name__)
    context = {"sentence": problem.sentence, "sign_in": reverse("people:sign-in")}
    return render(request, "people/sign_in_problem.html", context, status=problem.status)
