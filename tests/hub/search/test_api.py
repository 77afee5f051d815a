from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from django.http import StreamingHttpResponse
from django.test import AsyncClient, Client

from caimera.hub.search.api import _events
from caimera.hub.search.bell import bell
from caimera.hub.search.models import Question
from caimera.people.models import Person
from caimera.vocabulary import VERSION, VOCABULARY
from tests.hub.conftest import FakeNode, answer, make_person, open_dataset
from tests.hub.search.test_actions import ask, say

pytestmark = pytest.mark.django_db

MakeNode = Callable[..., FakeNode]


@pytest.fixture
def member(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def post(client: Client, address: str, body: object) -> Any:
    return client.post(address, json.dumps(body), content_type="application/json")


def test_a_member_asks_and_gets_the_question_back(
    member: Client, person: Person, make_node: MakeNode
) -> None:
    make_node("trials")
    response = post(member, "/api/questions", {"question": "sex = female", "purpose": "Feasibility"})

    assert response.status_code == 201
    body = response.json()
    assert body["question"]["text"] == "sex = female"
    assert body["question"]["json"] == {"variable": "sex", "operator": "EQUALS", "value": "female"}
    assert body["state"] == "open"
    assert [(node["id"], node["state"]) for node in body["nodes"]] == [("trials", "waiting")]
    assert Question.objects.get(pk=body["id"]).asked_by == person


def test_a_question_may_come_in_its_json_form(member: Client) -> None:
    question = {"variable": "sex", "operator": "EQUALS", "value": "female"}
    response = post(member, "/api/questions", {"question": question})

    assert response.status_code == 201
    assert response.json()["question"]["canonical"] == "sex = female"


def test_the_request_id_reaches_the_trail(member: Client) -> None:
    from caimera.audit.queries import trail

    member.post(
        "/api/questions",
        json.dumps({"question": "sex = female"}),
        content_type="application/json",
        headers={"X-Request-ID": "from-the-browser-1"},
    )
    assert trail(act="question.asked").get().request_id == "from-the-browser-1"


def test_a_question_that_cannot_be_read_says_where_and_how_to_mend_it(member: Client) -> None:
    response = post(member, "/api/questions", {"question": "sexx = female"})

    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    (problem,) = response.json()["problems"]
    assert set(problem) == {"path", "message", "fix"}
    assert "sex" in problem["fix"]
    assert not Question.objects.exists()


@pytest.mark.parametrize(
    ("body", "path"),
    [({}, "question"), ({"question": "sex = female", "purpose": "x" * 601}, "purpose"), ([], "body")],
)
def test_a_body_of_the_wrong_form_names_the_field(body: object, path: str, member: Client) -> None:
    response = post(member, "/api/questions", body)

    assert response.status_code == 422
    assert path in response.json()["problems"][0]["path"]


def test_a_body_that_is_no_json_is_a_problem(member: Client) -> None:
    response = member.post("/api/questions", "{", content_type="application/json")

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("size", [300_000, 2_000_000])
def test_a_body_larger_than_a_question_is_refused(size: int, member: Client) -> None:
    response = post(member, "/api/questions", {"question": "x" * size})

    assert response.status_code == 413
    assert "256 kB" in response.json()["detail"]


MEMBERS_ONLY = [
    ("get", "/api/questions"),
    ("post", "/api/questions"),
    ("get", f"/api/questions/{uuid4()}"),
    ("get", f"/api/questions/{uuid4()}/stream"),
    ("get", "/api/nodes"),
]


@pytest.mark.parametrize(("method", "address"), MEMBERS_ONLY)
def test_a_visitor_is_told_to_sign_in(method: str, address: str) -> None:
    response = getattr(Client(), method)(address)

    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "address"), MEMBERS_ONLY)
def test_who_is_no_member_is_told_how_to_become_one(method: str, address: str) -> None:
    client = Client()
    client.force_login(make_person("outsider", is_member=False))
    response = getattr(client, method)(address)

    assert response.status_code == 403
    assert response["Content-Type"] == "application/problem+json"
    assert "member" in response.json()["detail"]


def test_another_persons_question_is_not_there(member: Client) -> None:
    question = ask(make_person("another"))

    for address in (f"/api/questions/{question.pk}", f"/api/questions/{question.pk}/stream"):
        response = member.get(address)
        assert response.status_code == 404
        assert response["Content-Type"] == "application/problem+json"


def test_a_question_is_read_with_its_answers(member: Client, person: Person, make_node: MakeNode) -> None:
    node = make_node("trials")
    question = ask(person)
    say(node, answer(question.pk, open_dataset(7)))

    body = member.get(f"/api/questions/{question.pk}").json()
    assert body["state"] == "closed"
    assert body["totals"]["subjects"] == {"kind": "exact", "value": 7, "step": None, "bound": None}
    assert body["nodes"][0]["datasets"][0]["title"] == "Open dataset"


def test_the_history_comes_in_parts(member: Client, person: Person) -> None:
    questions = [ask(person) for _ in range(3)]
    ask(make_person("another"))

    body = member.get("/api/questions", {"limit": 2, "offset": 1}).json()
    assert body["count"] == 3
    assert [row["id"] for row in body["questions"]] == [str(questions[1].pk), str(questions[0].pk)]


def test_the_history_says_how_many_answered(member: Client, person: Person, make_node: MakeNode) -> None:
    node, _ = make_node("trials"), make_node("genomics", present=False)
    question = ask(person)
    say(node, answer(question.pk))

    (row,) = member.get("/api/questions").json()["questions"]
    assert (row["nodes"], row["answered"], row["state"]) == (2, 1, "closed")


def test_a_question_is_read_without_being_asked(member: Client) -> None:
    body = post(member, "/api/questions/parse", {"question": "sex = Female"}).json()

    assert (body["text"], body["canonical"], body["problems"]) == ("sex = female", "sex = female", [])
    assert len(body["hash"]) == 64
    assert body["words"]
    assert body["json"] == {"variable": "sex", "operator": "EQUALS", "value": "female"}
    assert not Question.objects.exists()


def test_a_question_of_lens_is_read_like_any_other(member: Client) -> None:
    chip = {"key": "SNOMEDCT263495000", "type": "EQUALS", "value": "SNOMEDCT248152002"}
    tree = {
        "operand": "OR",
        "children": [{"operand": "AND", "children": [{"operand": "OR", "children": [chip]}]}],
    }
    payload = base64.b64encode(json.dumps({"ast": tree, "id": "1"}).encode()).decode()
    for question in ({"ast": tree, "id": "1"}, {"lang": "ast", "payload": payload}, "sex = female"):
        body = post(member, "/api/questions/parse", {"question": question}).json()
        assert (body["canonical"], body["lens"]["ast"]) == ("sex = female", tree)

    chip["value"] = "SNOMEDCT1"
    (problem,) = post(member, "/api/questions/parse", {"question": {"ast": tree}}).json()["problems"]
    assert problem["path"] == "/ast/children/0/children/0/children/0/value"


def test_a_broken_tree_is_no_crash(member: Client) -> None:
    for question in ({"ast": {}}, {"operand": "OR"}, {"lang": "ast", "query": "\ud800"}, {"key": "\ud800"}):
        response = post(member, "/api/questions/parse", {"question": question})
        assert response.status_code == 200
        assert response.json()["problems"]


def test_reading_a_broken_question_says_what_is_wrong(member: Client) -> None:
    response = post(member, "/api/questions/parse", {"question": "sex ="})

    assert response.status_code == 200
    assert response.json()["canonical"] is None
    assert response.json()["problems"][0]["message"]


def test_who_is_no_member_may_read_a_question_and_a_visitor_may_not() -> None:
    client = Client()
    assert post(client, "/api/questions/parse", {"question": "sex = female"}).status_code == 401
    client.force_login(make_person("outsider", is_member=False))
    assert post(client, "/api/questions/parse", {"question": "sex = female"}).status_code == 200


def test_anyone_reads_the_vocabulary() -> None:
    body = Client().get("/api/vocabulary").json()

    assert body["version"] == VERSION
    assert [variable["name"] for variable in body["variables"]] == [
        item.name for item in VOCABULARY.variables
    ]
    (sex,) = (variable for variable in body["variables"] if variable["name"] == "sex")
    assert "SCT:248152002" in {value["code"] for value in sex["values"]}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("clean_tables")
def test_a_stream_gives_the_state_and_ends(person: Person, make_node: MakeNode) -> None:
    node = make_node("trials")
    question = ask(person)
    say(node, answer(question.pk, open_dataset(7)))

    async def journey() -> tuple[StreamingHttpResponse, bytes]:
        client = AsyncClient()
        await client.aforce_login(person)
        response = await client.get(f"/api/questions/{question.pk}/stream")
        assert isinstance(response, StreamingHttpResponse)
        body = b"".join([chunk async for chunk in response])  # type: ignore[union-attr]
        await bell().close()
        return response, body

    response, body = async_to_sync(journey)()
    assert response["Content-Type"] == "text/event-stream"
    assert (response["Cache-Control"], response["X-Accel-Buffering"]) == ("no-cache", "no")
    state, done, rest = body.decode().split("\n\n")
    assert state.startswith("event: state\ndata: ")
    assert json.loads(state.removeprefix("event: state\ndata: "))["totals"]["subjects"]["value"] == 7
    assert (done, rest) == ("event: done\ndata: {}", "")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("clean_tables")
def test_who_asks_for_events_gets_them_at_once(person: Person) -> None:
    async def journey() -> tuple[int, str]:
        client = AsyncClient()
        await client.aforce_login(person)
        response = await client.post(
            "/api/questions",
            json.dumps({"question": "modality = CT"}),
            content_type="application/json",
            headers={"accept": "text/event-stream"},
        )
        body = b"".join([chunk async for chunk in response])  # type: ignore[attr-defined]
        await bell().close()
        return response.status_code, body.decode()

    status, body = async_to_sync(journey)()
    state, *_ = body.split("\n\n")
    assert status == 201
    assert json.loads(state.removeprefix("event: state\ndata: "))["question"]["canonical"] == "modality = CT"
    assert body.endswith("event: done\ndata: {}\n\n")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("clean_tables")
def test_a_silent_stream_is_kept_open_by_comments(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    question = ask(person)

    async def journey() -> list[bytes]:
        events = _events(question.pk, keep_alive=0.05)
        seen = [await anext(events)]
        while seen.count(b": waiting\n\n") < 2:  # on a slow machine the node becomes slow in between
            seen.append(await anext(events))
        await bell().close()
        return seen

    state, *others = async_to_sync(journey)()
    assert state.startswith(b"event: state")
    assert all(one == b": waiting\n\n" or one.startswith(b"event: state") for one in others)
