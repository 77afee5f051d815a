"""A connection to the broker that can do what a simulated node needs, and nothing else.

Hundreds of nodes on the machine of their hub are to take little of its processors: this costs a fifth of
`transport.Link`, which comes back by itself, bounds what waits and tells what went wrong.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

import nkeys


class LeanConnection(asyncio.Protocol):
    """Signs in by key; hears one subject, each message in the loop itself."""

    def __init__(self, seed: str, subject: str, heard: Callable[[bytes], None]) -> None:
        self._keys = nkeys.from_seed(bytearray(seed.encode()))
        self._subject = subject
        self._heard = heard
        self._unread = b""
        self._ready = asyncio.Event()

    async def open(self, url: str) -> None:
        """Connect and wait until the broker has taken the subscription."""
        address = urlsplit(url)
        await asyncio.get_running_loop().create_connection(lambda: self, address.hostname, address.port)
        await self._ready.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The broker may speak before `open` goes on."""
        self._transport = cast(asyncio.Transport, transport)

    def publish(self, subject: str, data: bytes) -> None:
        """Hand a message to the broker."""
        self._transport.write(b"PUB %b %d\r\n%b\r\n" % (subject.encode(), len(data), data))

    def data_received(self, data: bytes) -> None:
        """Take every whole line, and every whole message with what it carries."""
        self._unread += data
        while (end := self._unread.find(b"\r\n")) >= 0:
            word, _, rest = self._unread[:end].partition(b" ")
            begin = end + 2
            if word == b"MSG":
                size = int(rest.rpartition(b" ")[2])
                if len(self._unread) < begin + size + 2:
                    return
                payload = self._unread[begin : begin + size]
                begin += size + 2
                self._unread = self._unread[begin:]
                self._heard(payload)
                continue
            self._unread = self._unread[begin:]
            self._obey(word, rest)

    def _obey(self, word: bytes, rest: bytes) -> None:
        if word == b"INFO" and not self._ready.is_set():
            self._sign_in(json.loads(rest)["nonce"])
        elif word == b"PING":
            self._transport.write(b"PONG\r\n")
        elif word == b"PONG":
            self._ready.set()
        elif word == b"-ERR":
            raise SystemExit(f"The broker refuses a simulated node: {rest.decode()}")

    def _sign_in(self, nonce: str) -> None:
        signature = base64.urlsafe_b64encode(self._keys.sign(nonce.encode())).rstrip(b"=")
        told = {
            "verbose": False,
            "pedantic": False,
            "lang": "python3",
            "version": "1",
            "protocol": 1,
            "nkey": self._keys.public_key.decode(),
            "sig": signature.decode(),
        }
        self._transport.write(
            b"CONNECT %b\r\nSUB %b 1\r\nPING\r\n" % (json.dumps(told).encode(), self._subject.encode())
        )
