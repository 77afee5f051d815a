"""Pages: my profile, my tokens, my sessions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from caimera.people import actions
from caimera.people.access import caller, signed_in
from caimera.people.errors import ActRefused
from caimera.people.personal_tokens import end_everything, make_token, revoke_token, tokens_of
from caimera.people.roles import MEMBER, PERMISSIONS, permissions_of
from caimera.web.access import own


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Correct what is mine: the name that is shown, the address for notices."""
    person = caller(request)
    if request.method != "POST":
        sent = {"shown_name": person.shown_name, "notice_email": person.notice_email}
        return render(request, "people/profile.html", {"sent": sent})
    sent = {name: request.POST.get(name, "") for name in ("shown_name", "notice_email")}
    try:
        actions.correct_profile(person=person, **sent)
    except ActRefused as refused:
        context = {"sent": sent, "problem": str(refused)}
        return render(request, "people/profile.html", context, status=refused.status)
    messages.success(request, _("Your profile is corrected."))
    return redirect("people:about-me")


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("words")
def tokens(request: HttpRequest) -> HttpResponse:
    """My tokens; or, sent as a form, one more, whose words are shown this once."""
    if request.method != "POST":
        return _tokens(request)
    sent = {name: request.POST.get(name, "") for name in ("name", "days")}
    scopes = request.POST.getlist("scope")
    days = int(sent["days"]) if sent["days"].isdecimal() and len(sent["days"]) < 6 else 0
    try:
        _token, words = make_token(person=caller(request), name=sent["name"], scopes=scopes, days=days)
    except ActRefused as refused:
        return _tokens(request, refused.status, problem=str(refused), sent=sent, scopes=scopes)
    return _tokens(request, 201, words=words)


@signed_in
@own
@require_POST
def revoke(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """End one of my tokens at once."""
    person = caller(request)
    try:
        token = revoke_token(token_id=token_id, person=person, by=person)
    except ActRefused as refused:
        return _tokens(
            request, 404 if not tokens_of(person).filter(pk=token_id) else 409, problem=str(refused)
        )
    messages.success(request, _("“%s” works no more.") % token.name)
    return redirect("people:tokens")


@signed_in
@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End all my sessions, this one too, and all my tokens."""
    revoked = end_everything(person=caller(request))
    actions.end_session(request=request)
    said = ngettext(
        "You are signed out everywhere, and %d token works no more.",
        "You are signed out everywhere, and %d tokens work no more.",
        revoked,
    )
    messages.success(request, said % revoked)
    return redirect("people:membership")


def _tokens(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    person, ticked = caller(request), more.pop("scopes", [MEMBER])
    mine = permissions_of(person.roles)
    context = {
        "tokens": [(one, [PERMISSIONS[name] for name in one.scopes]) for one in tokens_of(person)],
        "choices": [(name, words, name in ticked) for name, words in PERMISSIONS.items() if name in mine],
        **more,
    }
    return render(request, "people/tokens.html", context, status=status)
