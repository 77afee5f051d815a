"""Organisations are taken on, spoken for, and found by the node they run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from caimera.audit.models import Record
from caimera.audit.queries import trail
from caimera.people.errors import ActRefused, Overtaken
from caimera.people.models import Delegate, Network, Organisation, Person, RoleGrant
from caimera.people.organisations import (
    add_biobank,
    appoint,
    dismiss,
    make_network,
    organisation_of,
    place,
    take_on,
)

pytestmark = pytest.mark.django_db

MakePerson = Callable[..., Person]


@pytest.fixture
def operators(make_person: MakePerson) -> Client:
    """The browser of an operator."""
    person, now = make_person("olga"), timezone.now()
    RoleGrant.objects.create(
        person=person, role="operator", reason="t", until=now + timedelta(days=1), confirmed_at=now
    )
    client = Client()
    client.force_login(person)
    return client


def test_an_organisation_is_found_by_its_node_and_its_identifier_stays() -> None:
    made = take_on(name="Hospital of Nowhere", node_id="trials", country="Nowhere", by=None)
    assert organisation_of("trials") == made
    assert organisation_of("genomics") is None
    assert trail(object=f"organisation:{made.pk}").get().act == "organisation.taken-on"
    with pytest.raises(Overtaken):
        take_on(name="Another", node_id="trials", by=None)
    with pytest.raises(Overtaken):
        take_on(name="Hospital of Nowhere", by=None)
    assert take_on(name="Without a node", by=None).node_id is None
    assert take_on(name="Without one, too", by=None).pk != made.pk


def test_a_delegate_holds_the_role_while_they_speak(make_person: MakePerson) -> None:
    made, hanna = take_on(name="Hospital", by=None), make_person("hanna", is_member=False)
    one = appoint(organisation_id=made.pk, person=hanna, by=None)
    assert Person.objects.get(pk=hanna.pk).may("data.see")
    with pytest.raises(Overtaken):
        appoint(organisation_id=made.pk, person=hanna, by=None)
    dismiss(delegate_id=one.pk, by=None)
    assert not Person.objects.get(pk=hanna.pk).may("data.see")
    with pytest.raises(Overtaken):
        dismiss(delegate_id=one.pk, by=None)
    assert appoint(organisation_id=made.pk, person=hanna, by=None).pk != one.pk


@pytest.mark.parametrize("wrong", [{"name": " "}, {"website": "javascript:alert(1)"}])
def test_what_is_no_organisation_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ActRefused):
        take_on(**{"name": "Hospital", **wrong}, by=None)
    assert not Organisation.objects.exists()


def test_networks_and_biobanks_have_a_name_and_are_there_once() -> None:
    made = take_on(name="Hospital", by=None)
    network = make_network(name="Chest imaging", organisation_ids=[made.pk], by=None)
    add_biobank(organisation_id=made.pk, name="Lungs", by=None)
    assert list(network.organisations.all()) == [made]
    with pytest.raises(Overtaken):
        make_network(name="Chest imaging", organisation_ids=[], by=None)
    with pytest.raises(Overtaken):
        add_biobank(organisation_id=made.pk, name="Lungs", by=None)
    with pytest.raises(ActRefused):
        add_biobank(organisation_id=uuid4(), name="Lungs", by=None)
    with pytest.raises(ActRefused):
        add_biobank(organisation_id=made.pk, name="", by=None)
    with pytest.raises(ActRefused):
        make_network(name="", organisation_ids=[], by=None)
    assert Network.objects.count() == 1


def test_the_page_does_all_of_it(operators: Client, make_person: MakePerson) -> None:
    def press(do: str, **sent: object) -> str:
        return operators.post("/organisations/keep", {"do": do, **sent}, follow=True).content.decode()

    make_person("hanna", name="Hanna Holder", email="hanna@example.org")
    assert "is taken on" in press("take-on", name="Hospital", node_id="trials")
    made = Organisation.objects.get()
    assert "Hanna Holder speaks" in press("appoint", organisation=made.pk, who="hanna@example.org")
    press("biobank", organisation=made.pk, name="Lungs")
    assert "Hospital is on the map" in press("place", organisation=made.pk, position="52.37, 4.90")
    press("network", name="Chest imaging", member=made.pk)
    page = operators.get("/organisations").content.decode()
    for words in (str(made.pk), "52.37, 4.9", "Lungs", "Chest imaging", "Hanna Holder"):
        assert words in page
    assert "speaks for it no more" in press("dismiss", delegate=Delegate.objects.get().pk)
    assert "Hospital is off the map" in press("place", organisation=made.pk, position=" ")


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("52.37, 4.90", (52.37, 4.9)),
        ("-33.9;-70.65", (-33.9, -70.65)),
        ("90,180", (90.0, 180.0)),
        ("", None),
        ("  ", None),
    ],
)
def test_an_organisation_says_where_it_is(text: str, position: tuple[float, float] | None) -> None:
    made = take_on(name="Hospital", by=None)
    place(organisation_id=made.pk, position=text, by=None)
    assert Organisation.objects.get().position == position
    assert Record.objects.filter(act="organisation.placed").count() == 1


@pytest.mark.parametrize("text", ["91, 0", "0, 181", "52.37", "north", "1e3, 0", "52.37, 4.90, 3", "٥, ٤"])
def test_no_position_is_told_how_to_write_one(text: str) -> None:
    made = take_on(name="Hospital", by=None)
    with pytest.raises(ActRefused, match="such as 52.37, 4.90"):
        place(organisation_id=made.pk, position=text, by=None)
    assert Organisation.objects.get().position is None


def test_half_a_position_cannot_be_kept() -> None:
    with pytest.raises(IntegrityError, match="organisation_position"):
        Organisation.objects.create(name="Half", latitude=52.0)


@pytest.mark.parametrize(
    "sent",
    [
        {"do": "burn"},
        {},
        {"do": "appoint", "organisation": "no uuid", "who": "olga"},
        {"do": "dismiss", "delegate": "first"},
        {"do": "take-on", "name": ""},
        {"do": "network", "name": "x", "member": "no uuid"},
    ],
)
def test_a_slip_on_the_page_is_told(operators: Client, sent: dict[str, str]) -> None:
    response = operators.post("/organisations/keep", sent)
    assert response.status_code in (409, 422)
    assert "This was not done" in response.content.decode()
