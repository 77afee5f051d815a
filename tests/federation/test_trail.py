"""What a question leaves behind at hub and nodes: a record, one request id, and no exact number."""

from __future__ import annotations

import json

import pytest

from caimera.client import Hub, SearchResult
from tests.federation.demo import Demo


@pytest.fixture(scope="module")
def asked(demo: Demo) -> SearchResult:
    with Hub(demo.hub_url, demo.token("researcher")) as hub:
        return hub.search("modality = PT and sex = female", purpose="a question to be found again")


def test_hub_and_every_node_have_it_in_their_trail(demo: Demo, asked: SearchResult) -> None:
    statement = "SELECT detail::text FROM audit_record WHERE object = %s"
    for site in ("hub", "trials", "genomics", "community"):
        details = [json.loads(text) for (text,) in demo.rows(site, statement, f"question:{asked.id}")]
        assert any(detail.get("purpose") == "a question to be found again" for detail in details), site


def test_a_node_knows_a_pseudonym_and_not_the_person(demo: Demo, asked: SearchResult) -> None:
    persons = demo.rows("hub", "SELECT sub, email FROM people_person")
    (trail,) = demo.rows("trials", "SELECT string_agg(detail::text || actor, ' ') FROM audit_record")[0]
    assert asked.closed
    assert not [word for person in persons for word in person if word and word in trail]


def test_one_request_id_crosses_hub_and_nodes(demo: Demo, asked: SearchResult) -> None:
    statement = "SELECT DISTINCT request_id FROM audit_record WHERE object = %s AND request_id <> ''"
    found = {
        request_id
        for site in ("hub", "trials", "genomics", "community")
        for (request_id,) in demo.rows(site, statement, f"question:{asked.id}")
    }
    assert len(found) == 1
    (request_id,) = found
    logs = {path.stem for path in (demo.home / "logs").glob("*.log") if request_id in path.read_text()}
    assert any(name.startswith("hub") for name in logs)


def test_the_trail_cannot_be_changed(demo: Demo, asked: SearchResult) -> None:
    assert asked.closed
    for statement in (
        "UPDATE audit_record SET act = 'x'",
        "DELETE FROM audit_record",
        "TRUNCATE audit_record",
    ):
        with pytest.raises(Exception, match="append"):
            demo.rows("hub", statement)
