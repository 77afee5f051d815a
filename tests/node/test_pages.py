"""What people and operators see of a node."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from caimera.cohort import parse
from caimera.node.agent import health, metrics
from caimera.node.agent.actions import beat
from caimera.node.agent.models import Heartbeat
from caimera.node.datasets.actions import register_crate
from caimera.node.datasets.queries import visible_releases
from caimera.node.mediator.actions import answer_question
from caimera.node.mediator.queries import visible_questions
from caimera.node.sources import IndexedSource
from caimera.people.models import Person
from caimera.receiving.actions import refuse_messages
from tests.node.conftest import KEY, NOW, Hub, ask_of, letter_of
from tests.node.crates import folder, random_holding

pytestmark = pytest.mark.django_db


def make_person(*groups: str) -> Person:
    """A member who signed in a moment ago, in further groups inside the membership group."""
    member = settings.SITE.membership_group
    inner = [member.replace("#", f":{group}#") for group in groups]
    return Person.objects.create(
        issuer=settings.SITE.oidc_issuer,
        sub="-".join(("person", *groups)),
        name="Some Person",
        entitlements=[member, *inner],
        in_membership_group=True,
        checked_at=timezone.now(),
    )


def page(person: Person | None = None) -> str:
    client = Client()
    if person is not None:
        client.force_login(person)
    response = client.get("/")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.fixture
def asked(tmp_path: Path, source: IndexedSource) -> None:
    """A node with two datasets that was asked one question."""
    for number, policy in ((1, "open"), (2, "protected")):
        written = random_holding(number, patients=5).write(tmp_path)
        register_crate(path=folder(written), policy=policy, actor="system")
    answer_question(letter=letter_of(ask_of(parse("modality = CT"))), source=source, now=NOW, key=KEY)


@pytest.mark.usefixtures("asked")
def test_anyone_sees_name_state_and_number_of_datasets(hub: Hub) -> None:
    seen = page()
    assert "<h1" in seen
    assert settings.SITE.site_name in seen
    assert "A node of the federation around The hub." in seen
    assert "It holds 2 datasets that can be asked." in seen
    assert "Data holders who sign in" in seen


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("groups", [None, (), ("committee",)])
def test_others_than_data_holders_see_neither_datasets_nor_questions(groups: tuple[str, ...] | None) -> None:
    person = None if groups is None else make_person(*groups)
    seen = page(person)
    assert "Collection 1" not in seen
    assert "modality = CT" not in seen
    assert not visible_releases(person).exists()
    assert not visible_questions(person).exists()


@pytest.mark.usefixtures("asked")
def test_a_data_holder_sees_datasets_with_their_policies_and_the_questions() -> None:
    seen = page(make_person("data-holders"))
    for word in ("Collection 1", "Collection 2", "open", "protected", "Test Hospital"):
        assert word in seen
    for word in ("modality = CT", "lung study", "a-pseudonym", "answered"):
        assert word in seen


def test_a_data_holder_reads_why_a_question_was_refused(source: IndexedSource) -> None:
    answer_question(letter=letter_of(ask_of(parse("modality = CT"))), source=source, now=NOW, key=KEY)
    seen = page(make_person("data-holders"))
    assert "This node has no published dataset yet." in seen
    assert "No dataset is registered." in seen


def test_a_new_node_says_what_is_missing() -> None:
    seen = page(make_person("data-holders"))
    assert "This node belongs to no federation yet." in seen
    assert "It holds 0 datasets that can be asked." in seen
    assert "No question has reached this node yet." in seen


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("connected", "Connected: questions are answered"),
        ("reconnecting", "No connection to the federation"),
        ("closed", "No connection to the federation"),
        (None, "Not running: no questions reach this node"),
    ],
)
def test_the_state_is_said_in_words(link: str | None, words: str) -> None:
    if link is not None:
        beat(link=link, problem="")
    assert words in page()


def test_an_agent_that_fell_silent_is_taken_for_dead() -> None:
    beat(link="connected", problem="")
    Heartbeat.objects.update(seen_at=timezone.now() - timedelta(seconds=25))
    assert "Not running" in page()
    assert str(Heartbeat.objects.get()).endswith(" connected")


def test_the_page_is_for_reading_only() -> None:
    assert Client().post("/").status_code == 405


@pytest.mark.parametrize(
    ("link", "problem", "said"),
    [
        (None, "", "Start `caimera node agent`"),
        ("reconnecting", "", "no connection to the broker"),
        ("connected", "The crate cannot be used.", "The crate cannot be used."),
    ],
)
def test_a_node_is_not_ready_and_says_why(link: str | None, problem: str, said: str) -> None:
    if link is not None:
        beat(link=link, problem=problem)
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert said in response.json()["problems"]["agent"]


def test_a_node_is_ready_when_its_agent_is_connected() -> None:
    beat(link="connected", problem="")
    response = Client().get("/readyz")
    assert (response.status_code, response.json()["status"]) == (200, "ready")


def test_without_its_database_a_node_is_not_ready_and_has_no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(now: datetime) -> None:
        raise DatabaseError("nobody answers")

    monkeypatch.setattr(health, "heartbeat", away)
    monkeypatch.setattr(metrics, "heartbeat", away)
    assert "database does not answer" in Client().get("/readyz").json()["problems"]["agent"]
    assert "caimera_node_" not in Client().get("/metrics").content.decode()


@pytest.mark.usefixtures("asked")
def test_the_figures_follow_the_database(source: IndexedSource) -> None:
    beat(link="connected", problem="")
    refuse_messages(code="malformed", sentence="No envelope.")
    figures = Client().get("/metrics").content.decode().splitlines()
    for line in (
        "caimera_node_connected 1.0",
        "caimera_node_datasets 2.0",
        'caimera_node_questions_total{outcome="answered"} 1.0',
        'caimera_node_questions_total{outcome="refused"} 0.0',
        'caimera_node_messages_refused_total{reason="malformed"} 1.0',
    ):
        assert line in figures
