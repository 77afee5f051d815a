"""What this room itself knows of a person besides their sign-in: roles, memberships, policies, tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from caimera.people.chapters import Chapter
from caimera.people.models import OPEN_STATES, Membership, MembershipStep, Person, RoleGrant, SignIn
from caimera.people.revoking import let_go


def _identities(person: Person) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "issuer": one.issuer,
            "sub": one.sub,
            "name": one.name,
            "email": one.email,
            "entitlements": one.entitlements,
            "linked_at": one.linked_at.isoformat(),
            "checked_at": one.checked_at.isoformat(),
            "asked_again": bool(one.sealed),
            "sessions": one.sign_ins.count(),
        }
        for one in person.identities.all()
    ]


def _forget_identities(person: Person) -> None:
    """With the sessions begun by them, which would say until they end whose they are, and their tokens."""
    keys = SignIn.objects.filter(identity__person=person).values("session_key")
    Session.objects.filter(session_key__in=keys).delete()
    for identity in person.identities.all():
        let_go(identity)
    person.identities.all().delete()


IDENTITIES = Chapter(
    name="identities",
    label=_("Logins you sign in with"),
    count=lambda person: person.identities.count(),
    told=_identities,
    forget=_forget_identities,
    address="people:identities",
)


def _roles(person: Person) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "role": one.role,
            "reason": one.reason,
            "asked_at": one.asked_at.isoformat(),
            "confirmed_at": one.confirmed_at and one.confirmed_at.isoformat(),
            "until": one.until.isoformat(),
            "ended_at": one.ended_at and one.ended_at.isoformat(),
        }
        for one in person.grants.all()
    ]


def _forget_roles(person: Person) -> None:
    """That a role was given stays; why, in somebody's words about a person, does not."""
    RoleGrant.objects.filter(person=person, ended_at=None).update(ended_at=timezone.now())
    RoleGrant.objects.filter(person=person).update(reason="forgotten")


ROLES = Chapter(
    name="roles",
    label=_("Roles you were given"),
    count=lambda person: person.grants.count(),
    told=_roles,
    forget=_forget_roles,
    address="people:roles",
)


def _memberships(person: Person) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "institution": one.institution,
            "purpose": one.purpose,
            "state": one.state,
            "applied_at": one.applied_at.isoformat(),
            "until": one.until and one.until.isoformat(),
            "steps": [
                {"event": step.event, "reason": step.reason, "at": step.at.isoformat()}
                for step in one.steps.all()
            ],
        }
        for one in person.memberships.prefetch_related("steps")
    ]


def _forget_memberships(person: Person) -> None:
    """That somebody was a member stays; from where, what for and why, in people's words, does not."""
    own = Membership.objects.filter(person=person)
    MembershipStep.objects.filter(membership__in=own).update(reason="")
    own.update(institution="forgotten", purpose="forgotten")
    own.filter(state__in=OPEN_STATES).update(state="ended")


def _acceptances(person: Person) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "policy": one.policy,
            "version": one.version,
            "visit": one.visit,
            "accepted_at": one.accepted_at.isoformat(),
            "until": one.until.isoformat(),
        }
        for one in person.acceptances.all()
    ]


def _forget_acceptances(person: Person) -> None:
    person.acceptances.all().delete()


MEMBERSHIPS = Chapter(
    name="memberships",
    label=_("Memberships you applied for"),
    count=lambda person: person.memberships.count(),
    told=_memberships,
    forget=_forget_memberships,
    address="people:membership",
)
ACCEPTANCES = Chapter(
    name="policies",
    label=_("Policies you accepted"),
    count=lambda person: person.acceptances.count(),
    told=_acceptances,
    forget=_forget_acceptances,
    address="people:policies",
)


def _tokens(person: Person) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "name": one.name,
            "scopes": one.scopes,
            "made_at": one.made_at.isoformat(),
            "until": one.until.isoformat(),
            "last_used_at": one.last_used_at and one.last_used_at.isoformat(),
            "revoked_at": one.revoked_at and one.revoked_at.isoformat(),
        }
        for one in person.tokens.all()
    ]


def _forget_tokens(person: Person) -> None:
    person.tokens.all().delete()


def _delegacies(person: Person) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "organisation": one.organisation.name,
            "since": one.since.isoformat(),
            "ended_at": one.ended_at and one.ended_at.isoformat(),
        }
        for one in person.delegacies.select_related("organisation")
    ]


def _forget_delegacies(person: Person) -> None:
    person.delegacies.all().delete()


TOKENS = Chapter(
    name="tokens",
    label=_("Tokens you made"),
    count=lambda person: person.tokens.count(),
    told=_tokens,
    forget=_forget_tokens,
    address="people:tokens",
)
DELEGACIES = Chapter(
    name="organisations",
    label=_("Organisations you speak for"),
    count=lambda person: person.delegacies.filter(ended_at=None).count(),
    told=_delegacies,
    forget=_forget_delegacies,
    address="people:roles",
)
ALL = (IDENTITIES, ROLES, MEMBERSHIPS, ACCEPTANCES, TOKENS, DELEGACIES)
