from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from caimera.hub.asgi import app
from caimera.hub.search.bell import bell

pytestmark = pytest.mark.django_db


async def _life(*messages: str) -> list[str]:
    """What the application says to a server that starts and stops it."""
    incoming, said = iter(messages), list[str]()

    async def receive() -> dict[str, str]:
        return {"type": next(incoming)}

    async def send(message: dict[str, Any]) -> None:
        said.append(message["type"])

    await app({"type": "lifespan"}, receive, send)
    return said


def test_the_server_is_told_of_start_and_stop() -> None:
    assert async_to_sync(_life)("lifespan.startup", "lifespan.shutdown") == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("clean_tables")
def test_the_bell_is_silenced_when_the_server_stops() -> None:
    from uuid import uuid4

    async def journey() -> bool:
        async with bell().place(uuid4()):
            await _life("lifespan.shutdown")
            return bell()._task is not None and bell()._task.done()

    assert async_to_sync(journey)()


def test_requests_are_answered_by_django() -> None:
    async def journey() -> tuple[int, bytes]:
        said: list[dict[str, Any]] = []
        waiting = asyncio.Event()
        requests = iter([{"type": "http.request", "body": b""}])

        async def receive() -> dict[str, Any]:
            for request in requests:
                return request
            await waiting.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            said.append(message)

        scope = {
            "type": "http",
            "method": "GET",
            "path": "/healthz",
            "raw_path": b"/healthz",
            "query_string": b"",
            "headers": [(b"host", b"testserver")],
        }
        await app(scope, receive, send)
        return said[0]["status"], said[1]["body"]

    assert async_to_sync(journey)() == (200, b'{"status": "ok"}')
