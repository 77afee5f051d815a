"""Readers of an event stream that take nothing: what they cost, and that others do not notice."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import httpx
import psutil
import pytest
from django.db import connection
from django.utils import timezone

from caimera.demo.ports import any_port
from caimera.hub.search.models import Question
from caimera.people.models import Person
from tests.hub.conftest import answer, open_dataset
from tests.hub.search.test_actions import ask, say
from tests.hub.test_openapi import signed_in
from tests.hub.test_processes import MakeNode, program, wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_tables")]

NO_LIMITS = {"CAIMERA_HUB_REQUESTS_PER_MINUTE": "0", "CAIMERA_HUB_QUESTIONS_PER_MINUTE": "0"}
MEGABYTE = 1024 * 1024
EACH_AT_MOST = 0.3
"""Megabytes a reader may cost the server."""


@contextmanager
def reader(port: int, path: str, headers: dict[str, str]) -> Iterator[socket.socket]:
    """A connection that asks for a stream and never reads it, with next to no room for what comes."""
    with socket.socket() as connected:
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        connected.settimeout(60)
        connected.connect(("127.0.0.1", port))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        connected.sendall(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode())
        yield connected


def database_connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "count", [pytest.param(60, id="sixty"), pytest.param(1000, id="thousand", marks=pytest.mark.long)]
)
def test_readers_that_take_nothing_cost_little_and_hold_nobody_up(
    count: int, person: Person, make_node: MakeNode
) -> None:
    node = make_node("trials")
    question = ask(person)
    Question.objects.update(deadline_at=timezone.now() + timedelta(minutes=5))
    port = any_port()
    headers = {"Host": "testserver", **signed_in(person)}
    path = f"/api/questions/{question.pk}/stream"

    with (
        program("serve", "--port", str(port), CAIMERA_HUB_DATABASE_POOL="true", **NO_LIMITS) as server,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as site,
    ):
        wait_for(lambda: _alive(site), seconds=120)
        process = psutil.Process(server.pid)
        before = process.memory_info().rss
        with ExitStack() as readers:
            for _ in range(count):
                readers.enter_context(reader(port, path, headers))
            wait_for(lambda: len(process.net_connections("tcp")) > count, seconds=120)
            with site.stream("GET", path) as stream:
                events = (line for line in stream.iter_lines() if line.startswith("event: "))
                assert next(events) == "event: state"
                assert say(node, answer(question.pk, *(open_dataset(7) for _ in range(100))))
                assert list(events)[-1] == "event: done"
            assert site.get("/api/questions").json()["count"] == 1
            assert process.memory_info().rss - before < (60 + EACH_AT_MOST * count) * MEGABYTE
            assert database_connections() <= 15
        assert site.get("/healthz").status_code == 200


def _alive(site: httpx.Client) -> bool:
    try:
        return site.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False
