"""Pages: sign out, and what this site knows of me."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caimera.audit.errors import NotInPlaceYet
from caimera.people import actions
from caimera.people.access import caller, signed_in
from caimera.people.chapters import chapters
from caimera.people.errors import SignInProblem
from caimera.people.login_service import login_service
from caimera.people.queries import spoken_for
from caimera.people.roles import ROLES
from caimera.web.access import anyone


@anyone
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here, and say that the login service has one of its own."""
    actions.sign_out(request=request)
    return render(request, "people/signed_out.html", {"login_sign_out": _sign_out_page_of_login()})


@signed_in
@never_cache
@require_safe
def about_me(request: HttpRequest) -> HttpResponse:
    """What this site knows of the person who looks."""
    person = caller(request)
    parts = [(chapter, chapter.count(person)) for chapter in chapters()]
    context = {
        "known": person,
        "roles": [role.label for role in ROLES.values() if role.name in person.roles],
        "spoken_for": [one.organisation for one in spoken_for(person)],
        "parts": [each for each in parts if each[1]],
        "nothing": [chapter for chapter, count in parts if not count],
    }
    return render(request, "people/about_me.html", context)


@signed_in
@never_cache
@require_safe
def about_me_as_json(request: HttpRequest) -> HttpResponse:
    """The same to keep."""
    known = actions.tell_all(person=caller(request))
    headers = {"Content-Disposition": 'attachment; filename="about-me.json"'}
    return JsonResponse(known, json_dumps_params={"indent": 2, "ensure_ascii": False}, headers=headers)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forget_me(request: HttpRequest) -> HttpResponse:
    """Say what being forgotten means; when it is confirmed, forget and end the session."""
    if request.method != "POST":
        return render(request, "people/forget_me.html")
    person = caller(request)
    try:
        actions.forget_person(person=person, actor=person.actor)
    except NotInPlaceYet as problem:
        return render(request, "people/forget_me.html", {"problem": str(problem)}, status=409)
    actions.end_session(request=request)
    return render(request, "people/forgotten.html")


def _sign_out_page_of_login() -> str:
    try:
        return login_service().sign_out_page
    except SignInProblem:
        return ""
