"""Pages of signing in and out, and of membership."""

from __future__ import annotations

import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from caimera.people import actions
from caimera.people.errors import SignInProblem
from caimera.people.login_service import login_service
from caimera.web.access import anyone

logger = logging.getLogger(__name__)


@anyone
@never_cache
@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    """To the login service; afterwards to `next`, if that is on this site."""
    callback = settings.SITE.base_url + reverse("people:callback")
    try:
        return login_service().send_away(request, callback=callback, target=own_page(request.GET.get("next")))
    except SignInProblem as problem:
        return _problem_page(request, problem)


@anyone
@never_cache
@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """Back from the login service."""
    try:
        arrival = login_service().receive(request)
    except SignInProblem as problem:
        return _problem_page(request, problem)
    actions.sign_in(request=request, claims=arrival.claims)
    return redirect(arrival.target)


@anyone
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here, and say that the login service has one of its own."""
    actions.sign_out(request=request)
    return render(request, "people/signed_out.html", {"login_sign_out": _sign_out_page_of_login()})


@anyone
@require_safe
def membership(request: HttpRequest) -> HttpResponse:
    """How to become a member."""
    return render(request, "people/membership.html", {"registration": settings.SITE.registration_url})


def own_page(target: str | None) -> str:
    """`target` if it is an address on this site without naming the site, else the start page."""
    if target and target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        return target
    return "/"


def _problem_page(request: HttpRequest, problem: SignInProblem) -> HttpResponse:
    logger.warning("sign-in failed: %s: %s", type(problem).__name__, problem)
    context = {"sentence": problem.sentence, "sign_in": reverse("people:sign-in")}
    return render(request, "people/sign_in_problem.html", context, status=problem.status)


def _sign_out_page_of_login() -> str:
    try:
        return login_service().sign_out_page
    except SignInProblem:
        return ""
