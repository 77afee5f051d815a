"""The node's two programs as processes: they start, do their work, and end in order when told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from django.db import connection

from caimera.demo.broker import Broker
from caimera.demo.ports import any_port
from caimera.node.agent.identity import node_card
from caimera.node.agent.models import Heartbeat
from caimera.node.datasets.actions import register_crate
from caimera.transport import broker_config
from tests.node.conftest import Hub
from tests.node.crates import folder, random_holding

pytestmark = pytest.mark.django_db(transaction=True)


def wait_for(fact: Callable[[], Any], *, seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)


@contextmanager
def program(*arguments: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """A `caimera node` process on this test's database."""
    address = urlsplit(os.environ["CAIMERA_NODE_DATABASE_URL"])
    database = address._replace(path="/" + quote(connection.settings_dict["NAME"])).geturl()
    environment = {**os.environ, "CAIMERA_NODE_DATABASE_URL": database, **settings}
    process = subprocess.Popen([sys.executable, "-m", "caimera", "node", *arguments], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def broker(tmp_path: Path, hub: Hub) -> Iterator[Broker]:
    running = Broker(tmp_path / "nats", any_port())
    keys = {node_card().site: node_card().broker_key}
    running.configure(
        broker_config(
            port=running.port, hub_key=hub.card.broker_key, node_keys=keys, store_dir=running.directory
        )
    )
    running.start()
    yield running
    running.stop()


def test_the_agent_prepares_its_data_connects_and_ends_in_order(broker: Broker, tmp_path: Path) -> None:
    register_crate(path=folder(random_holding(1, patients=5).write(tmp_path)), actor="system")
    site = tmp_path / "site"
    with program("agent", CAIMERA_NODE_BROKER_URL=broker.url, CAIMERA_NODE_DATA_DIR=str(site)) as process:
        wait_for(Heartbeat.objects.filter(link="connected", problem="").exists)
        wait_for(lambda: list(site.glob("index/index-*")))
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert not Heartbeat.objects.exists()


def test_a_killed_agent_is_missed_and_the_next_one_takes_over(broker: Broker, tmp_path: Path) -> None:
    settings = {"CAIMERA_NODE_BROKER_URL": broker.url, "CAIMERA_NODE_DATA_DIR": str(tmp_path / "site")}
    with program("agent", **settings) as process:
        wait_for(Heartbeat.objects.filter(link="connected").exists)
        process.kill()
    last = Heartbeat.objects.get().seen_at
    with program("agent", **settings):
        wait_for(Heartbeat.objects.filter(link="connected", seen_at__gt=last).exists)
    assert Heartbeat.objects.count() == 1


def test_the_server_answers_and_ends_in_order() -> None:
    port = any_port()
    with program("serve", "--port", str(port)) as process:
        site = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Host": "testserver"})
        wait_for(lambda: _answers(site))
        assert "Not running" in site.get("/").text
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        site.close()
    assert process.returncode in (0, -signal.SIGTERM)  # uvicorn passes the signal on when all is closed


def _answers(site: httpx.Client) -> bool:
    try:
        return site.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False
