"""The page on which a person sees all a site knows of them, takes it along, and is forgotten."""

from __future__ import annotations

from typing import Any, cast

import pytest
from django.test import Client

from caimera.audit.actions import record
from caimera.audit.models import Record
from caimera.audit.sequencing import sequence
from caimera.cohort import parse
from caimera.hub.search.actions import ask, save_question
from caimera.hub.search.models import Question, SavedQuestion
from caimera.people.models import Person
from tests.people.test_forgetting import rosa

__all__ = ["rosa"]

pytestmark = pytest.mark.django_db(transaction=True)

QUESTION = parse("modality = CT")


@pytest.fixture
def visitor(rosa: Person) -> Client:
    """Rosa's browser, after she asked one question and kept it."""
    ask(person=rosa, question=QUESTION, purpose="for Rosa's thesis", request_id="r")
    save_question(person=rosa, name="Rosa's own", question=QUESTION)
    client = Client()
    client.force_login(cast(Any, rosa))
    return client


def test_a_visitor_is_sent_to_sign_in() -> None:
    for address in ("/me", "/me.json", "/me/forget"):
        response = Client().get(address)
        assert (response.status_code, response["Location"].partition("?")[0]) == (302, "/sign-in")


def test_the_page_shows_what_is_known_and_nothing_of_others(visitor: Client, rosa: Person) -> None:
    record_of_other()
    page = visitor.get("/me").content.decode()
    assert "rosa@example.org" in page
    assert rosa.sub in page
    assert 'href="/questions">Questions you asked</a>: 1' in page
    assert 'href="/saved">Questions you keep</a>: 1' in page
    assert 'href="/me/trail">Records of the trail that name you</a>: 4' in page
    assert "omar" not in page.lower()
    known, _heading, nothing = page.partition("Nothing so far:")
    assert "Tokens you made" in nothing
    assert "Questions you asked" not in nothing
    assert "yes, by the community's group" in known.replace("&#x27;", "'")
    assert "Researcher. " in known


def test_everything_can_be_taken_along(visitor: Client) -> None:
    response = visitor.get("/me.json")
    known = response.json()
    assert response["Content-Disposition"] == 'attachment; filename="about-me.json"'
    assert "no-store" in response["Cache-Control"]
    assert known["person"]["name"] == "Rosa Researcher"
    assert [one["purpose"] for one in known["questions"]] == ["for Rosa's thesis"]
    assert [one["name"] for one in known["saved_questions"]] == ["Rosa's own"]
    assert {"question.asked", "question.saved", "membership.gained"} <= {one["act"] for one in known["trail"]}


def test_reading_it_stands_in_the_trail(visitor: Client, rosa: Person) -> None:
    visitor.get("/me.json")
    read = Record.objects.get(act="trail.read")
    assert (read.actor, read.detail["about"]) == (rosa.actor, "self")


def test_nobody_is_forgotten_by_looking(visitor: Client, rosa: Person) -> None:
    page = visitor.get("/me/forget").content.decode()
    assert "Forget me for good" in page
    assert Person.objects.get(pk=rosa.pk).name == "Rosa Researcher"


def test_the_forgotten_are_nowhere_and_signed_out(visitor: Client, rosa: Person) -> None:
    sequence(wait=True)
    response = visitor.post("/me/forget")
    assert "You are forgotten here" in response.content.decode()
    assert visitor.get("/me").status_code == 302
    assert not SavedQuestion.objects.exists()
    assert Question.objects.get().purpose == ""
    assert not Record.objects.filter(actor=f"person:{rosa.sub}").exists()
    assert Person.objects.get(pk=rosa.pk).name == ""


def test_a_form_from_elsewhere_forgets_nobody(rosa: Person) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast(Any, rosa))
    assert strict.post("/me/forget").status_code == 403
    assert Person.objects.get(pk=rosa.pk).name == "Rosa Researcher"


def record_of_other() -> None:
    from django.db import transaction

    with transaction.atomic():
        record(act="access.refused", actor="person:omar", object="route:omars")
