"""How large a request may be: told before it is received, and counted while it is.

Django receives a whole request before anything of ours sees it. So this stands before Django, in the ASGI
application: a body that says it is too large is not received at all, and one that does not say is cut off.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]

MOST_WITH_FILES = 60_000_000
"""Bytes of a form that brings files: three of the largest at once."""
MOST = 2_000_000
"""Bytes of every other request."""

SENTENCE = (
    "The request is too large and was not received. Send fewer or smaller files at once: at most 60 MB."
)


class _TooLarge(Exception):
    """More came than may come."""


def within_bounds(application: Application) -> Application:
    """The application, which never sees a body larger than it may be; such a request is answered with 413."""

    async def bounded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        limit = _limit(scope)
        if _told_length(scope) > limit:
            await _refuse(scope, send)
            return
        try:
            await application(scope, _counted(receive, limit), send)
        except _TooLarge:
            await _refuse(scope, send)

    return bounded


def _counted(receive: Receive, limit: int) -> Receive:
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise _TooLarge
        return message

    return counted


def _header(scope: Scope, name: bytes) -> bytes:
    return next((value for key, value in scope["headers"] if key.lower() == name), b"")


def _limit(scope: Scope) -> int:
    brings_files = _header(scope, b"content-type").lower().startswith(b"multipart/form-data")
    return MOST_WITH_FILES if brings_files else MOST


def _told_length(scope: Scope) -> int:
    told = _header(scope, b"content-length")
    return int(told) if told.isdigit() else 0


async def _refuse(scope: Scope, send: Send) -> None:
    """Say so and end the connection: what is still coming is not waited for."""
    kind, body = b"text/plain; charset=utf-8", SENTENCE.encode()
    if scope["path"].startswith("/api/"):
        kind = b"application/problem+json"
        body = json.dumps({"title": "The request is too large.", "detail": SENTENCE, "problems": []}).encode()
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
