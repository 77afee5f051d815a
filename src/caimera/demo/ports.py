"""Ports nobody else listens on."""

from __future__ import annotations

import socket
from collections.abc import Mapping

from caimera.demo.sites import HOST

_TRIED = 40
"""How many ports above the preferred one are tried before the system is asked for any."""


def chosen(preferred: Mapping[str, int], kept: Mapping[str, int]) -> dict[str, int]:
    """A free port for each name: the one it had, else the preferred one, else one shortly above."""
    ports: dict[str, int] = {}
    for name, port in preferred.items():
        wanted = [kept.get(name, port), port, *range(port + 20, port + 20 + _TRIED)]
        ports[name] = next((p for p in wanted if p not in ports.values() and is_free(p)), 0) or any_port()
    return ports


def is_free(port: int) -> bool:
    """Whether nobody listens on the port; connections that are only fading away do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            return False
    return True


def any_port() -> int:
    """A port the system gives away, of its thousands: two that ask at once get two."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
