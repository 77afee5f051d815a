"""What the command line does to a demo: launch it, follow it, look at it, stop it, delete it."""

from __future__ import annotations

import os
import secrets
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from caimera.demo.errors import NotRunning, SupervisorLost
from caimera.demo.home import Home
from caimera.demo.processes import MARK, ask_to_end, belonging_to, end_all
from caimera.demo.readiness import readiness_problem
from caimera.demo.simulator import PERSONAS, issuer_at
from caimera.demo.sites import SITES, surroundings, url
from caimera.demo.state import Phase, ServiceState, State, read, write

_ENDED = (Phase.STOPPED, Phase.FAILED)
_GLANCE = 0.1
_ORDERLY = 40.0
"""Seconds an orderly stop may take before force is used."""


class Launch:
    """A supervisor just started, which may outlive this process; `run` is its name in the state."""

    def __init__(self, run: str, pid: int) -> None:
        self.run = run
        self.pid = pid
        self._ended = False

    def has_ended(self) -> bool:
        """Whether it is gone."""
        if not self._ended:
            self._ended = os.waitpid(self.pid, os.WNOHANG)[0] == self.pid
        return self._ended

    def wait(self) -> None:
        """Return when it is gone."""
        while not self.has_ended():
            time.sleep(_GLANCE)


def launch(home: Home, *, small: bool, detached: bool) -> Launch:
    """Start a supervisor. Unless `detached`, it stops when this process ends. Raises NotADemo."""
    home.prepare()
    run = secrets.token_hex(8)
    arguments = (str(home.root), run, "small" if small else "full", "detached" if detached else "foreground")
    pid = os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "caimera.demo.supervisor", *arguments],
        {**surroundings(home), MARK: str(home.root)},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, home.log("supervisor"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )
    return Launch(run, pid)


def follow(home: Home, launched: Launch | None = None) -> Iterator[State]:
    """The state of a start, again and again until it is ready or has failed.

    Without `launched`, that of a start somebody else began. Raises SupervisorLost.
    """
    while True:
        alive = home.is_held() if launched is None else not launched.has_ended()
        state = read(home)
        if launched is None or state.run == launched.run:
            yield state
            if state.phase is Phase.READY or (state.phase in _ENDED and not alive):
                return
            if not alive:
                raise _lost(home)
        elif not alive:
            if not home.is_held():
                raise _lost(home)
            launched = None  # another supervisor was quicker
        time.sleep(_GLANCE)


def _lost(home: Home) -> SupervisorLost:
    return SupervisorLost(f"The supervisor ended without a word. Read {home.log('supervisor')}.")


def stop(home: Home) -> bool:
    """Stop the demo and whatever a crash left of it; False when nothing was running."""
    if not home.exists():
        return False
    state, was_running = read(home), home.is_held()
    if was_running and state.supervisor:
        ask_to_end(state.supervisor, home)
    deadline = time.monotonic() + _ORDERLY
    while home.is_held() and time.monotonic() < deadline:
        time.sleep(_GLANCE)
    left = end_all(home)
    if left or state.phase is Phase.READY:
        write(home, read(home).model_copy(update={"phase": Phase.STOPPED, "services": []}))
    return was_running or left > 0


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """`problem` is empty when the site is ready."""

    id: str
    name: str
    url: str
    ready: bool
    problem: str


@dataclass(frozen=True, slots=True)
class Status:
    """`phase` is that of the state, or `crashed`: the supervisor is gone without having stopped."""

    home: str
    phase: str
    problem: str
    sites: tuple[SiteStatus, ...]
    issuer: str
    mail: str
    """The folder in which every letter of the demo is kept."""
    services: tuple[ServiceState, ...]
    left_over: tuple[int, ...]
    """Processes of a supervisor that is gone; `caimera demo down` ends them."""

    def as_json(self) -> dict[str, object]:
        """For `caimera demo status --json`."""
        personas = [
            {"id": person.id, "name": person.name, "role": person.role} for person in PERSONAS.values()
        ]
        return {
            "home": self.home,
            "phase": self.phase,
            "problem": self.problem,
            "sites": [asdict(site) for site in self.sites],
            "issuer": self.issuer,
            "mail": self.mail,
            "services": [service.model_dump() for service in self.services],
            "left_over": list(self.left_over),
            "personas": personas,
        }


def status(home: Home) -> Status:
    """How the demo stands now, each site asked."""
    state, held = read(home), home.is_held()
    return Status(
        home=str(home.root),
        phase=str(state.phase) if held or state.phase in _ENDED else "crashed",
        problem=state.problem,
        sites=tuple(_site_status(site.id, site.name, url(state.ports[site.id])) for site in SITES)
        if held
        else (),
        issuer=issuer_at(state.ports["login"]) if held else "",
        mail=str(home.mail),
        services=tuple(state.services) if held else (),
        left_over=() if held else tuple(belonging_to(home)),
    )


def _site_status(site: str, name: str, address: str) -> SiteStatus:
    problem = readiness_problem(address)
    return SiteStatus(site, name, address, not problem, problem)


def require_running(home: Home) -> State:
    """The state of a demo that is ready. Raises NotRunning."""
    state = read(home)
    if not home.is_held() or state.phase is not Phase.READY:
        raise NotRunning
    return state
