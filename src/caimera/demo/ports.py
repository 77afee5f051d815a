"""Ports nobody else listens on, nor is about to."""

from __future__ import annotations

import socket
from collections.abc import Mapping

from caimera.demo.sites import HOST

_TRIED = 40
"""How many ports above the preferred one are tried before the system is asked for any."""

_claimed: set[int] = set()
"""What this process has told other demos of this machine to leave alone, until it ends."""


def chosen(preferred: Mapping[str, int], kept: Mapping[str, int]) -> dict[str, int]:
    """A free port for each name: the one it had, else the preferred one, else one shortly above.

    It is kept for this process until it ends: services may listen minutes later, when their data are made.
    """
    ports: dict[str, int] = {}
    for name, port in preferred.items():
        wanted = [kept.get(name, port), port, *range(port + 20, port + 20 + _TRIED)]
        ports[name] = (
            next((p for p in wanted if p not in ports.values() and _is_mine(p)), 0) or _any_of_mine()
        )
    return ports


def _any_of_mine() -> int:
    while not _is_mine(port := any_port()):
        pass
    return port


def _is_mine(port: int) -> bool:
    """Whether this process has claimed a free port, now or before.

    A claim is a name among the system's abstract sockets: of everybody on this machine one can hold it, and
    no crash leaves it behind. A socket bound to the port itself would be in the way of who is to listen.
    """
    if port in _claimed:
        return is_free(port)
    with socket.socket(socket.AF_UNIX) as claim:
        try:
            claim.bind(f"\0caimera-port-{port}")
        except OSError:
            return False
        if not is_free(port):
            return False
        claim.detach()  # open until the process ends
    _claimed.add(port)
    return True


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
