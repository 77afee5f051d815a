"""A request that is too large is refused before it is received."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from caimera.web.bodies import MOST, MOST_WITH_FILES, within_bounds

FORM = b"multipart/form-data; boundary=x"


class Upload:
    """A client that sends pieces for as long as it is listened to."""

    def __init__(
        self, *, path: str = "/join", kind: bytes = b"", told: int | None = None, pieces: int = 0
    ) -> None:
        headers = [(b"content-type", kind)] if kind else []
        headers += [(b"Content-Length", str(told).encode())] if told is not None else []
        self.scope: dict[str, Any] = {"type": "http", "path": path, "headers": headers}
        self.left, self.taken = pieces, 0
        self.answers: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        self.left -= 1
        self.taken += 1
        return {"type": "http.request", "body": bytes(1_000_000), "more_body": self.left > 0}

    async def send(self, message: dict[str, Any]) -> None:
        self.answers.append(message)

    @property
    def status(self) -> int:
        return self.answers[0]["status"]


async def reads_all(scope: Any, receive: Any, send: Any) -> None:
    """As Django does it: the whole body first."""
    while (await receive())["more_body"]:
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})


def sent(upload: Upload) -> Upload:
    async_to_sync(within_bounds(reads_all))(upload.scope, upload.receive, upload.send)
    return upload


def test_two_gigabytes_are_refused_without_a_byte_of_them_received() -> None:
    upload = sent(Upload(kind=FORM, told=2_000_000_000, pieces=2_000))
    assert (upload.status, upload.taken) == (413, 0)
    assert (b"connection", b"close") in upload.answers[0]["headers"]
    assert b"at most 60 MB" in upload.answers[1]["body"]


def test_what_does_not_say_how_large_it_is_is_cut_off() -> None:
    upload = sent(Upload(kind=FORM, pieces=2_000))
    assert (upload.status, upload.taken) == (413, MOST_WITH_FILES // 1_000_000 + 1)


def test_the_api_is_answered_with_a_problem() -> None:
    path = "/api/join/1/forms/document-checklist/files/training"
    for upload in (
        sent(Upload(path="/api/cases", kind=b"application/json", told=MOST + 1)),
        sent(Upload(path=path, kind=FORM, told=2_000_000_000, pieces=2_000)),
    ):
        assert (upload.status, upload.taken) == (413, 0)
        assert json.loads(upload.answers[1]["body"])["title"] == "The request is too large."


@pytest.mark.parametrize(
    ("kind", "told", "pieces", "status"),
    [
        (FORM, 60_000_000, 60, 200),
        (b"", 2_000_000, 2, 200),
        (b"text/plain", None, 3, 413),
        (b"", None, 1, 200),
    ],
)
def test_only_forms_with_files_may_be_large(kind: bytes, told: int | None, pieces: int, status: int) -> None:
    assert sent(Upload(kind=kind, told=told, pieces=pieces)).status == status


def test_other_connections_pass_as_they_are() -> None:
    seen: list[str] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    async_to_sync(within_bounds(application))({"type": "websocket"}, None, None)  # type: ignore[arg-type]
    assert seen == ["websocket"]
