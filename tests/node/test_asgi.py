"""The node under an ASGI server."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from caimera.node.asgi import app

pytestmark = pytest.mark.django_db


async def _said(scope: dict[str, Any], *incoming: dict[str, Any]) -> list[dict[str, Any]]:
    """What the application says to a server that says `incoming` and then waits."""
    said: list[dict[str, Any]] = []
    coming, waiting = iter(incoming), asyncio.Event()

    async def receive() -> dict[str, Any]:
        for event in coming:
            return event
        await waiting.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    await app(scope, receive, send)
    return said


def test_the_server_is_told_of_start_and_stop() -> None:
    events = ({"type": "lifespan.startup"}, {"type": "lifespan.shutdown"})
    said = async_to_sync(_said)({"type": "lifespan"}, *events)
    assert [message["type"] for message in said] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]


def test_requests_are_answered_by_django() -> None:
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/healthz",
        "raw_path": b"/healthz",
        "query_string": b"",
        "headers": [(b"host", b"testserver")],
    }
    start, body = async_to_sync(_said)(scope, {"type": "http.request", "body": b""})
    assert (start["status"], body["body"]) == (200, b'{"status": "ok"}')
