"""The same acts as JSON."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from caimera.people.models import Person
from caimera.people.personal_tokens import make_token
from tests.hub.conftest import make_person
from tests.hub.onboarding.conftest import INTEREST
from tests.hub.onboarding.journeys import People, advance, given
from tests.looking import browser

pytestmark = pytest.mark.django_db


def post(client: Client, address: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    answer = client.post(f"/api{address}", body, content_type="application/json")
    return answer.status_code, answer.json()


def test_a_case_goes_its_way_by_json(hugo: Person, people: People) -> None:
    mine, support = browser(hugo), browser(people("engagement"))
    status, case = post(mine, "/join", {"workflow": "data-holder"})
    assert (status, case["state"], case["you_may"]) == (201, "draft", ["submit", "withdraw"])
    address = f"/join/{case['id']}"
    form = f"/api{address}/forms/expression-of-interest"
    kept = mine.put(form, {"given": {"subjects": ["many"]}}, content_type="application/json").json()
    assert kept["problems"]["subjects"].startswith("Write a number")
    assert mine.get(form).json() == kept
    status, problem = post(mine, f"{address}/events", {"event": "submit"})
    assert status == 422
    assert {
        "path": "organisation_name",
        "message": "Answer this.",
        "fix": "Compare with the form's page.",
    } in (problem["problems"])
    sent = {"event": "submit", "answers": given(INTEREST), "seen": 0}
    status, case = post(mine, f"{address}/events", sent)
    assert (status, case["state"], case["waits_for"]) == (200, "submitted", ["engagement"])
    assert case["filed"][0]["answers"]["subjects"] == 1200
    assert post(mine, f"{address}/events", sent)[0] == 409
    (line,) = support.get("/api/cases?waiting=true").json()["cases"]
    assert (line["id"], line["title"]) == (case["id"], "Hospital of Nowhere")
    assert "answers" not in line
    theirs = f"/cases/{case['id']}"
    status, problem = post(support, f"{theirs}/events", {"event": "accept"})
    assert status == 409
    assert problem["detail"].endswith("You may: return, invite, decline, hand-over.")
    assert post(support, f"{theirs}/events", {"event": "invite", "seen": 1})[1]["state"] == "questionnaires"
    assert support.get("/api/cases?waiting=true").json() == {"cases": []}
    assert [one["event"] for one in support.get(f"/api{theirs}").json()["steps"]] == ["submit", "invite"]
    assert [one["id"] for one in mine.get("/api/join").json()["cases"]] == [case["id"]]


def test_what_is_not_theirs_is_not_there(hugo: Person, people: People) -> None:
    case = advance(people, hugo, "submitted")
    stranger, engagement = browser(make_person("stranger")), browser(people("engagement"))
    for client in (stranger, engagement):
        assert client.get(f"/api/join/{case.pk}").status_code == 404
        assert post(client, f"/join/{case.pk}/events", {"event": "withdraw"})[0] == 404
    assert stranger.get("/api/cases").status_code == 403
    assert browser(people("legal-board")).get(f"/api/cases/{case.pk}").status_code == 404
    assert browser(hugo).get(f"/api/cases/{case.pk}").status_code == 403
    assert Client().get("/api/join").status_code == 401
    assert post(browser(hugo), "/join", {"workflow": "membership"})[0] == 404
    assert browser(hugo).get(f"/api/join/{uuid4()}").status_code == 404
    assert browser(hugo).get(f"/api/join/{case.pk}/forms/tax-return").status_code == 404
    late = browser(hugo).put(
        f"/api/join/{case.pk}/forms/decision", {"given": {}}, content_type="application/json"
    )
    assert late.status_code == 404


def test_a_token_opens_what_it_was_made_for(people: People) -> None:
    engagement = people("engagement")
    for scopes, status in ((["cases.see"], 200), (["members.read"], 403)):
        _row, words = make_token(person=engagement, name=str(status), scopes=scopes, days=1)
        answer = Client().get("/api/cases", headers={"Authorization": f"Bearer {words}"})
        assert answer.status_code == status
