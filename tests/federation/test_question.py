"""The issue's question against the running demo, and what each person may see of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from caimera.client import Hub
from tests.federation.demo import Demo
from tests.independent.idc_counts import QUESTION, Counts, counts, titles

NODES = {"trials", "genomics", "community"}

_NOISE = 60
"""Noise with epsilon 0.28 is wider once in ten million draws."""
_NOT_FOLLOWED = 19
"""Parts of a question that change it by up to so many patients may be left out."""


@pytest.fixture(scope="module")
def answer(demo: Demo) -> dict[str, Any]:
    """What `caimera search --json` prints for the issue's question."""
    demo.token("researcher")
    printed = demo.caimera("search", "--hub", demo.hub_url, "--json", "--purpose", "a test", QUESTION)
    state: dict[str, Any] = json.loads(printed.stdout)
    return state


@pytest.fixture(scope="module")
def expected() -> dict[str, Counts]:
    """What the index itself says, by title of the collection; shares no code with us."""
    named = titles()
    return {named[collection]: found for collection, found in counts().items()}


def titled(row: dict[str, Any]) -> str:
    """The collection's own title, without what says that its clinical data are generated."""
    return str(row["title"]).removesuffix(" (clinical data generated)")


def datasets(answer: dict[str, Any], policy: str) -> list[dict[str, Any]]:
    return [row for node in answer["nodes"] for row in node["datasets"] if row["policy"] == policy]


def test_every_node_answers_and_applies_every_condition_but_ages_in_bands(answer: dict[str, Any]) -> None:
    assert answer["state"] == "closed"
    assert {node["id"]: node["state"] for node in answer["nodes"]} == dict.fromkeys(NODES, "answered")
    for node in answer["nodes"]:
        statuses = {condition["text"].split()[0]: condition["status"] for condition in node["conditions"]}
        assert statuses == {
            "modality": "applied",
            "body_part": "applied",
            "sex": "applied",
            "age_at_imaging": "approximated",
        }


def test_all_collections_are_accounted_for(answer: dict[str, Any], expected: dict[str, Counts]) -> None:
    said = [titled(row) for node in answer["nodes"] for row in node["datasets"]]
    assert sorted(said) == sorted(expected)
    assert len(said) == 164


def test_open_datasets_say_what_the_index_says(answer: dict[str, Any], expected: dict[str, Counts]) -> None:
    said = {
        titled(row): Counts(*(row[level]["value"] for level in ("subjects", "studies", "series")))
        for row in datasets(answer, "open")
    }
    kinds = {
        row[level]["kind"] for row in datasets(answer, "open") for level in ("subjects", "studies", "series")
    }
    assert said == {title: expected[title] for title in said}
    assert kinds == {"exact"}
    assert sum(found.subjects > 0 for found in said.values()) >= 5


def test_protected_datasets_say_no_exact_number(answer: dict[str, Any]) -> None:
    """They are asked in bands of five years, from 40 to 74; noise may carry a number under the minimum."""
    named = titles()
    in_bands = {named[collection]: found for collection, found in counts(ages=(40, 74)).items()}
    rows = datasets(answer, "protected")
    assert rows
    for row in rows:
        true = in_bands[titled(row)].subjects
        if true < 10:
            assert row["subjects"] == {"kind": "fewer_than", "value": None, "step": None, "bound": 10}
        elif row["subjects"]["kind"] == "fewer_than":
            assert true < 10 + _NOISE
        else:
            assert row["subjects"]["kind"] == "rounded"
            assert row["subjects"]["value"] % 5 == 0
            assert abs(row["subjects"]["value"] - true) <= _NOISE + _NOT_FOLLOWED
        assert row["studies"]["kind"] == row["series"]["kind"] == "withheld"
        assert row["studies"]["value"] is row["series"]["value"] is None


def test_totals_add_what_was_released_and_say_what_they_leave_out(answer: dict[str, Any]) -> None:
    released = [row["subjects"]["value"] or 0 for node in answer["nodes"] for row in node["datasets"]]
    assert answer["totals"]["subjects"]["value"] == sum(released)
    assert answer["totals"]["subjects"]["kind"] == "approximate"
    assert any("fewer than 10" in sentence for sentence in answer["totals"]["left_out"])


def test_the_python_client_says_the_same(demo: Demo, answer: dict[str, Any]) -> None:
    with Hub(demo.hub_url, demo.token("researcher")) as hub:
        result = hub.search(QUESTION, purpose="a test")
        states = [sum(node.state == "answered" for node in state.nodes) for state in hub.stream(QUESTION)]
    said = {row.id: row.subjects.value for row in result.datasets}
    assert said == {
        row["id"]: row["subjects"]["value"] for node in answer["nodes"] for row in node["datasets"]
    }
    assert states == sorted(states)
    assert states[-1] == len(NODES)


def test_another_wording_is_the_same_question(demo: Demo, answer: dict[str, Any]) -> None:
    ages = "age_at_imaging >= 40 and age_at_imaging <= 70"
    wording = f"({ages}) AND Sex = Male and body_part = Chest and modality in (ct)"
    with demo.api("researcher") as api:
        parsed = api.post("/api/questions/parse", json={"question": wording}).json()
    assert parsed["hash"] == answer["question"]["hash"]


def test_visitors_and_non_members_are_refused_in_a_sentence(demo: Demo) -> None:
    with demo.api() as visitor:
        refused = visitor.post("/api/questions", json={"question": QUESTION, "purpose": ""})
    assert refused.status_code == 401
    demo.token("newcomer")
    printed = demo.caimera("search", "--hub", demo.hub_url, QUESTION, check=False)
    assert printed.returncode != 0
    assert "member" in printed.stderr


def test_a_question_is_its_askers_own(demo: Demo, answer: dict[str, Any]) -> None:
    with demo.api("committee") as other:
        assert other.get(f"/api/questions/{answer['id']}").status_code == 404
        listed = other.get("/api/questions").json()
    assert answer["id"] not in json.dumps(listed)


def test_a_wrong_question_names_the_place_and_the_way_out(demo: Demo) -> None:
    demo.token("researcher")
    printed = demo.caimera("search", "--hub", demo.hub_url, "modalty = CT", check=False)
    assert printed.returncode == 2
    assert "modality" in printed.stderr
    assert "Traceback" not in printed.stderr


def test_nodes_are_listed_with_what_they_answer(demo: Demo) -> None:
    demo.token("researcher")
    printed = demo.caimera("nodes", "--hub", demo.hub_url).stdout
    assert all(
        name in printed for name in ("Clinical Trials Node", "Cancer Genomics Node", "Community Imaging Node")
    )
