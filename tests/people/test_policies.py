"""Policies are accepted version by version, for a visit or half a year, and asked for again on change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from caimera.audit.queries import trail
from caimera.people import accepting, policies
from caimera.people.accepting import accept_policies, still_to_accept
from caimera.people.errors import ActRefused
from caimera.people.models import Acceptance, Person
from caimera.people.policies import current, policy

pytestmark = pytest.mark.django_db

MakePerson = Callable[..., Person]
ALL = [one.id for one in current()]


@pytest.fixture
def member(settings: Settings, make_person: MakePerson) -> Client:
    """A member at a site that asks for its policies."""
    settings.SITE = settings.SITE.model_copy(update={"policies_asked": True})
    client = Client()
    client.force_login(make_person())
    return client


def test_a_member_is_asked_once_and_goes_on_where_they_were(member: Client) -> None:
    asked = member.get("/saved?page=2")
    assert asked["Location"] == "/policies/accept?next=%2Fsaved%3Fpage%3D2"
    page = member.get(asked["Location"]).content.decode()
    assert "Accept the policies first" in page
    refused = member.post("/policies/accept", {"accept": ALL[:1], "next": "/saved"})
    assert refused.status_code == 422
    assert "Read and accept: Privacy policy." in refused.content.decode()
    went_on = member.post("/policies/accept", {"accept": ALL, "next": "/saved?page=2"})
    assert went_on["Location"] == "/saved?page=2"
    assert member.get("/saved").status_code == 200
    assert trail(act="policies.accepted").get().detail["policies"] == ALL


def test_the_api_says_where_to_accept(member: Client) -> None:
    answer = member.get("/api/saved")
    assert answer.status_code == 403
    assert answer.json()["detail"].endswith("http://testserver/policies/accept")
    member.post("/policies/accept", {"accept": ALL})
    assert member.get("/api/saved").status_code == 200


def test_the_api_accepts_what_its_caller_has_read(member: Client) -> None:
    asked = member.get("/api/policies").json()["policies"]
    assert [(one["id"], one["accepted"]) for one in asked] == [(one, False) for one in ALL]
    for one in asked:
        assert member.get(one["address"].removeprefix("http://testserver")).status_code == 200
    refused = member.post("/api/policies/accepted", {"accepted": ALL[:1]}, "application/json")
    assert refused.status_code == 422
    assert "Read and accept: Privacy policy." in refused.json()["detail"]
    done = member.post("/api/policies/accepted", {"accepted": ALL, "visit": True}, "application/json")
    assert all(one["accepted"] for one in done.json()["policies"])
    assert Acceptance.objects.filter(visit=True).count() == len(ALL)
    assert member.get("/api/saved").status_code == 200
    assert Client().get("/api/policies").status_code == 401


def test_a_part_of_a_page_and_a_form_are_sent_there_whole(member: Client) -> None:
    part = member.get("/saved", headers={"HX-Current-URL": "http://testserver/search?a=1"})
    assert part["HX-Redirect"] == "/policies/accept?next=%2Fsearch%3Fa%3D1"
    assert member.post("/saved", {"name": "x"})["Location"] == "/policies/accept?next=%2F"


def test_the_way_on_stays_on_this_site(member: Client) -> None:
    sent = {"accept": ALL, "next": "https://evil.example.org/"}
    assert member.post("/policies/accept", sent)["Location"] == "/"


def test_for_one_visit_is_for_one_visit(member: Client) -> None:
    member.post("/policies/accept", {"accept": ALL, "for": "visit"})
    assert member.get("/saved").status_code == 200
    person = Person.objects.get()
    member.post("/sign-out")
    member.force_login(person)
    assert member.get("/saved").status_code == 302


def test_for_half_a_year_outlives_the_visit_and_ends(member: Client) -> None:
    member.post("/policies/accept", {"accept": ALL, "for": "half-a-year"})
    person = Person.objects.get()
    member.post("/sign-out")
    member.force_login(person)
    assert member.get("/saved").status_code == 200
    until = Acceptance.objects.first().until - timezone.now()
    assert timedelta(days=180) < until < timedelta(days=184)
    Acceptance.objects.update(until=timezone.now())
    assert member.get("/saved").status_code == 302


def test_a_new_version_is_asked_for_again(member: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    member.post("/policies/accept", {"accept": ALL})
    newest = policy("privacy")
    newer = replace(newest, version=newest.version + 1)
    versions = (*policies.policies(), newer)
    monkeypatch.setattr(policies, "policies", lambda: versions)
    assert [one.id for one in still_to_accept(Person.objects.get())] == [newer.id]
    assert member.get("/saved").status_code == 302
    with pytest.raises(ActRefused):
        accept_policies(person=Person.objects.get(), accepted=ALL, visit=False)
    member.post("/policies/accept", {"accept": [one.id for one in current()]})
    assert member.get("/saved").status_code == 200
    assert accepting.still_to_accept(Person.objects.get()) == ()


def test_a_site_that_does_not_ask_asks_nobody(make_person: MakePerson) -> None:
    client = Client()
    client.force_login(make_person())
    assert client.get("/saved").status_code == 200


def test_everyone_may_read_every_version() -> None:
    page = Client().get("/policies").content.decode()
    for one in current():
        assert f'href="/policies/{one.name}"' in page
        text = Client().get(f"/policies/{one.name}/{one.version}").content.decode()
        assert all(section.heading in text for section in one.sections)
    assert Client().get("/policies/privacy/99").status_code == 404
    assert Client().get("/policies/no-such").status_code == 404
