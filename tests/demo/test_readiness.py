"""Whether a site is ready, by what it answers."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from caimera.demo.home import Home
from caimera.demo.readiness import _presence_problem, readiness_problem
from caimera.demo.simulator import Client, save_clients
from caimera.demo.sites import CLI_CLIENT


class Answer(BaseHTTPRequestHandler):
    said = (200, b"")

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        status, body = self.said
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def address() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ((200, b'{"status": "ready", "problems": {}}'), ""),
        ((503, b'{"problems": {"worker": "No worker.", "database": "No tables."}}'), "No worker. No tables."),
        ((502, b"<html>"), "it answers with status 502."),
        ((500, b"[]"), "it answers with status 500."),
        ((500, b"{}"), "it answers with status 500."),
    ],
)
def test_a_site_says_what_is_missing(
    address: str, said: tuple[int, bytes], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Answer, "said", said)
    assert readiness_problem(address) == problem


def test_a_site_that_is_not_there_is_not_ready() -> None:
    assert readiness_problem("http://127.0.0.1:1") == "it does not answer."


def test_a_hub_that_cannot_say_whom_it_heard_is_not_ready(home: Home) -> None:
    save_clients(home.simulator / "clients.json", [Client(CLI_CLIENT, "Program")])
    assert "does not answer" in _presence_problem(home, {"hub": 1, "login": 2})
