"""Who may call a route: marks for pages, and the same for the JSON API.

    @member                      @api.get("/nodes", auth=MemberAuth())
    def page(request): ...       def nodes(request): ...

    @needs("members.decide")     @api.post("/memberships/…", auth=NeedsAuth("members.decide"))
    def page(request): ...       def decide(request): ...

Both take `acr=` and `max_age=` (seconds) where an act needs a stronger sign-in (`people.proving`).

`request.user` is the Person inside. What a permission is, and who has it: `people.roles`. Pages know a
person by their session; the API by their session (with the CSRF check) or by a bearer token.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import urlencode, urlsplit

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from ninja.errors import HttpError
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from caimera.people import guessing
from caimera.people.accepting import still_to_accept
from caimera.people.actions import note_refusal
from caimera.people.errors import SignInProblem, TokenRefused
from caimera.people.models import SERVICE, Person
from caimera.people.personal_tokens import PREFIX, person_by_token
from caimera.people.proof import Demand
from caimera.people.proving import keep_typed, page_before, remember_demand, unmet
from caimera.people.roles import MEMBER, PERMISSIONS, roles_with
from caimera.people.tokens import person_of
from caimera.web.access import mark

SIGNED_IN = "signed_in"
View = TypeVar("View", bound=Callable[..., Any])
Refuse = Callable[[HttpRequest], HttpResponse | None]


def signed_in(view: View) -> View:
    """The page needs a person; a visitor is sent to sign in, and back."""
    return mark(_guarded(view, _refuse_visitor), SIGNED_IN)


def member(view: View) -> View:
    """The page needs a member; others who are signed in are shown how to become one."""
    return mark(_guarded(view, _refuse_non_member, MEMBER), MEMBER)


def needs(permission: str, *, acr: str = "", max_age: int | None = None) -> Callable[[View], View]:
    """The page needs a person one of whose roles carries the permission, and who proved that strongly."""
    _require_known(permission)
    refuse = functools.partial(_refuse_without, permission)
    return lambda view: mark(_guarded(view, refuse, permission, _demand(acr, max_age)), permission)


def _require_known(permission: str) -> None:
    if permission not in PERMISSIONS:
        raise LookupError(f"There is no permission {permission}; there are {', '.join(PERMISSIONS)}.")


def _demand(acr: str, max_age: int | None) -> Demand | None:
    return Demand(acr, max_age) if acr or max_age is not None else None


def _guarded(view: View, refuse: Refuse, permission: str = "", own: Demand | None = None) -> View:
    def refusal(request: HttpRequest) -> HttpResponse | None:
        if refused := refuse(request):
            return refused
        demand = unmet(request, permission=permission, own=own)
        return ask_to_step_up(request, demand) if demand else None

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return refusal(request) or view(request, *args, **kwargs)

    @functools.wraps(view)
    async def guarded_async(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return await sync_to_async(refusal)(request) or await view(request, *args, **kwargs)

    return guarded_async if iscoroutinefunction(view) else guarded  # type: ignore[return-value]


def _refuse_visitor(request: HttpRequest) -> HttpResponse | None:
    return None if request.user.is_authenticated else _invite(request)


def _refuse_non_member(request: HttpRequest) -> HttpResponse | None:
    if invitation := _refuse_visitor(request):
        return invitation
    person = caller(request)
    if person.is_member:
        return _ask_to_accept(request, person)
    note_refusal(person=person, route=_route(request), needs=MEMBER)
    context = {"refused": True, "registration": settings.SITE.registration_url}
    return render(request, "people/membership.html", context, status=403)


def _ask_to_accept(request: HttpRequest, person: Person) -> HttpResponse | None:
    """Send a member to the policies they have not accepted, not in this version, or not lately."""
    if not (settings.SITE.policies_asked and still_to_accept(person)):
        return None
    if current := request.headers.get("HX-Current-URL"):
        return HttpResponse(headers={"HX-Redirect": _accept_address(_path_of(current))})
    return redirect(_accept_address(request.get_full_path() if request.method in ("GET", "HEAD") else "/"))


def _accept_address(target: str) -> str:
    return f"{reverse('people:accept-policies')}?{urlencode({'next': target})}"


def _refuse_without(permission: str, request: HttpRequest) -> HttpResponse | None:
    if invitation := _refuse_visitor(request):
        return invitation
    person = caller(request)
    if person.may(permission):
        return None
    note_refusal(person=person, route=_route(request), needs=permission)
    context = {"what": PERMISSIONS[permission], "roles": roles_with(permission)}
    return render(request, "people/not_your_role.html", context, status=403)


def ask_to_step_up(request: HttpRequest, demand: Demand) -> HttpResponse:
    """Say that this needs a stronger sign-in, and lead there and back; what was typed is kept meanwhile."""
    sent = request.method not in ("GET", "HEAD")
    target = page_before(request) if sent else request.get_full_path()
    if current := request.headers.get("HX-Current-URL"):
        target = _path_of(current)
    remember_demand(request, demand)
    if sent:
        keep_typed(request)
    address = f"{reverse('people:step-up')}?{urlencode({'next': own_page(target)})}"
    if current:
        return HttpResponse(headers={"HX-Redirect": address})
    response = render(request, "people/step_up.html", {"address": address, "sent": sent}, status=401)
    response["WWW-Authenticate"] = demand.challenge
    return response


def caller(request: HttpRequest) -> Person:
    """The person signed in, behind a mark of this module; Django's types know only its own kind of user."""
    return cast(Person, request.user)


def _invite(request: HttpRequest) -> HttpResponse:
    """Send a visitor to sign in. What was sent with a form cannot be kept, so that is said instead."""
    if current := request.headers.get("HX-Current-URL"):
        return HttpResponse(headers={"HX-Redirect": _sign_in_address(_path_of(current))})
    if request.method in ("GET", "HEAD"):
        return redirect(_sign_in_address(request.get_full_path()))
    sentence = _(
        "You were signed out in the meantime, so what you sent was not kept. Sign in and send it again."
    )
    context = {"sentence": sentence, "sign_in": reverse("people:sign-in")}
    return render(request, "people/sign_in_problem.html", context, status=401)


def own_page(target: str | None) -> str:
    """`target` if it is an address on this site without naming the site, else the start page."""
    if target and target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        return target
    return "/"


def _sign_in_address(target: str) -> str:
    return f"{reverse('people:sign-in')}?{urlencode({'next': target})}"


def _path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _route(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else request.path


class StepUpNeeded(HttpError):
    """The act needs a stronger sign-in; `challenge` says which (RFC 9470)."""

    def __init__(self, demand: Demand) -> None:
        sentence = _(
            "This needs a stronger or more recent sign-in, such as with a second factor. Do it in the "
            "browser, or with a token of the login service that says so; tokens of this site never do."
        )
        super().__init__(401, sentence)
        self.challenge = demand.challenge


class SignedInAuth(AuthBase):
    """The route needs a person: the site's session with its CSRF token, or a bearer token."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    needs: str = SIGNED_IN
    demand: Demand | None = None

    async def __call__(self, request: HttpRequest) -> Person:
        """The person, also set as `request.user`. Raises HttpError 401, 403 or 503."""
        return await sync_to_async(self._admit)(request)

    def _admit(self, request: Any) -> Person:
        person = _bearer(request) if "Authorization" in request.headers else _from_session(request)
        request.user = person
        self.require(request, person)
        if demand := unmet(request, permission=self.needs, own=self.demand):
            raise StepUpNeeded(demand)
        return person

    def require(self, request: HttpRequest, person: Person) -> None:
        """What the person must be beyond signed in. Raises HttpError 403."""


class MemberAuth(SignedInAuth):
    """The route needs a member."""

    needs = MEMBER

    def require(self, request: HttpRequest, person: Person) -> None:
        if not person.lets(MEMBER):
            note_refusal(person=person, route=_route(request), needs=self.needs)
            raise HttpError(403, _("This token was not made for this. Make one that may be used for it."))
        if not person.is_member:
            note_refusal(person=person, route=_route(request), needs=self.needs)
            address = request.build_absolute_uri(reverse("people:membership"))
            raise HttpError(403, _("This needs membership. How to become a member: %s") % address)
        if settings.SITE.policies_asked and person.issuer != SERVICE and still_to_accept(person):
            address = request.build_absolute_uri(reverse("people:accept-policies"))
            raise HttpError(403, _("Read and accept the policies of this site first: %s") % address)


class NeedsAuth(SignedInAuth):
    """The route needs somebody one of whose roles carries a permission."""

    def __init__(self, permission: str, *, acr: str = "", max_age: int | None = None) -> None:
        super().__init__()
        _require_known(permission)
        self.needs, self.demand = permission, _demand(acr, max_age)

    def require(self, request: HttpRequest, person: Person) -> None:
        if not person.may(self.needs):
            note_refusal(person=person, route=_route(request), needs=self.needs)
            holders = ", ".join(role.label for role in roles_with(self.needs))
            raise HttpError(403, _("This is for: %s. The roles are at /roles.") % holders)


for _kind in (SignedInAuth, MemberAuth, NeedsAuth):
    mark(_kind, _kind.needs)


def _bearer(request: HttpRequest) -> Person:
    scheme, _space, token = request.headers["Authorization"].partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise HttpError(401, _("Send the access token as 'Authorization: Bearer <token>'."))
    guessing.tokens.require_few(request)
    try:
        is_own = token.strip().startswith(PREFIX)
        return person_by_token(token.strip()) if is_own else person_of(token.strip())
    except TokenRefused as refused:
        guessing.tokens.note(request)
        raise HttpError(401, str(refused.sentence)) from refused
    except SignInProblem as problem:
        raise HttpError(max(problem.status, 401), str(problem.sentence)) from problem


def _from_session(request: HttpRequest) -> Person:
    if not request.user.is_authenticated:
        raise HttpError(401, _("Sign in first: with `caimera login`, or in the browser."))
    if check_csrf(request):
        raise HttpError(403, _("The page is too old for this. Reload it and try again."))
    return caller(request)
