"""What operators see of a hub: readiness, figures, the description of its API."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import OperationalError, connection
from django.test import Client
from ninja import NinjaAPI
from prometheus_client.registry import Collector

from caimera.hub.federation.actions import beat
from caimera.hub.federation.metrics import FederationFigures
from caimera.hub.federation.models import Node, Worker
from caimera.hub.search.metrics import SearchFigures
from caimera.hub.search.models import NodeAnswer
from caimera.hub.urls import api
from caimera.people.models import Person
from caimera.receiving.actions import refuse_messages
from caimera.receiving.models import Refusal, UsedNonce
from tests.hub.conftest import FakeNode, answer
from tests.hub.search.test_actions import ask, say

pytestmark = pytest.mark.django_db

MakeNode = Callable[..., FakeNode]


def test_a_hub_is_ready_when_a_worker_reaches_the_broker() -> None:
    assert Client().get("/readyz").json()["problems"].keys() == {"worker"}
    beat(worker_id="one", link="connected")

    response = Client().get("/readyz")
    assert (response.status_code, response.json()["status"]) == (200, "ready")


def test_the_figures_follow_the_database(person: Person, make_node: MakeNode) -> None:
    node, _ = make_node("trials"), make_node("genomics", present=False)
    say(node, answer(ask(person).pk))
    refuse_messages(site="trials", code="malformed", sentence="No JSON.")

    figures = Client().get("/metrics").content.decode().splitlines()
    for line in (
        "caimera_questions_total 1.0",
        'caimera_node_answers_total{node="genomics",state="offline"} 1.0',
        'caimera_node_answers_total{node="trials",state="answered"} 1.0',
        'caimera_nodes{state="present"} 1.0',
        'caimera_nodes{state="away"} 1.0',
        'caimera_messages_refused_total{node="trials",reason="malformed"} 1.0',
    ):
        assert line in figures


@pytest.mark.parametrize("figures", [FederationFigures(), SearchFigures()])
def test_there_are_no_figures_while_the_database_is_away(figures: Collector) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("gone")

    with connection.execute_wrapper(refuse):
        assert list(figures.collect()) == []


def test_rows_name_themselves_to_operators(person: Person, make_node: MakeNode) -> None:
    node = make_node("trials")
    question = ask(person)
    refuse_messages(site="trials", code="malformed", sentence="No JSON.")
    beat(worker_id="one", link="connected")
    say(node, answer(question.pk))

    rows = [
        question,
        NodeAnswer.objects.get(),
        Node.objects.get(),
        Refusal.objects.get(),
        Worker.objects.get(),
    ]
    assert [str(row) for row in rows] == [
        "sex = female and modality = CT",
        "trials: answered",
        "The trials node",
        "trials malformed 1",
        "one (connected)",
    ]
    assert str(UsedNonce.objects.get()).startswith("trials ")


def test_no_figure_names_a_person(person: Person) -> None:
    ask(person)

    assert person.sub not in Client().get("/metrics").content.decode()


OPERATIONS = [
    (path, method, operation)
    for path, methods in NinjaAPI.get_openapi_schema(api)["paths"].items()
    for method, operation in methods.items()
]


OPEN_TO_ALL = ("/api/about", "/api/vocabulary", "/api/catalogue", "/api/catalogue/{dataset_id}")
"""What anyone may read without signing in, on purpose."""


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_operation_is_described_with_its_errors(path: str, method: str, operation: dict) -> None:
    assert operation["summary"]
    assert operation["description"]
    open_to_all = path in OPEN_TO_ALL
    assert ("401" in {str(status) for status in operation["responses"]}) is not open_to_all
    assert ("security" in operation) is not open_to_all


def test_the_description_is_published() -> None:
    body = Client().get("/api/openapi.json").json()

    assert body["info"]["title"] == "Caimera hub"
    assert "/api/questions/{question_id}/stream" in body["paths"]
    stream = body["paths"]["/api/questions/{question_id}/stream"]["get"]["responses"]["200"]
    assert "text/event-stream" in stream["content"]
