"""Questions kept under a name: one's own, until they are shared; and never the answers."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from caimera import cohort
from caimera.audit.queries import trail
from caimera.hub.search import actions
from caimera.hub.search.errors import NameRefused, NameTaken
from caimera.hub.search.models import Question, SavedQuestion
from caimera.people.models import Person
from tests.hub.conftest import make_person
from tests.hub.search.test_actions import WOMEN_IN_CT

pytestmark = pytest.mark.django_db


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def member(person: Person) -> Client:
    return signed_in(person)


@pytest.fixture
def other(db: None) -> Client:
    return signed_in(make_person("another"))


def keep(person: Person, name: str = "Low-dose CT") -> SavedQuestion:
    return actions.save_question(person=person, name=name, question=WOMEN_IN_CT, breakdown=["modality"])


def acts() -> list[str]:
    return [record.act for record in trail().order_by("pk")]


def test_a_question_is_kept_with_its_name_and_what_to_count_by(person: Person) -> None:
    saved = keep(person, "  Low-dose \0  CT ")

    assert (saved.name, saved.text) == ("Low-dose CT", cohort.to_text(WOMEN_IN_CT))
    assert saved.breakdown == ["modality"]
    assert acts() == ["question.saved"]


@pytest.mark.parametrize("name", ["", "  ", "\0", "x" * 121])
def test_a_name_is_needed_and_kept_short(name: str, person: Person) -> None:
    with pytest.raises(NameRefused, match="120 characters"):
        keep(person, name)
    assert not SavedQuestion.objects.exists()


def test_a_name_is_unique_for_each_person(person: Person) -> None:
    saved = keep(person)
    second = keep(person, "Other")
    keep(make_person("another"))

    with pytest.raises(NameTaken, match="“Low-dose CT”"):
        keep(person)
    with pytest.raises(NameTaken):
        actions.rename_question(saved=second, name="Low-dose CT")
    assert actions.rename_question(saved=saved, name="Low-dose CT").name == "Low-dose CT"


def test_a_link_is_made_anew_each_time_and_every_act_is_told(person: Person) -> None:
    saved = keep(person)
    first = actions.share_question(saved=saved).link
    assert actions.share_question(saved=saved).link == first
    actions.unshare_question(saved=saved)
    actions.unshare_question(saved=saved)
    assert actions.share_question(saved=saved).link not in (None, first)
    actions.delete_saved(saved=saved)
    assert acts() == [
        "question.saved",
        "question.shared",
        "question.unshared",
        "question.shared",
        "question.deleted",
    ]


def send(client: Client, method: str, address: str, body: object = None) -> Any:
    return getattr(client, method)(address, json.dumps(body), content_type="application/json")


def test_the_api_keeps_renames_shares_and_deletes(member: Client, other: Client) -> None:
    body = {"name": "Women", "question": "sex = female", "by": ["modality"]}
    saved = send(member, "post", "/api/saved", body)
    assert saved.status_code == 201
    assert saved.json()["by"] == ["modality"]
    address = f"/api/saved/{saved.json()['id']}"

    assert send(member, "post", "/api/saved", body).status_code == 409
    renamed = send(member, "patch", address, {"name": "Ladies"}).json()
    assert renamed["name"] == "Ladies"
    link = send(member, "put", f"{address}/link").json()["link"]
    assert link.startswith("http://testserver/shared/")
    assert [one["name"] for one in member.get("/api/saved").json()["saved"]] == ["Ladies"]
    assert other.get("/api/saved").json() == {"saved": []}
    assert send(member, "delete", f"{address}/link").json()["link"] is None
    assert send(member, "delete", address).status_code == 204
    assert member.get("/api/saved").json() == {"saved": []}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"name": " ", "question": "sex = male"}, "name"),
        ({"name": "x", "question": "sex = male", "by": ["sex", "sex"]}, "by"),
        ({"name": "x", "question": "sex = purple"}, "column 7"),
    ],
)
def test_the_api_says_what_to_change(body: object, path: str, member: Client) -> None:
    response = send(member, "post", "/api/saved", body)
    assert response.status_code == 422
    assert response.json()["problems"][0]["path"].startswith(path)


def test_a_refused_breakdown_asks_nothing(member: Client) -> None:
    response = send(member, "post", "/api/questions", {"question": "sex = male", "by": ["shoe_size"]})
    assert response.status_code == 422
    assert response.json()["problems"][0]["path"] == "by"
    assert not Question.objects.exists()


def test_what_others_keep_is_not_there(person: Person, other: Client) -> None:
    saved = keep(person)
    address = f"/api/saved/{saved.pk}"
    for method, where, body in (
        ("patch", address, {"name": "Mine"}),
        ("delete", address, None),
        ("put", f"{address}/link", None),
        ("delete", f"{address}/link", None),
    ):
        assert send(other, method, where, body).status_code == 404
    assert other.post(f"/saved/{saved.pk}", {"do": "delete"}).status_code == 404
    assert SavedQuestion.objects.get().link is None


def test_the_page_keeps_a_question_and_lists_it(member: Client) -> None:
    member.post("/saved", {"name": "Low-dose CT", "bar": ["sex = male", "modality = CT"], "by": "sex"})
    page = member.get("/saved").content.decode()
    assert "Kept as “Low-dose CT”." in page
    assert "sex is male or modality is CT (computed tomography)" in page
    assert '<input type="hidden" name="by" value="sex">' in page
    assert 'href="/search?bar=sex+%3D+male&amp;bar=modality+%3D+CT&amp;by=sex"' in page


def test_a_name_that_is_taken_can_be_changed_without_losing_the_question(
    member: Client, person: Person
) -> None:
    keep(person)
    response = member.post("/saved", {"name": "Low-dose CT", "bar": "modality = MR"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "You keep another question named “Low-dose CT”." in page
    assert '<input type="hidden" name="bar" value="modality = MR">' in page


def test_the_page_renames_shares_and_deletes(member: Client, person: Person) -> None:
    saved = keep(person)
    keep(person, "Taken")
    address = f"/saved/{saved.pk}"
    assert (
        "Now named “New”."
        in member.post(address, {"do": "rename", "name": "New"}, follow=True).content.decode()
    )
    refused = member.post(address, {"do": "rename", "name": "Taken"})
    assert (refused.status_code, f'href="#name-{saved.pk}"' in refused.content.decode()) == (422, True)
    member.post(address, {"do": "share"})
    saved.refresh_from_db()
    assert f"http://testserver/shared/{saved.link}" in member.get("/saved").content.decode()
    member.post(address, {"do": "unshare"})
    member.post(address, {"do": "explode"})
    assert SavedQuestion.objects.get(pk=saved.pk).link is None
    member.post(address, {"do": "delete"})
    assert [one.name for one in SavedQuestion.objects.all()] == ["Taken"]


def test_an_empty_list_leads_to_the_search(member: Client) -> None:
    assert "You keep no question yet." in member.get("/saved").content.decode()


def test_another_member_sees_and_asks_a_shared_question_under_their_own_name(
    person: Person, other: Client
) -> None:
    actions.ask(person=person, question=WOMEN_IN_CT, purpose="A secret purpose", request_id="r")
    saved = actions.share_question(saved=keep(person))

    page = other.get(f"/shared/{saved.link}").content.decode()
    assert "Shared by Researcher" in page
    assert cohort.to_text(WOMEN_IN_CT) in page
    assert "A secret purpose" not in page
    other.post("/questions", {"bar": saved.text, "by": saved.breakdown})
    assert [one.asked_by.sub for one in Question.objects.order_by("asked_at")] == ["researcher", "another"]


def test_a_link_that_has_ended_or_never_was_leads_nowhere(person: Person, other: Client) -> None:
    saved = actions.share_question(saved=keep(person))
    ended = saved.link
    actions.unshare_question(saved=saved)
    assert other.get(f"/shared/{ended}").status_code == 404
    assert other.get(f"/shared/{uuid4()}").status_code == 404


def test_a_shared_question_is_for_members(person: Person) -> None:
    saved = actions.share_question(saved=keep(person))
    outsider = signed_in(make_person("outsider", is_member=False))
    assert outsider.get(f"/shared/{saved.link}").status_code == 403
    assert Client().get(f"/shared/{saved.link}").status_code == 302
