"""Memberships as JSON, for those who read and decide them; the policies, for those who accept them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Router

from caimera.people.accepting import accept_policies, still_to_accept
from caimera.people.access import NeedsAuth, SignedInAuth, caller
from caimera.people.errors import ActRefused
from caimera.people.membership import step
from caimera.people.models import Membership
from caimera.people.policies import Policy, current
from caimera.people.queries import memberships_open
from caimera.people.schemas import (
    Decision,
    MembershipBody,
    MembershipList,
    PoliciesAccepted,
    PolicyBody,
    PolicyList,
)
from caimera.web.problems import problem, refusals
from caimera.workflow import Refused

router = Router(tags=["people"])


def answer_refusals(api: NinjaAPI) -> None:
    """Let what cannot be done about persons leave as a problem that says why, and what can."""
    api.add_exception_handler(ActRefused, _refused)
    api.add_exception_handler(Refused, _refused)


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(error.status, _("This cannot be done."), str(error))


@router.get(
    "/memberships",
    auth=NeedsAuth("members.read"),
    response={200: MembershipList, **refusals(401, 403)},
    summary="List applications and members",
)
def list_memberships(request: HttpRequest, state: str = "") -> MembershipList:
    """Those something still leads out of, or those in one state; who waits longest comes first."""
    found = memberships_open(state).prefetch_related("steps")
    return MembershipList(memberships=[MembershipBody.of(one, caller(request)) for one in found])


@router.get(
    "/memberships/{uuid:membership_id}",
    auth=NeedsAuth("members.read"),
    response={200: MembershipBody, **refusals(401, 403, 404)},
    summary="Read one membership",
)
def read_membership(request: HttpRequest, membership_id: UUID) -> MembershipBody:
    """An application with its history, and what you may do with it."""
    return MembershipBody.of(_one(membership_id), caller(request))


@router.post(
    "/memberships/{uuid:membership_id}/events",
    auth=NeedsAuth("members.decide"),
    response={200: MembershipBody, **refusals(401, 403, 404, 409, 422)},
    summary="Decide on a membership",
)
def decide_membership(request: HttpRequest, membership_id: UUID, body: Decision) -> MembershipBody:
    """Accept, refuse, ask back or end, with a reason. 409 with the state where it has moved on."""
    _one(membership_id)
    step(
        membership_id=membership_id,
        event=body.event,
        by=caller(request),
        reason=body.reason,
        seen=body.seen,
    )
    return MembershipBody.of(_one(membership_id), caller(request))


@router.get(
    "/policies",
    auth=SignedInAuth(),
    response={200: PolicyList, **refusals(401)},
    summary="List the policies that count now",
)
def list_policies(request: HttpRequest) -> PolicyList:
    """Each with the address to read it at, and whether you have accepted this version lately enough."""
    missing = still_to_accept(caller(request))
    return PolicyList(policies=[_policy(request, one, accepted=one not in missing) for one in current()])


@router.post(
    "/policies/accepted",
    auth=SignedInAuth(),
    response={200: PolicyList, **refusals(401, 422)},
    summary="Accept the policies",
)
def accept(request: HttpRequest, body: PoliciesAccepted) -> PolicyList:
    """All that count now, each by name and version as you read it, for half a year or for this visit."""
    accept_policies(person=caller(request), accepted=body.accepted, visit=body.visit)
    return list_policies(request)


def _policy(request: HttpRequest, one: Policy, *, accepted: bool) -> PolicyBody:
    address = request.build_absolute_uri(reverse("people:policy-version", args=[one.name, one.version]))
    return PolicyBody(id=one.id, title=one.title, address=address, accepted=accepted)


def _one(membership_id: UUID) -> Membership:
    return get_object_or_404(Membership.objects.select_related("person"), pk=membership_id)
