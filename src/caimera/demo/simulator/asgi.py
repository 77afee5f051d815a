"""HTTP for the provider: a table of routes and just enough ASGI to serve it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from caimera.demo.simulator.errors import OAuthError

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]

LARGEST_BODY = 64 * 1024
LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True, slots=True)
class Request:
    query: Mapping[str, str]
    form: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: str = ""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Request], Response]


def answer_json(document: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON that nobody may keep (RFC 6749, 5.1)."""
    return Response(
        status, json.dumps(document), "application/json", {"cache-control": "no-store", **(headers or {})}
    )


def answer_page(html: str, status: int = 200) -> Response:
    headers = {
        "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        "referrer-policy": "no-referrer",
    }
    return Response(status, html, "text/html; charset=utf-8", headers)


def redirect(address: str) -> Response:
    return Response(303, "", "text/plain", {"location": address, "cache-control": "no-store"})


class Application:
    """Serves `routes`, a handler for each (method, path), to this machine alone."""

    def __init__(
        self, routes: Mapping[tuple[str, str], Handler], on_error: Callable[[str, OAuthError], Response]
    ):
        self._routes = routes
        self._on_error = on_error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = self._respond(scope, await _body(receive))
        content = response.body.encode()
        headers = {
            "content-type": response.content_type,
            "content-length": str(len(content)),
            **response.headers,
        }
        await send(
            {
                "type": "http.response.start",
                "status": response.status,
                "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            }
        )
        await send({"type": "http.response.body", "body": content})

    def _respond(self, scope: Scope, body: bytes) -> Response:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if headers.get("host", "").rpartition(":")[0] not in LOOPBACK:
            return Response(421, "This sign-in simulator answers on this machine only.", "text/plain")
        if len(body) > LARGEST_BODY:
            return Response(413, "The request is too large.", "text/plain")
        handler = self._routes.get((scope["method"], scope["path"]))
        if handler is None:
            return Response(404, "There is nothing at this address.", "text/plain")
        try:
            return handler(Request(_fields(scope["query_string"]), _fields(body), headers))
        except OAuthError as error:
            return self._on_error(scope["path"], error)


async def _body(receive: Receive) -> bytes:
    body = b""
    while len(body) <= LARGEST_BODY:
        event = await receive()
        body += event.get("body", b"")
        if not event.get("more_body"):
            break
    return body


def _fields(encoded: bytes) -> dict[str, str]:
    """The fields of a query or a form; a field may come only once (RFC 6749, 3.1)."""
    pairs = parse_qsl(encoded.decode("latin-1"))
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise OAuthError("invalid_request", "A field was sent more than once.")
    return fields
