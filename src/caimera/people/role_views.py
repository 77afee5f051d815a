"""Pages: what each role is for, and, for those who may, who holds which."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caimera.people.access import caller, needs
from caimera.people.errors import ActRefused
from caimera.people.granting import confirm_role, give_role, take_role
from caimera.people.models import Person
from caimera.people.proving import typed
from caimera.people.queries import end_of, grants_open, person_called
from caimera.people.roles import PERMISSIONS, ROLES
from caimera.web.access import anyone


@anyone
@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    """Every role: what it is for, what it may do, what the workflows have it do."""
    mine = request.user.roles if isinstance(request.user, Person) else frozenset()
    shown = [
        {
            "role": role,
            "mine": role.name in mine,
            "permissions": [PERMISSIONS[name] for name in role.permissions],
            "duties": [
                (table.title, sorted({way.label: way for way in ways})) for table, ways in role.duties
            ],
        }
        for role in ROLES.values()
    ]
    shown.sort(key=lambda one: not one["mine"])
    return render(request, "people/roles.html", {"roles": shown})


@needs("roles.read")
@never_cache
@require_safe
def holders(request: HttpRequest) -> HttpResponse:
    """Who holds which role, and what waits to be confirmed."""
    return _holders(request, sent=typed(request, reverse("people:role-give")))


@needs("roles.give")
@require_POST
def give(request: HttpRequest) -> HttpResponse:
    """Give a role, or ask for it where another operator has to confirm."""
    sent = {name: request.POST.get(name, "").strip() for name in ("who", "role", "reason", "until")}
    try:
        person = person_called(sent["who"])
        grant = give_role(
            person=person,
            role=sent["role"],
            reason=sent["reason"],
            until=end_of(sent["until"]),
            by=caller(request),
        )
    except ActRefused as refused:
        return _holders(request, refused.status, problem=str(refused), sent=sent)
    said = (
        _("%(who)s is now: %(role)s.")
        if grant.confirmed_at
        else _("Another operator has to confirm: %(who)s, %(role)s.")
    )
    messages.success(request, said % {"who": person, "role": grant.label})
    return redirect("people:role-holders")


@needs("roles.give")
@require_http_methods(["POST"])
def change(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """Confirm what another operator asked for, or take a role away, as the pressed button says."""
    try:
        if request.POST.get("do") == "confirm":
            grant = confirm_role(grant_id=grant_id, by=caller(request))
            said = _("%(who)s is now: %(role)s.")
        else:
            grant = take_role(grant_id=grant_id, reason=request.POST.get("reason", ""), by=caller(request))
            said = _("%(who)s is no longer: %(role)s.")
    except ActRefused as refused:
        return _holders(request, refused.status, problem=str(refused), refused=grant_id)
    messages.success(request, said % {"who": grant.person, "role": grant.label})
    return redirect("people:role-holders")


def _holders(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    person = caller(request)
    found = list(grants_open())
    context = {
        "held": [one for one in found if one.confirmed_at],
        "waiting": [one for one in found if not one.confirmed_at],
        "gives": person.may("roles.give"),
        "choices": [(role.name, role.label) for role in ROLES.values() if role.given],
        **more,
    }
    return render(request, "people/role_holders.html", context, status=status)
