"""Access tokens that this site gives: to persons for their programs, and to accounts of programs.

A token is shown once and kept as its SHA-256; it carries 256 bits of chance, so nothing slower is needed.
It may do what its person may, and of that only what it was made for, until it ends, is revoked, or its
person has not signed in for a month: till then nobody could have seen that they lost a group.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from caimera.audit.actions import record
from caimera.people.errors import ActRefused, Overtaken, OwnTokenRefused
from caimera.people.granting import give_role
from caimera.people.models import SERVICE, AccessToken, Person, SignIn
from caimera.people.proof import Proof
from caimera.people.rechecking import still_known
from caimera.people.revoking import let_go
from caimera.people.roles import PERMISSIONS, RESEARCHER, ROLES, permissions_of

PREFIX = "caimera_"
LONGEST = timedelta(days=366)
AT_MOST = 20
"""Tokens of one person that work at the same time."""
TRUSTED = timedelta(days=30)
"""How long after their last sign-in a person's tokens work."""
_SEEN_EVERY = timedelta(minutes=1)
_NAME = re.compile(r"[a-z][a-z0-9-]{1,39}")


def tokens_of(person: Person) -> QuerySet[AccessToken]:
    """The tokens of a person, newest first; those that ended, too."""
    return AccessToken.objects.filter(person=person)


def _working(person: Person) -> QuerySet[AccessToken]:
    return tokens_of(person).filter(revoked_at=None, until__gt=timezone.now())


@transaction.atomic
def make_token(
    *, person: Person, name: str, scopes: Collection[str], days: int, by: Person | None = None
) -> tuple[AccessToken, str]:
    """A new token and its words, which nobody can see again; `by` is an operator for a program's account.

    Raises ActRefused where it would have no name, no end within a year, nothing to do, or is one too many.
    """
    Person.objects.select_for_update().get(pk=person.pk)
    name = name.replace("\0", "")
    if not name.strip() or len(name) > 100:
        raise ActRefused(_("Give the token a name of at most 100 characters, to know it again."))
    if unknown := set(scopes) - set(PERMISSIONS):
        raise ActRefused(_("There is no permission %s.") % ", ".join(sorted(unknown)))
    if not 1 <= days <= LONGEST.days:
        raise ActRefused(_("A token works for 1 to %d days.") % LONGEST.days)
    if _working(person).count() >= AT_MOST:
        raise ActRefused(_("You have %d tokens that work. Revoke one first.") % AT_MOST)
    words = PREFIX + secrets.token_urlsafe(32)
    token = AccessToken.objects.create(
        person=person,
        name=name.strip(),
        scopes=sorted(scopes),
        digest=_digest(words),
        until=timezone.now() + timedelta(days=days),
    )
    detail = {"name": token.name, "scopes": token.scopes, "until": token.until.isoformat()}
    _record("token.made", token, by or person, detail)
    return token, words


@transaction.atomic
def revoke_token(*, token_id: UUID, by: Person | None, person: Person) -> AccessToken:
    """End a token of a person at once. Raises Overtaken where it works no more, or is not theirs."""
    token = _working(person).select_for_update().filter(pk=token_id).first()
    if token is None:
        raise Overtaken(_("This token works no more, or never did."))
    token.revoked_at = timezone.now()
    token.save(update_fields=("revoked_at",))
    _record("token.revoked", token, by, {"name": token.name})
    return token


@transaction.atomic
def end_everything(*, person: Person) -> int:
    """End every session of a person, wherever it is, and revoke their tokens; returns how many tokens."""
    revoked = _working(person).update(revoked_at=timezone.now())
    person.sessions_ended += 1
    person.save(update_fields=("sessions_ended",))
    SignIn.objects.filter(identity__person=person).delete()
    for identity in person.identities.all():
        let_go(identity)
    record(act="person.signed-out-everywhere", actor=person.actor, detail={"tokens": revoked})
    return revoked


def person_by_token(words: str) -> Person:
    """Whose token this is, limited to what it was made for. Raises TokenRefused."""
    now = timezone.now()
    recent = Q(person__checked_at__gt=now - TRUSTED) | Q(person__issuer=SERVICE)
    found = AccessToken.objects.filter(recent, digest=_digest(words), revoked_at=None, until__gt=now)
    token = found.select_related("person").first()
    if token is None:
        raise OwnTokenRefused("No token that works has these words.")
    if token.last_used_at is None or now - token.last_used_at > _SEEN_EVERY:
        AccessToken.objects.filter(pk=token.pk).update(last_used_at=now)
    if (person := still_known(token.person)) is None:
        raise OwnTokenRefused("The login service no longer vouches for whose token this is.")
    person.limited_to, person.proof = frozenset(token.scopes), Proof()
    return person


@transaction.atomic
def make_account(*, name: str, roles: Collection[str], days: int, by: Person | None) -> Person:
    """An account for a program: it cannot sign in, has these roles for so many days, and needs a token.

    Raises ActRefused for a name or role that cannot be, Overtaken where there is one of this name.
    """
    if not _NAME.fullmatch(name):
        raise ActRefused(_("Name the account in 2 to 40 small letters, digits and hyphens."))
    if any(role in ROLES and ROLES[role].four_eyes for role in roles):
        raise ActRefused(_("No program is an operator."))
    if not 1 <= days <= LONGEST.days:
        raise ActRefused(_("An account works for 1 to %d days.") % LONGEST.days)
    until = timezone.now() + timedelta(days=days)
    person, made = Person.objects.get_or_create(
        issuer=SERVICE,
        sub=f"{name}@this-site",
        defaults={
            "name": name,
            "checked_at": timezone.now(),
            "member_until": until if RESEARCHER in roles else None,
        },
    )
    if not made:
        raise Overtaken(_("There is an account of this name, or was one."))
    for role in sorted(set(roles) - {RESEARCHER}):
        give_role(person=person, role=role, reason="account of a program", until=until, by=by)
    actor = by.actor if by else "system"
    record(act="account.made", actor=actor, object=f"person:{person.pk}", detail={"roles": sorted(roles)})
    return person


@transaction.atomic
def make_account_with_token(*, name: str, roles: Collection[str], days: int) -> str:
    """An account and, for all its roles may do, its token, by this site's shell. Raises as its two parts."""
    person = make_account(name=name, roles=roles, days=days, by=None)
    scopes = permissions_of(roles)
    _token, words = make_token(person=person, name="made with the account", scopes=scopes, days=days)
    return words


@transaction.atomic
def end_account(*, name: str, by: Person | None) -> Person:
    """End a program's account: its tokens, roles, membership. Raises ActRefused for an unknown one."""
    person = account_called(name)
    now = timezone.now()
    _working(person).update(revoked_at=now)
    person.grants.filter(ended_at=None).update(ended_at=now)
    person.member_until = None
    person.save(update_fields=("member_until",))
    record(act="account.ended", actor=by.actor if by else "system", object=f"person:{person.pk}")
    return person


def account_called(name: str) -> Person:
    """A program's account by its name. Raises ActRefused."""
    if (person := Person.objects.filter(issuer=SERVICE, sub=f"{name}@this-site").first()) is None:
        raise ActRefused(_("There is no account of this name."))
    return person


def accounts() -> QuerySet[Person]:
    """The accounts of programs, by name."""
    return Person.objects.filter(issuer=SERVICE).order_by("name")


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def _record(act: str, token: AccessToken, by: Person | None, detail: dict[str, object]) -> None:
    actor = by.actor if by else "system"
    told = {**detail, "token": str(token.pk)}
    record(act=act, actor=actor, object=f"person:{token.person_id}", detail=told)  # type: ignore[arg-type]
