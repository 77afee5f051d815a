"""Who somebody is: the logins of a person, kept as the login services describe them, linked and unlinked.

A person is the sum of their identities: a member if one of them says so. `Person.issuer` and `Person.sub` are
those of the first; the trail calls them by it, whatever they sign in with.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from caimera.audit.actions import JSON, record
from caimera.people.claims import Claims
from caimera.people.entitlements import groups
from caimera.people.errors import ActRefused, IdentityUnlinked, LoginRefused, Overtaken
from caimera.people.models import Identity, Person, SignIn, membership_group
from caimera.people.providers import provider_of
from caimera.people.revoking import let_go

RECHECK_AFTER = timedelta(seconds=45)
"""When a login service is asked again; with the time it takes to answer, within a minute."""


@transaction.atomic
def check(*, claims: Claims, tokens: dict[str, Any] | None = None) -> Identity:
    """Keep what a login service says about a person now; membership gained or lost is recorded.

    `tokens`, where given, are what it can be asked with again. Raises IdentityUnlinked.
    """
    person = _locked(_person_of(claims))
    identity, _made = Identity.objects.get_or_create(
        issuer=claims.issuer,
        sub=claims.sub,
        defaults={"person": person, "checked_at": timezone.now()},
    )
    _tell(identity, claims, tokens)
    identity.person = gather(person)
    return identity


def _person_of(claims: Claims) -> Person:
    """Whose login this is; somebody new where it is nobody's yet."""
    if known := Identity.objects.filter(issuer=claims.issuer, sub=claims.sub).first():
        return Person.objects.get(pk=known.person_id)
    defaults = {"checked_at": timezone.now()}
    person, _made = Person.objects.get_or_create(issuer=claims.issuer, sub=claims.sub, defaults=defaults)
    if person.identities.exists():
        raise IdentityUnlinked(f"{claims.sub} was unlinked from the person it once was.")
    return person


def _locked(person: Person) -> Person:
    return Person.objects.select_for_update(no_key=True).get(pk=person.pk)


def _tell(identity: Identity, claims: Claims, tokens: dict[str, Any] | None) -> None:
    identity.name, identity.email = claims.name, claims.email
    identity.entitlements = list(_believed(claims))
    identity.checked_at = timezone.now()
    if tokens is not None:
        identity.keep(tokens)
    identity.save()


def _believed(claims: Claims) -> tuple[str, ...]:
    try:
        return provider_of(claims.issuer).believed(claims.entitlements)
    except LoginRefused:
        return ()


def gather(person: Person) -> Person:
    """Make the person what their identities say together; the caller holds the lock."""
    mine = list(person.identities.all())
    group, was_member = membership_group(), person.in_membership_group
    person.entitlements = list(dict.fromkeys(text for one in mine for text in one.entitlements))
    person.in_membership_group = group in groups(person.entitlements, trusted=(group.authority,))
    person.name = next((one.name for one in mine if one.name), "")
    person.email = next((one.email for one in mine if one.email), "")
    person.checked_at = max(one.checked_at for one in mine)
    person.recheck_at = timezone.now() + RECHECK_AFTER
    person.save()
    if person.in_membership_group != was_member:
        act = "membership.gained" if person.in_membership_group else "membership.lost"
        record(act=act, actor=person.actor, object=f"person:{person.pk}")
    return person


@transaction.atomic
def withdraw(*, identity: Identity, for_good: bool) -> None:
    """What an identity said counts no longer, and its sessions end; `for_good` lets its tokens go."""
    person = _locked(identity.person)
    Identity.objects.filter(pk=identity.pk).update(entitlements=[])
    if for_good:
        let_go(identity)
    ended = end_sessions(identity=identity)
    gather(person)
    if ended:
        detail: dict[str, JSON] = {
            "identity": str(identity.pk),
            "sessions": ended,
            "why": "no longer confirmed",
        }
        record(act="session.ended", actor="system", object=f"person:{person.pk}", detail=detail)


def end_sessions(*, identity: Identity, sid: str = "") -> int:
    """End the sessions opened with an identity, or only the one its login service calls `sid`."""
    opened = SignIn.objects.filter(identity=identity, **({"sid": sid} if sid else {}))
    ended, _each = Session.objects.filter(session_key__in=opened.values("session_key")).delete()
    opened.delete()
    return ended


@transaction.atomic
def link(*, person: Person, claims: Claims, tokens: dict[str, Any] | None) -> Identity:
    """Let a person sign in with one more identity. Raises ActRefused where it is somebody's already."""
    person = _locked(person)
    _keep_first(person)
    known = Identity.objects.filter(issuer=claims.issuer, sub=claims.sub).first()
    first = Person.objects.filter(issuer=claims.issuer, sub=claims.sub).exclude(pk=person.pk)
    if (known and known.person_id != person.pk) or first.exists():
        raise ActRefused(
            _(
                "This login has an account of its own here. Two accounts are not made one: what each of them "
                "did stays told apart. Sign in with it and have that account forgotten, then link it."
            )
        )
    if known:
        raise Overtaken(_("You sign in with this login already."))
    identity = Identity(person=person, issuer=claims.issuer, sub=claims.sub, checked_at=timezone.now())
    _tell(identity, claims, tokens)
    gather(person)
    _record("identity.linked", identity)
    return identity


def _keep_first(person: Person) -> None:
    """Somebody who last signed in before there were identities has their first one as well."""
    if not person.identities.exists():
        Identity.objects.create(
            person=person,
            issuer=person.issuer,
            sub=person.sub,
            name=person.name,
            email=person.email,
            entitlements=person.entitlements,
            checked_at=person.checked_at,
        )


@transaction.atomic
def unlink(*, person: Person, identity_id: UUID) -> Identity:
    """Let a person no longer sign in with an identity; sessions opened with it end.

    Raises Overtaken where it is not theirs, or not any more, ActRefused for their last.
    """
    person = _locked(person)
    identity = person.identities.filter(pk=identity_id).first()
    if identity is None:
        raise Overtaken(_("You do not sign in with this login, or no longer."))
    if person.identities.count() == 1:
        raise ActRefused(_("This is the only login you have here. Link another one first, or be forgotten."))
    end_sessions(identity=identity)
    let_go(identity)
    _record("identity.unlinked", identity)
    identity.delete()
    gather(person)
    return identity


def _record(act: str, identity: Identity) -> None:
    """The trail names the person; which login it was is told by what can be forgotten."""
    person = identity.person
    detail = {"identity": str(identity.pk), "issuer": identity.issuer}
    record(act=act, actor=person.actor, object=f"person:{person.pk}", detail=detail)


def away_since(now: datetime) -> datetime:
    """What was last confirmed before this counts no longer, even while a login service is away."""
    return now - timedelta(minutes=settings.SITE.login_away_minutes)
