"""A person."""

import pytest
from django.contrib.auth import get_user_model
from django.core import checks
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from caimera.demo.simulator import MEMBER, subgroup
from caimera.people.backend import PersonBackend
from caimera.people.claims import Claims
from caimera.people.identities import check
from caimera.people.models import SIGN_IN_COUNTS, Person
from caimera.people.queries import known_now

pytestmark = pytest.mark.django_db


def test_the_person_is_djangos_user_and_has_no_password() -> None:
    assert get_user_model() is Person
    assert not any(field.name == "password" for field in Person._meta.get_fields())
    assert checks.run_checks(tags=["auth"]) == []


def test_a_person_is_known_by_issuer_and_sub_together() -> None:
    here = check(claims=Claims("https://a.example.org/", "1", name="Rosa")).person
    there = check(claims=Claims("https://b.example.org/", "1", name="Rosa")).person
    again = check(claims=Claims("https://a.example.org/", "1", name="Rosa Married-Name")).person
    assert here.pk == again.pk
    assert here.pk != there.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(issuer="https://a.example.org/", sub="1", checked_at=timezone.now())


def test_a_person_reads_as_the_best_name_there_is() -> None:
    assert str(Person(name="Rosa", email="rosa@example.org", sub="1")) == "Rosa"
    assert str(Person(email="rosa@example.org", sub="1")) == "rosa@example.org"
    assert str(Person(sub="1")) == "1"


def test_membership_follows_the_setting(settings: Settings) -> None:
    settings.SITE = settings.SITE.model_copy(update={"membership_group": subgroup("pilot")})
    issuer = settings.SITE.oidc_issuer
    assert not check(claims=Claims(issuer, "1", entitlements=(MEMBER,))).person.is_member
    pilot = check(claims=Claims(issuer, "2", entitlements=(subgroup("pilot"),))).person
    assert pilot.is_member
    assert not pilot.in_group("data-holders")


def test_only_persons_known_now_are_found_for_a_session() -> None:
    person = check(claims=Claims("https://a.example.org/", "1")).person
    assert PersonBackend().get_user(person.pk) == person
    Person.objects.update(checked_at=timezone.now() - SIGN_IN_COUNTS)
    assert PersonBackend().get_user(person.pk) is None
    assert not known_now().exists()
