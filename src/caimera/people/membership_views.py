"""Pages: become a member, stay one, leave; and, for those who decide, who applied."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caimera.people import membership as acts
from caimera.people.access import caller, needs, signed_in
from caimera.people.errors import ActRefused
from caimera.people.models import OPEN_STATES, Membership, Person
from caimera.people.policies import current
from caimera.people.proving import typed
from caimera.people.queries import memberships_open
from caimera.web.access import anyone
from caimera.workflow import Refused


@anyone
@never_cache
@require_safe
def membership(request: HttpRequest) -> HttpResponse:
    """How to become a member; for those who applied, where that stands and what they can do."""
    return own_membership(request)


def own_membership(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    """The page about the membership of whoever looks."""
    person = request.user if isinstance(request.user, Person) else None
    one = acts.current_of(person) if person else None
    context = {
        "registration": settings.SITE.registration_url,
        "policies": [(policy, False) for policy in current()],
        **(_shown(one, person) if one else {}),
        **more,
    }
    return render(request, "people/membership.html", context, status=status)


def _shown(one: Membership, person: Person | None) -> dict[str, Any]:
    table = acts.table_of(one)
    steps = list(one.steps.select_related("by"))
    return {
        "one": one,
        "state": table.state(one.state),
        "is_open": one.state in OPEN_STATES,
        "due": acts.due(one),
        "steps": [(step, table.state(step.state).label) for step in steps],
        "seen": len(steps),
        "asked": steps[-1].reason if one.state == "returned" else "",
        "ways": acts.ways(one, person),
        "renewable": one.state == "member" and acts.is_renewable(one),
    }


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """Apply, or answer a question that came back."""
    person = caller(request)
    one = acts.current_of(person)
    returned = one if one and one.state == "returned" else None
    if request.method != "POST":
        sent = {"institution": returned.institution, "purpose": returned.purpose} if returned else {}
        return _form(request, returned=returned, sent=sent)
    sent = {name: request.POST.get(name, "") for name in ("institution", "purpose")}
    try:
        if returned:
            acts.answer(membership_id=returned.pk, person=person, seen=_seen(request), **sent)
        else:
            acts.apply(person=person, accepted=request.POST.getlist("accept"), **sent)
    except (ActRefused, Refused) as refused:
        if refused.status == 422:
            return _form(request, 422, returned=returned, sent=sent, problem=str(refused))
        return own_membership(request, refused.status, problem=str(refused))
    messages.success(
        request, _("Your application was sent. You are told when it is decided, here and by mail.")
    )
    return redirect("people:membership")


def _form(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    ticked = request.POST.getlist("accept")
    returned: Membership | None = more.get("returned")
    asked = returned.steps.last() if returned else None
    policies = [(one, one.id in ticked) for one in current()]
    seen = returned.steps.count() if returned else 0
    context = {"policies": policies, "seen": seen, "asked": asked, **more}
    return render(request, "people/apply.html", context, status=status)


@signed_in
@require_POST
def own_step(request: HttpRequest) -> HttpResponse:
    """Withdraw, renew or leave, as the pressed button says."""
    person, event = caller(request), request.POST.get("event", "")
    one = acts.current_of(person)
    if one is None:
        raise Http404
    try:
        if event == "renew":
            accepted = request.POST.getlist("accept")
            acts.renew(membership_id=one.pk, person=person, accepted=accepted, seen=_seen(request))
        else:
            acts.step(membership_id=one.pk, event=event, by=person, seen=_seen(request))
    except (ActRefused, Refused) as refused:
        return own_membership(request, refused.status, problem=str(refused))
    messages.success(request, _("Done. Where it stands now is below."))
    return redirect("people:membership")


@needs("members.read")
@never_cache
@require_safe
def memberships(request: HttpRequest) -> HttpResponse:
    """Who applied and waits, and who is a member."""
    found = [(one, acts.table_of(one).state(one.state)) for one in memberships_open()]
    context = {
        "waiting": [(one, acts.due(one)) for one, _state in found if one.state == "submitted"],
        "others": [each for each in found if each[0].state != "submitted"],
    }
    return render(request, "people/memberships.html", context)


@needs("members.read")
@never_cache
@require_safe
def one_membership(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    """One application with its history, and what the reader may do with it."""
    before = typed(request, reverse("people:decide-membership", args=[membership_id]))
    return _one(request, membership_id, reason=before.get("reason", ""))


@needs("members.decide")
@require_POST
def decide(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    """Accept, refuse, ask back or end, as the pressed button says; 409 when it has moved on."""
    event, reason = request.POST.get("event", ""), request.POST.get("reason", "")
    get_object_or_404(Membership, pk=membership_id)
    try:
        done = acts.step(
            membership_id=membership_id, event=event, by=caller(request), reason=reason, seen=_seen(request)
        )
    except (ActRefused, Refused) as refused:
        return _one(request, membership_id, refused.status, problem=str(refused), reason=reason)
    state = acts.table_of(done).state(done.state).label
    messages.success(request, _("%(who)s: %(state)s.") % {"who": done.person, "state": state})
    return redirect("people:memberships")


def _one(request: HttpRequest, membership_id: UUID, status: int = 200, **more: Any) -> HttpResponse:
    one = get_object_or_404(Membership.objects.select_related("person"), pk=membership_id)
    context = {**_shown(one, caller(request)), **more}
    return render(request, "people/one_membership.html", context, status=status)


def _seen(request: HttpRequest) -> int | None:
    """How many steps the page showed that a form was sent from; what is no number was never shown: -1."""
    sent = request.POST.get("seen")
    if sent is None:
        return None
    return int(sent) if sent.isdecimal() and len(sent) < 9 else -1
