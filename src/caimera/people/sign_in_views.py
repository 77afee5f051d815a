"""Pages: to a login service and back, for signing in, for stepping up, for linking one more login."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from caimera.people import actions, begun, identity_views
from caimera.people.access import caller, own_page, signed_in
from caimera.people.departing import chosen_of, problem_page, send_away
from caimera.people.errors import LoginUnreachable, LogoutRefused, SignInProblem, SomebodyElse
from caimera.people.logging_out import hear_logout
from caimera.people.login_service import Arrival, login_service
from caimera.people.models import Identity, Person
from caimera.people.providers import providers
from caimera.people.proving import remembered_demand
from caimera.web.access import anyone

logger = logging.getLogger(__name__)


@anyone
@never_cache
@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    """To the login service, of several the chosen one; afterwards to `next`, if that is on this site."""
    target, chosen = own_page(request.GET.get("next")), request.GET.get("at", "")
    if (provider := chosen_of(chosen)) is None:
        return render(request, "people/choose_login.html", {"providers": providers(), "target": target})
    return send_away(request, provider.issuer, target=target)


@signed_in
@never_cache
@require_safe
def step_up(request: HttpRequest) -> HttpResponse:
    """To the login service once more, for what an act demanded; back to `next`, as the same person."""
    person, demand = caller(request), remembered_demand(request)
    target = own_page(request.GET.get("next"))
    if demand is None:
        return redirect(target)
    opened = Identity.objects.filter(sign_ins__session_key=request.session.session_key).first()
    issuer = opened.issuer if opened else person.issuer
    return send_away(request, issuer, target=target, purpose="step-up", person=str(person.pk), demand=demand)


@anyone
@never_cache
@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """Back from the login service, as whoever it says."""
    try:
        under_way = begun.recall(request)
        arrival = login_service(under_way.issuer).receive(request, under_way)
        response = _arrived(request, arrival)
    except SignInProblem as problem:
        response = problem_page(request, problem)
    begun.forget(request, response)
    return response


def _arrived(request: HttpRequest, arrival: Arrival) -> HttpResponse:
    if arrival.begun.purpose == "link":
        return identity_views.arrived(request, arrival)
    if arrival.begun.purpose == "step-up":
        _require_same(request, arrival)
    actions.sign_in(request=request, arrival=arrival)
    return redirect(arrival.begun.target)


def _require_same(request: HttpRequest, arrival: Arrival) -> None:
    """A step-up ends in the session it began in, as the person it began with. Raises SomebodyElse."""
    person = request.user
    mine = isinstance(person, Person) and str(person.pk) == arrival.begun.person
    theirs = Identity.objects.filter(
        issuer=arrival.claims.issuer, sub=arrival.claims.sub, person_id=arrival.begun.person
    )
    if not mine or not theirs.exists():
        raise SomebodyElse("The step-up came back as somebody else.")


@anyone
@csrf_exempt
@never_cache
@require_POST
def backchannel_logout(request: HttpRequest) -> HttpResponse:
    """A login service says that a session there is over; the token it sends is all that is believed."""
    try:
        hear_logout(request.POST.get("logout_token", ""))
    except LogoutRefused as refused:
        logger.warning("logout refused: %s", refused)
        return JsonResponse({"error": "invalid_request"}, status=400)
    except SignInProblem as problem:
        logger.warning("logout not understood: %s", problem)
        known = isinstance(problem, LoginUnreachable)
        return JsonResponse({"error": "invalid_request"}, status=503 if known else 400)
    return HttpResponse()
