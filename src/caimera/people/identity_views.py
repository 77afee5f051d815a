"""Pages: the logins I sign in with, one more, one less.

Linking goes to the login service and back in the same browser and session; who came back is shown and has to
be confirmed before anything is linked. Until then it waits, sealed, in the session.
"""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from caimera.people.access import caller, signed_in
from caimera.people.claims import Claims
from caimera.people.departing import chosen_of, send_away
from caimera.people.errors import ActRefused, SomebodyElse
from caimera.people.identities import link, unlink
from caimera.people.login_service import Arrival
from caimera.people.models import Identity, Person
from caimera.people.providers import label_of, providers
from caimera.people.revoking import revoke_later
from caimera.people.sealing import seal, unseal
from caimera.web.access import own

_WAITING = "to_link"
_COUNTS_SECONDS = 600


@signed_in
@never_cache
@require_safe
def identities(request: HttpRequest) -> HttpResponse:
    """The logins I sign in with."""
    return _identities(request)


@signed_in
@never_cache
@require_safe
def begin_link(request: HttpRequest) -> HttpResponse:
    """To a login service, to come back with one more login.

    A link leads here and no form: browsers let no form of this site end elsewhere (`form-action 'self'`).
    """
    person, provider = caller(request), chosen_of(request.GET.get("at", ""))
    if provider is None:
        return _identities(request, 422, problem=_("Choose the login service of the login you want to add."))
    target = reverse("people:identities")
    return send_away(request, provider.issuer, target=target, purpose="link", person=str(person.pk))


def arrived(request: HttpRequest, arrival: Arrival) -> HttpResponse:
    """Back with one more login; it waits to be confirmed. Raises SomebodyElse in another session."""
    person = request.user
    if not isinstance(person, Person) or str(person.pk) != arrival.begun.person:
        raise SomebodyElse("A link came back to a session that did not begin it.")
    waiting = {
        "until": time.time() + _COUNTS_SECONDS,
        "person": str(person.pk),
        "claims": asdict(arrival.claims),
        "tokens": arrival.tokens.as_json(),
    }
    request.session[_WAITING] = seal("link", waiting)
    return redirect("people:confirm-link")


@signed_in
@never_cache
@require_safe
def confirm_link(request: HttpRequest) -> HttpResponse:
    """Whom I came back as, and whether that is to be me as well."""
    if (waiting := _waiting(request)) is None:
        return redirect("people:identities")
    context = {"claims": waiting["claims"], "label": label_of(waiting["claims"]["issuer"])}
    return render(request, "people/confirm_link.html", context)


@signed_in
@require_POST
def finish_link(request: HttpRequest) -> HttpResponse:
    """Link it, or let it be, as the pressed button says."""
    waiting = _waiting(request)
    request.session.pop(_WAITING, None)
    if request.POST.get("do") != "link":
        _let_go(waiting)
        messages.info(request, _("Nothing was linked."))
        return redirect("people:identities")
    if waiting is None:
        return _identities(request, 409, problem=_("This took too long or was done already. Begin again."))
    claims = Claims(**{**waiting["claims"], "entitlements": tuple(waiting["claims"]["entitlements"])})
    try:
        identity = link(person=caller(request), claims=claims, tokens=waiting["tokens"])
    except ActRefused as refused:
        return _identities(request, refused.status, problem=str(refused))
    messages.success(request, _("From now on you can sign in here with %s as well.") % identity.label)
    return redirect("people:identities")


@signed_in
@own
@require_POST
def remove(request: HttpRequest, identity_id: UUID) -> HttpResponse:
    """Sign in with this login no longer."""
    person = caller(request)
    try:
        identity = unlink(person=person, identity_id=identity_id)
    except ActRefused as refused:
        mine = person.identities.filter(pk=identity_id).exists()
        return _identities(request, refused.status if mine else 404, problem=str(refused))
    messages.success(request, _("You sign in with %s no longer.") % identity.label)
    return redirect("people:identities")


def _let_go(waiting: dict[str, Any] | None) -> None:
    """Let go what a login service gave for a link that was not made, unless somebody signs in with it."""
    if waiting is None:
        return
    issuer, sub = waiting["claims"]["issuer"], waiting["claims"]["sub"]
    if not Identity.objects.filter(issuer=issuer, sub=sub).exists():
        revoke_later(issuer=issuer, tokens=waiting["tokens"])


def _waiting(request: HttpRequest) -> dict[str, Any] | None:
    """Who came back and is not confirmed yet, for the person of this session alone."""
    waiting = unseal("link", request.session.get(_WAITING, ""))
    if waiting is None or waiting["until"] < time.time() or waiting["person"] != str(caller(request).pk):
        return None
    found: dict[str, Any] = waiting
    return found


def _identities(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    key = request.session.session_key
    here = Identity.objects.filter(sign_ins__session_key=key).values_list("pk", flat=True).first()
    mine = list(caller(request).identities.all())
    services = providers()
    context = {
        "identities": mine,
        "here": here,
        "only": len(mine) < 2,
        "providers": services,
        "only_service": len(services) == 1,
        **more,
    }
    return render(request, "people/identities.html", context, status=status)
