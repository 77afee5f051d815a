"""The hub's two programs as processes: they start, do their work, and end in order when told to."""

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
from caimera.hub.federation.broker import configuration
from caimera.hub.federation.models import Worker
from caimera.hub.search.models import Question
from caimera.people.models import Person
from tests.hub.conftest import FakeNode
from tests.hub.search.test_actions import ask

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_tables")]

MakeNode = Callable[..., FakeNode]


def wait_for(fact: Callable[[], Any], *, seconds: float = 120.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := fact()):
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)
    return found


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    running = Broker(tmp_path / "nats", any_port())
    running.configure(configuration(port=running.port, store_dir=running.directory))
    running.start()
    yield running
    running.stop()


@contextmanager
def program(*arguments: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """A `caimera hub` process on this test's database."""
    address = urlsplit(os.environ["CAIMERA_HUB_DATABASE_URL"])
    database = address._replace(path="/" + quote(connection.settings_dict["NAME"])).geturl()
    environment = {**os.environ, "CAIMERA_HUB_DATABASE_URL": database, **settings}
    command = [sys.executable, "-c", "from caimera.cli.main import main; main()", "hub", *arguments]
    process = subprocess.Popen(command, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_the_worker_sends_what_waits_and_ends_in_order(
    person: Person, make_node: MakeNode, broker: Broker
) -> None:
    make_node("trials")
    question = ask(person)

    with program("worker", CAIMERA_HUB_BROKER_URL=broker.url) as process:
        wait_for(lambda: Question.objects.filter(pk=question.pk, closed_at__isnull=False).exists())
        wait_for(lambda: Worker.objects.filter(link="connected").exists())
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert not Worker.objects.exists()


def test_the_server_answers_and_ends_in_order_also_while_somebody_follows(
    person: Person, make_node: MakeNode
) -> None:
    make_node("trials")
    port = any_port()
    question = ask(person)

    with program("serve", "--port", str(port)) as process:
        site = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Host": "testserver"})
        wait_for(lambda: _answers(site))
        site.cookies.set("caimera_hub_session", _session(person))
        with site.stream("GET", f"/api/questions/{question.pk}/stream") as stream:
            assert stream.headers["content-type"] == "text/event-stream"
            assert next(stream.iter_lines()) == "event: state"
            process.send_signal(signal.SIGTERM)
            process.wait(60)
    assert process.returncode in (0, -signal.SIGTERM)  # uvicorn passes the signal on when all is closed


def _answers(site: httpx.Client) -> bool:
    try:
        return site.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


def _session(person: Person) -> str:
    from django.test import Client

    client = Client()
    client.force_login(person)
    return client.cookies["caimera_hub_session"].value
