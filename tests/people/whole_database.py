"""Every table there is, row by row, to look for what should be gone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone

from caimera.people.accepting import accept_policies
from caimera.people.actions import correct_profile, note_refusal
from caimera.people.claims import Claims
from caimera.people.granting import give_role
from caimera.people.identities import check
from caimera.people.membership import apply
from caimera.people.models import Delegate, Organisation, Person, SignIn
from caimera.people.personal_tokens import make_token
from caimera.people.policies import current
from caimera.people.roles import MEMBER

MARK = "zqxvwkj"
"""A word in everything the person is or writes, and in nothing else: too long to come up in a random text."""


def somebody(*, is_member: bool = True) -> Person:
    """Somebody known by words that all hold the mark, as a login service tells them."""
    claims = Claims(
        issuer=settings.SITE.oidc_issuer,
        sub=f"{MARK}-sub",
        name=f"{MARK} Name",
        email=f"{MARK}@example.org",
        entitlements=(settings.SITE.membership_group,) if is_member else (),
    )
    return check(claims=claims).person


def lives_here(person: Person) -> Client:
    """Everything a person does in this room, at hub and nodes alike: with a session, which is given back."""
    client = Client()
    client.force_login(cast(Any, person))
    key = str(client.session.session_key)
    SignIn.objects.create(identity=person.identities.get(), session_key=key, sid=f"{MARK}-sid")
    policies = [one.id for one in current()]
    correct_profile(person=person, shown_name=f"{MARK} shown", notice_email=f"{MARK}@notices.example.org")
    accept_policies(person=person, accepted=policies, visit=False)
    make_token(person=person, name=f"{MARK} laptop", scopes=[MEMBER], days=9)
    until = timezone.now() + timedelta(days=9)
    give_role(person=person, role="stakeholder", reason=f"{MARK} asked", until=until, by=None)
    organisation = Organisation.objects.create(name="A hospital", country="NO")
    Delegate.objects.create(organisation=organisation, person=person)
    note_refusal(person=person, route="search:ask", needs="member")
    return client


def applies(person: Person) -> None:
    """Asks to become a member, in words of their own."""
    policies = [one.id for one in current()]
    apply(person=person, institution=f"{MARK} institute", purpose=f"{MARK} wants to learn", accepted=policies)


def sessions_of(person: Person) -> list[Session]:
    """The sessions that would say who somebody is; what they hold is encoded, not hidden."""
    return [one for one in Session.objects.all() if str(person.pk) in str(one.get_decoded())]


def tables() -> list[str]:
    """The names of all tables of this site's database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def holding(text: str) -> set[str]:
    """The tables with a row that holds the text anywhere, in any column, whatever its type."""
    found = set()
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(
                f'SELECT EXISTS (SELECT FROM "{table}" AS t WHERE t::text ILIKE %s)', [f"%{text}%"]
            )
            if cursor.fetchone()[0]:
                found.add(table)
    return found
