"""Things that go wrong while the federation runs, and how it says so."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import httpx
import pytest

from caimera.client import ClientError, Hub
from tests.federation.demo import Demo


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> bool:
    """Whether something becomes true within a generous time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.2)
    return False


def kill(demo: Demo, service: str) -> None:
    """End a service without a chance to tidy up."""
    pid = demo.service(service).pid
    assert pid, f"{service} is not running"
    os.kill(pid, signal.SIGKILL)


def states(hub: Hub) -> dict[str, str]:
    return {node.id: node.state for node in hub.search("modality = US").nodes}


def test_a_killed_agent_is_shown_offline_and_comes_back(demo: Demo) -> None:
    with Hub(demo.hub_url, demo.token("researcher")) as hub:
        kill(demo, "trials-agent")
        seen = states(hub)
        assert seen["genomics"] == seen["community"] == "answered"
        assert seen["trials"] in {"offline", "answered"}
        assert wait_until(lambda: states(hub)["trials"] == "answered")
    assert demo.service("trials-agent").restarts >= 1


def test_a_killed_broker_is_waited_for(demo: Demo) -> None:
    with Hub(demo.hub_url, demo.token("researcher")) as hub:
        kill(demo, "broker")
        assert wait_until(lambda: set(states(hub).values()) == {"answered"})


def test_a_killed_worker_loses_no_question(demo: Demo) -> None:
    with demo.api("researcher") as api:
        kill(demo, "hub-worker")
        asked = api.post("/api/questions", json={"question": "modality = NM", "purpose": "survives"}).json()

        def answered() -> bool:
            state = api.get(f"/api/questions/{asked['id']}").json()
            return {node["state"] for node in state["nodes"]} == {"answered"}

        assert wait_until(answered)


def test_every_site_says_how_it_is(demo: Demo) -> None:
    for site in ("hub", "trials", "genomics", "community"):
        address = demo.url(site)
        assert httpx.get(f"{address}/healthz").status_code == 200
        assert wait_until(lambda address=address: httpx.get(f"{address}/readyz").status_code == 200)
        assert "python_info" in httpx.get(f"{address}/metrics").text


def settled(demo: Demo, question_id: str) -> Callable[[], bool]:
    """Whether every node has answered a question; what is down meanwhile is waited for."""

    def fact() -> bool:
        try:
            with demo.api("researcher") as api:
                read = api.get(f"/api/questions/{question_id}")
            return read.is_success and {node["state"] for node in read.json()["nodes"]} == {"answered"}
        except (httpx.HTTPError, ClientError):
            return False

    return fact


def numbers(demo: Demo, question_id: str) -> dict[str, int | None]:
    """What each dataset said."""
    with demo.api("researcher") as api:
        state = api.get(f"/api/questions/{question_id}").json()
    return {row["id"]: row["subjects"]["value"] for node in state["nodes"] for row in node["datasets"]}


def asked(demo: Demo, text: str) -> str:
    """Ask, as soon as the hub takes questions; returns the id it acknowledged."""
    found: list[str] = []

    def fact() -> bool:
        try:
            with demo.api("researcher") as api:
                taken = api.post("/api/questions", json={"question": text, "purpose": "in bad weather"})
        except (httpx.HTTPError, ClientError):
            return False
        found.extend([taken.json()["id"]] if taken.status_code == 201 else [])
        return bool(found)

    assert wait_until(fact)
    return found[0]


STEADY = 65
"""Seconds after which a service that is killed again is started again without a long pause."""

VICTIMS = ("database", "broker", "hub-serve", "hub-worker", "genomics-agent")
TEXT = "modality = MR and sex = female"


@pytest.fixture(scope="module")
def undisturbed(demo: Demo) -> dict[str, int | None]:
    """What the datasets say to the question when nothing is killed, and all were heard since the last was."""
    with Hub(demo.hub_url, demo.token("researcher")) as hub:
        assert wait_until(lambda: {node.state for node in hub.nodes()} == {"present"})
    question_id = asked(demo, TEXT)
    assert wait_until(settled(demo, question_id))
    return numbers(demo, question_id)


@pytest.mark.parametrize("victim", VICTIMS)
def test_what_was_acknowledged_is_answered_whatever_is_killed_meanwhile(
    demo: Demo, undisturbed: dict[str, int | None], victim: str
) -> None:
    assert weathered(demo, victim) == undisturbed


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("victim", VICTIMS)
def test_and_that_ten_times(demo: Demo, undisturbed: dict[str, int | None], victim: str) -> None:
    for _ in range(10):
        assert weathered(demo, victim) == undisturbed
        time.sleep(STEADY)


def weathered(demo: Demo, victim: str) -> dict[str, int | None]:
    """What the datasets say to a question while something is killed; asked again if that was too late."""
    for _ in range(3):
        question_id = asked(demo, TEXT)
        kill(demo, victim)
        assert wait_until(lambda: demo.service(victim).state == "running")
        if wait_until(settled(demo, question_id), 30):
            break
    shown = demo.rows("hub", "SELECT count(*) FROM search_question WHERE id = %s", question_id)
    assert shown == [(1,)]
    return numbers(demo, question_id)
