"""A person sees what the trail says of them, and can be forgotten: by name, by address, by every record."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from caimera.audit.checkpoints import make_checkpoint
from caimera.audit.exporting import verifiable
from caimera.audit.models import Record
from caimera.audit.sequencing import sequence
from caimera.audit.verifying import verify
from caimera.people.actions import forget_person, note_refusal
from caimera.people.claims import Claims
from caimera.people.identities import check
from caimera.people.models import Person
from caimera.people.queries import known_now, trail_of

pytestmark = pytest.mark.django_db(transaction=True)


def claims(sub: str) -> Claims:
    return Claims(
        issuer=settings.SITE.oidc_issuer,
        sub=sub,
        name=f"{sub.title()} Researcher",
        email=f"{sub}@example.org",
        entitlements=(settings.SITE.membership_group,),
    )


@pytest.fixture
def rosa(transactional_db: None) -> Person:
    """A member, seen gaining membership and refused once; another member besides."""
    person = check(claims=claims("rosa")).person
    check(claims=claims("omar"))
    note_refusal(person=person, route="agent:node", needs="data-holders")
    return person


def test_a_person_sees_everything_about_themselves_and_nothing_else(rosa: Person) -> None:
    assert [each.act for each in trail_of(rosa)] == ["access.refused", "membership.gained"]


def test_a_person_forgotten_is_nowhere_and_the_trail_is_sound(rosa: Person) -> None:
    names = rosa.names
    forget_person(person=rosa, actor=rosa.actor)
    sequence(wait=True)
    make_checkpoint(wait=True)
    assert verify(verifiable()).findings == []
    with connection.cursor() as cursor:
        for table in ("audit_record", "audit_leaf", "audit_personkey", "people_person"):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} AS t")
            (text,) = cursor.fetchone()
            words = [names[0], "Rosa", "rosa@"] + ([names[1]] if table != "people_person" else [])
            assert not [word for word in words if word in text], table
    assert Record.objects.filter(actor="person:omar").count() == 1


def test_a_person_forgotten_is_signed_out_and_comes_back_as_somebody_new(
    rosa: Person,
) -> None:
    forget_person(person=rosa, actor="system")
    assert not known_now().filter(pk=rosa.pk).exists()
    kept = Person.objects.get(pk=rosa.pk)
    assert (kept.name, kept.email, kept.entitlements, kept.is_member) == ("", "", [], False)
    again = check(claims=claims("rosa")).person
    assert again.pk != rosa.pk
    assert [each.act for each in trail_of(again)] == ["membership.gained"]
    assert again.checked_at <= timezone.now()
