"""Programs watched: started, looked at, started again when they end, stopped."""

from __future__ import annotations

import contextlib
import logging
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from caimera.demo.broker import BrokerProblem
from caimera.demo.postgres import PostgresProblem
from caimera.demo.processes import Command, start
from caimera.demo.state import ServiceState

logger = logging.getLogger(__name__)

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_STEADY = 60.0
"""Seconds after which a service counts as steady and its next pause is short again."""


class Service(Protocol):
    """What the database, the broker and a program have in common."""

    log: Path
    process: subprocess.Popen[bytes] | None

    def start(self) -> None:
        """Start it, and wait until it answers where that is quick."""

    def stop(self) -> None:
        """Stop it in order, or by force after a while; no error when it is not running."""


class Program:
    """A command as a service."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self.log = command.log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = start(self.command)

    def stop(self) -> None:
        stop_all([self])


def stop_all(programs: Iterable[Program], wait: float = 8.0) -> None:
    """Stop programs at the same time; those that take longer than `wait` seconds by force."""
    running = [(program, program.process) for program in programs if program.process]
    for _, process in running:
        process.terminate()
    deadline = time.monotonic() + wait
    for program, process in running:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
        process.kill()
        process.wait()
        program.process = None


class Watched:
    """A service that is started again when it ends, after a pause that doubles each time."""

    def __init__(self, name: str, service: Service) -> None:
        self.name = name
        self.service = service
        self.restarts = 0
        self.last_exit = ""
        self._pause = _FIRST_PAUSE
        self._since = 0.0
        self._due: float | None = None

    def start(self, now: float) -> None:
        """Start it for the first time; errors of the service come through."""
        self._since = now
        self.service.start()

    def look(self, now: float) -> bool:
        """Notice an end and start again when the pause is over; says whether anything changed."""
        if self._due is not None:
            return now >= self._due and self._start_again(now)
        process = self.service.process
        if process is None or process.poll() is None:
            return False
        self._plan(now, _how_it_ended(process.returncode))
        return True

    def _plan(self, now: float, last_exit: str) -> None:
        self.last_exit = last_exit
        if now - self._since >= _STEADY:
            self._pause = _FIRST_PAUSE
        self._due = now + self._pause
        logger.warning("%s %s; starting it again in %.1f s", self.name, last_exit, self._pause)
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)

    def _start_again(self, now: float) -> bool:
        self.restarts += 1
        self._since, self._due = now, None
        try:
            self.service.start()
        except (PostgresProblem, BrokerProblem) as error:
            self._plan(now, f"did not start: {error}")
        return True

    def state(self) -> ServiceState:
        """As `caimera demo status` shows it."""
        process = self.service.process
        running = self._due is None and process is not None
        return ServiceState(
            name=self.name,
            pid=process.pid if process and running else None,
            state="running" if running else "stopped" if self._due is None else "restarting",
            restarts=self.restarts,
            last_exit=self.last_exit,
            log=str(self.service.log),
        )


def _how_it_ended(code: int) -> str:
    return f"ended by signal {-code}" if code < 0 else f"ended with status {code}"
