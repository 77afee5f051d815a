"""Roles are given and taken away by an act; operators by four eyes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from caimera.audit.queries import trail
from caimera.demo.simulator import subgroup
from caimera.people.errors import ActRefused, Overtaken
from caimera.people.granting import confirm_role, give_role, take_role
from caimera.people.models import Person, RoleGrant
from caimera.people.roles import BY_GROUP, PERMISSIONS, ROLES, permissions_of, roles_with
from tests.looking import browser

pytestmark = pytest.mark.django_db

MakePerson = Callable[..., Person]
SOON = timezone.now() + timedelta(days=30)


def anew(person: Person) -> Person:
    """The same person, as the next request finds them."""
    return Person.objects.get(pk=person.pk)


@pytest.fixture
def olga(make_person: MakePerson) -> Person:
    """The first operator, made by the shell."""
    person = make_person("olga", name="Olga Operator")
    give_role(person=person, role="operator", reason="the first", until=SOON, by=None)
    return anew(person)


def second_operator(olga: Person, make_person: MakePerson) -> Person:
    otto = make_person("otto", name="Otto Operator")
    RoleGrant.objects.create(
        person=otto, role="operator", reason="test", until=SOON, confirmed_at=timezone.now()
    )
    return anew(otto)


def test_every_permission_is_carried_and_every_role_says_what_it_is_for() -> None:
    assert {name for role in ROLES.values() for name in role.permissions} == set(PERMISSIONS)
    assert all(role.description and role.label for role in ROLES.values())
    assert permissions_of(["researcher", "no such role"]) == {"member"}
    assert [role.name for role in roles_with("members.decide")] == ["operator"]


def test_no_group_makes_an_operator(make_person: MakePerson) -> None:
    person = make_person(entitlements=[subgroup("operators"), subgroup("access-committee")])
    assert person.roles == {"researcher", "access-committee"}
    assert "operators" not in BY_GROUP


def test_a_role_is_given_counts_and_is_taken_away(olga: Person, make_person: MakePerson) -> None:
    carla = make_person("carla", is_member=False)
    grant = give_role(person=carla, role="engagement", reason="joins the team", until=SOON, by=olga)
    assert anew(carla).may("members.read")
    take_role(grant_id=grant.pk, reason="left the team", by=olga)
    assert anew(carla).roles == frozenset()
    told = [(one.act, one.actor, one.detail["reason"]) for one in trail(object=f"person:{carla.pk}")]
    assert told == [
        ("role.taken", olga.actor, "left the team"),
        ("role.given", olga.actor, "joins the team"),
    ]
    with pytest.raises(Overtaken):
        take_role(grant_id=grant.pk, reason="again", by=olga)


def test_a_role_ends_with_its_time(olga: Person, make_person: MakePerson) -> None:
    carla = make_person("carla")
    give_role(person=carla, role="stakeholder", reason="r", until=SOON, by=olga)
    RoleGrant.objects.filter(person=carla).update(until=timezone.now() - timedelta(seconds=1))
    assert "stakeholder" not in anew(carla).roles
    give_role(person=carla, role="stakeholder", reason="again", until=SOON, by=olga)
    assert "stakeholder" in anew(carla).roles


def test_the_first_operator_is_made_at_once_the_second_needs_four_eyes(
    olga: Person, make_person: MakePerson
) -> None:
    assert olga.may("roles.give")
    otto, third = make_person("otto"), second_operator(olga, make_person=lambda *a, **k: make_person("third"))
    for by in (olga, None):
        grant = give_role(person=otto, role="operator", reason="shifts", until=SOON, by=by)
        assert "operator" not in anew(otto).roles
        with pytest.raises(ActRefused, match="Another operator"):
            confirm_role(grant_id=grant.pk, by=anew(otto))
        if by:
            with pytest.raises(ActRefused, match="Another operator"):
                confirm_role(grant_id=grant.pk, by=olga)
        confirm_role(grant_id=grant.pk, by=third)
        assert "operator" in anew(otto).roles
        with pytest.raises(Overtaken, match="confirmed already"):
            confirm_role(grant_id=grant.pk, by=third)
        take_role(grant_id=grant.pk, reason="test", by=olga)


def test_the_database_itself_wants_four_eyes(olga: Person, make_person: MakePerson) -> None:
    otto = make_person("otto")
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(
            person=otto,
            role="operator",
            reason="r",
            until=SOON,
            asked_by=olga,
            confirmed_by=olga,
            confirmed_at=timezone.now(),
        )


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"role": "researcher"}, "no role to give"),
        ({"role": "emperor"}, "no role to give"),
        ({"reason": "  "}, "Say why"),
        ({"until": timezone.now() - timedelta(days=1)}, "two years"),
        ({"until": timezone.now() + timedelta(days=800)}, "two years"),
    ],
)
def test_what_is_not_sound_is_refused(
    olga: Person, make_person: MakePerson, changed: dict, sentence: str
) -> None:
    sound = {"person": make_person("carla"), "role": "engagement", "reason": "r", "until": SOON, "by": olga}
    with pytest.raises(ActRefused, match=sentence):
        give_role(**{**sound, **changed})


def test_nobody_gives_themselves_a_role_or_gets_one_twice(olga: Person, make_person: MakePerson) -> None:
    with pytest.raises(ActRefused, match="to themselves"):
        give_role(person=olga, role="engagement", reason="r", until=SOON, by=olga)
    carla = make_person("carla")
    give_role(person=carla, role="engagement", reason="r", until=SOON, by=olga)
    with pytest.raises(Overtaken):
        give_role(person=carla, role="engagement", reason="r", until=SOON, by=olga)


@pytest.mark.django_db(transaction=True)
def test_two_operators_confirm_at_once_and_one_is_told(olga: Person, make_person: MakePerson) -> None:
    otto = make_person("otto")
    others = [second_operator(olga, lambda *a, n=n, **k: make_person(f"other-{n}")) for n in range(2)]
    grant = give_role(person=otto, role="operator", reason="shifts", until=SOON, by=olga)
    said: list[str] = []
    together = threading.Barrier(2)

    def confirm(by: Person) -> None:
        together.wait()
        try:
            confirm_role(grant_id=grant.pk, by=by)
            said.append("done")
        except Overtaken as overtaken:
            said.append(str(overtaken.status))
        finally:
            connection.close()

    threads = [threading.Thread(target=confirm, args=(by,)) for by in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["409", "done"]
    assert trail(act="role.given", object=f"person:{otto.pk}").count() == 1


def test_the_pages_give_confirm_and_take(olga: Person, make_person: MakePerson) -> None:
    otto = make_person("otto", email="otto@example.org")
    third = second_operator(olga, lambda *a, **k: make_person("third"))
    day = (timezone.now() + timedelta(days=30)).date().isoformat()
    sent = {"who": "OTTO@example.org", "role": "operator", "reason": "shifts", "until": day}
    page = browser(olga).post("/roles/give", sent, follow=True).content.decode()
    assert "Another operator has to confirm" in page
    grant = RoleGrant.objects.get(person=otto)
    assert "Confirm: " not in browser(olga).get("/roles/holders").content.decode()
    assert "Confirm: " in browser(third).get("/roles/holders").content.decode()
    refused = browser(olga).post(f"/roles/grants/{grant.pk}", {"do": "confirm"})
    assert refused.status_code == 422
    browser(third).post(f"/roles/grants/{grant.pk}", {"do": "confirm"})
    assert "operator" in anew(otto).roles
    assert browser(third).post(f"/roles/grants/{grant.pk}", {"do": "confirm"}).status_code == 409
    browser(third).post(f"/roles/grants/{grant.pk}", {"do": "take", "reason": "was a mistake"})
    assert "operator" not in anew(otto).roles


def test_a_slip_is_told_beside_what_was_sent(olga: Person) -> None:
    sent = {"who": "nobody@example.org", "role": "engagement", "reason": "keep <me>", "until": "soon"}
    response = browser(olga).post("/roles/give", sent)
    assert response.status_code == 422
    assert "Nobody of this address" in response.content.decode()
    assert "keep &lt;me&gt;" in response.content.decode()


def test_the_roles_are_printed_for_everyone(make_person: MakePerson) -> None:
    page = Client().get("/roles").content.decode()
    assert all(role.label in page or role.label.replace("'", "&#x27;") in page for role in ROLES.values())
    assert "You hold this role" not in page
    assert browser(make_person()).get("/roles").content.decode().count("You hold this role") == 1


def test_somebody_without_the_role_is_told_whose_page_it_is(make_person: MakePerson) -> None:
    person = make_person()
    response = browser(person).get("/roles/holders")
    assert response.status_code == 403
    assert "Management board, Operator" in response.content.decode()
    assert trail(act="access.refused").get().detail == {"needs": "roles.read"}


def test_two_people_of_one_address_have_to_be_told_apart(olga: Person, make_person: MakePerson) -> None:
    for sub in ("one", "two"):
        make_person(sub, email="both@example.org")
    sent = {"who": "both@example.org", "role": "engagement", "reason": "r", "until": "2027-01-01"}
    assert "Several people" in browser(olga).post("/roles/give", sent).content.decode()
