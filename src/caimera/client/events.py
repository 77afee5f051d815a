"""Server-sent events, read as they arrive (WHATWG HTML, 9.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def events(chunks: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each event's name and data; an event cut off by the end of the stream is not one."""
    name, data = "message", list[str]()
    for line in _lines(chunks):
        field, _, value = line.partition(":")
        if not line:
            if data:
                yield name, "\n".join(data)
            name, data = "message", []
        elif field == "event":
            name = value.removeprefix(" ")
        elif field == "data":
            data.append(value.removeprefix(" "))


def _lines(chunks: Iterable[str]) -> Iterator[str]:
    """Lines end with LF or CRLF alone: a title may hold any other separator of Unicode."""
    rest = ""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split("\n")
        for line in whole:
            yield line.removesuffix("\r")
