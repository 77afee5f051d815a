"""Asks clamd whether a file carries something that is known to do harm.

clamd(8): `INSTREAM` takes the file in pieces, each after its length in four bytes, big end first; a length of
nothing ends it. The answer is `stream: OK`, or `stream: <name> FOUND`, or an error.
"""

from __future__ import annotations

import logging
import re
import socket
import struct

from django.utils.translation import gettext as _

from caimera.hub.documents.errors import DocumentRefused, ScannerAway

logger = logging.getLogger(__name__)

PATIENCE = 30.0
_PIECE = 1 << 16
_FOUND = re.compile(rb"^stream: (.+) FOUND")


def scan(address: str, content: bytes) -> None:
    """Let clamd at `unix:/path` or `tcp://host:port` look at a file.

    Raises:
        DocumentRefused: it knows what is in there, by this name.
        ScannerAway: it does not answer, or not with a verdict.
    """
    try:
        answer = _ask(address, content)
    except OSError as problem:
        logger.warning("clamd at %s does not answer: %s", address, problem)
        raise ScannerAway from problem
    if answer.startswith(b"stream: OK"):
        return
    if found := _FOUND.match(answer):
        name = found[1].decode(errors="replace")
        raise DocumentRefused(_("The virus scanner refuses this file: %s. Send a clean one.") % name)
    logger.warning("clamd at %s gives no verdict: %r", address, answer[:200])
    raise ScannerAway


def _ask(address: str, content: bytes) -> bytes:
    with _connected(address) as connection:
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), _PIECE):
            piece = content[start : start + _PIECE]
            connection.sendall(struct.pack("!L", len(piece)) + piece)
        connection.sendall(struct.pack("!L", 0))
        answer = b""
        while not answer.endswith(b"\0") and (more := connection.recv(4096)):
            answer += more
        return answer


def _connected(address: str) -> socket.socket:
    if address.startswith("unix:"):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(PATIENCE)
        try:
            connection.connect(address.removeprefix("unix:"))
        except OSError:
            connection.close()
            raise
        return connection
    host, _colon, port = address.removeprefix("tcp://").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE)
