"""Things that go wrong while the federation runs, and how it says so."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import httpx

from caimera.client import Hub
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
