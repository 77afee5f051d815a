"""`python -m caimera.demo.supervisor HOME RUN …`: prepares the demo, starts its services and watches them."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import time
from pathlib import Path

from caimera.demo.broker import BrokerProblem
from caimera.demo.errors import DemoError, NotReady, StepFailed, Stopped
from caimera.demo.home import Home
from caimera.demo.ports import chosen
from caimera.demo.postgres import PostgresProblem
from caimera.demo.preparation import Preparation, Report, Step
from caimera.demo.processes import Command, end_all, end_with_parent
from caimera.demo.readiness import problems
from caimera.demo.running import StopSign
from caimera.demo.services import Program, Watched, stop_all
from caimera.demo.sites import HUB, PREFERRED_PORTS, SITES, surroundings
from caimera.demo.state import Phase, State, StepState, read, write
from caimera.secrets import SecretsError
from caimera.web.running import share_in_long_turns

logger = logging.getLogger("caimera.demo")

_PATIENCE = 300.0
"""Seconds the services may take to become ready: ten start at once, on a machine that may be busy."""

_ELBOWS = 2.0
"""Seconds of trying to get hold of the home."""

_GLANCE = 0.2
"""Seconds between two looks at the services."""

_TROUBLE = (DemoError, PostgresProblem, BrokerProblem, SecretsError, OSError)


class Supervisor:
    """One run of the demo; `run` returns when it is told to stop or cannot start."""

    def __init__(self, home: Home, run: str, pid: int, stop_sign: StopSign, *, small: bool) -> None:
        before = read(home)
        ports = chosen(PREFERRED_PORTS, before.ports)
        login = before.ports.get("login", ports["login"]) if before.prepared else ports["login"]
        self.home = home
        self._pause = stop_sign.pause
        self._login_is_taken = login != ports["login"]
        self.state = State(
            ports=ports | {"login": login},
            prepared=before.prepared,
            run=run,
            supervisor=pid,
            phase=Phase.STARTING,
        )
        self.preparation = Preparation(home, self.state.ports, small=small, pause=stop_sign.pause)
        self.watched: list[Watched] = []

    def run(self) -> None:
        """Prepare, start and watch, until the stop sign is raised or something fails."""
        share_in_long_turns()  # so do all services that are started
        problem = f"Something unforeseen happened. Read {self.home.log('supervisor')}."
        self._write()
        try:
            self._prepare()
            self._start_services()
            self._enter(Phase.READY)
            logger.info("ready")
            while True:
                self._pause(_GLANCE)
                self._look()
        except Stopped:
            problem = ""
        except _TROUBLE as error:
            problem = str(error)
        finally:
            self._stop(problem)

    def _prepare(self) -> None:
        self._require_same_login()
        steps = self.preparation.steps(self.state.prepared)
        self.state.steps = [StepState(label=step.label) for step in steps]
        self.state.steps.append(StepState(label="Start the sites and wait until they are ready"))
        for step, shown in zip(steps, self.state.steps, strict=False):
            self._do(step, shown)

    def _require_same_login(self) -> None:
        """People are known by the address of their login service: elsewhere nobody is who they were."""
        if self._login_is_taken:
            raise StepFailed(
                f"Another program listens at port {self._port('login')}, where this demo's login service "
                "has to be: its people are known by that address. End that program (another demo?), or "
                "run `caimera demo reset`."
            )

    def _do(self, step: Step, shown: StepState) -> None:
        made_from = step.made_from and step.made_from()
        if made_from is not None and self.state.prepared.get(step.name) == made_from:
            shown.state = "skipped"
            return
        shown.state = "running"
        self._write()
        step.run(self._reporting(shown))
        shown.state, shown.detail = "done", ""
        if made_from is not None:
            self.state.prepared[step.name] = made_from
        self._write()

    def _reporting(self, shown: StepState) -> Report:
        def report(done: int, total: int, detail: str) -> None:
            if (done, total, detail) != (shown.done, shown.total, shown.detail):
                shown.done, shown.total, shown.detail = done, total, detail
                self._write()

        return report

    def _start_services(self) -> None:
        shown = self.state.steps[-1]
        shown.state = "running"
        database = Watched("database", self.preparation.cluster)
        self.watched = [database, Watched("broker", self.preparation.broker), *self._programs()]
        for watched in self.watched[1:]:
            watched.start(time.monotonic())
        self._write()
        self._await_readiness(self._reporting(shown))
        shown.state, shown.detail = "done", ""

    def _programs(self) -> list[Watched]:
        where = (str(self.home.simulator), str(self._port("login")))
        login = Command(
            name="login",
            arguments=(sys.executable, "-m", "caimera.demo.simulator", *where),
            environment=surroundings(self.home),
            log=self.home.log("login"),
        )
        mail = Command(
            name="mail",
            arguments=(
                sys.executable,
                "-m",
                "caimera.demo.mail",
                str(self.home.mail),
                str(self._port("mail")),
            ),
            environment=surroundings(self.home),
            log=self.home.log("mail"),
        )
        programs = [Watched("login", Program(login)), Watched("mail", Program(mail))]
        for site in SITES:
            for part in ("serve", "worker" if site is HUB else "agent"):
                name = f"{site.id}-{part}"
                more = ("--port", str(self._port(site.id))) if part == "serve" else ()
                command = self.preparation.command(site, part, *more, log=name)
                programs.append(Watched(name, Program(command)))
        return programs

    def _port(self, name: str) -> int:
        return self.state.ports[name]

    def _await_readiness(self, report: Report) -> None:
        """Every site says that it is ready, and the hub has heard every node. Raises NotReady."""
        deadline = time.monotonic() + _PATIENCE
        total = len(SITES) + 1
        while missing := problems(self.home, self.state.ports):
            report(total - len(missing), total, next(iter(missing)))
            if time.monotonic() > deadline:
                told = "\n".join(f"{name}: {problem}" for name, problem in missing.items())
                raise NotReady(f"Not everything became ready.\n{told}\nRead the logs in {self.home.logs}.")
            self._pause(_GLANCE)
            self._look()

    def _look(self) -> None:
        now = time.monotonic()
        changes = [watched.look(now) for watched in self.watched]
        if any(changes):
            self._write()

    def _stop(self, problem: str) -> None:
        logger.info("stopping %s", problem)
        with contextlib.suppress(OSError):  # a full disk must not keep anything running
            self._enter(Phase.STOPPING)
        stop_all([watched.service for watched in self.watched if isinstance(watched.service, Program)])
        self.preparation.broker.stop()
        self.preparation.cluster.stop()
        end_all(self.home)
        self.state.problem = problem
        self._enter(Phase.FAILED if problem else Phase.STOPPED)

    def _enter(self, phase: Phase) -> None:
        self.state.phase = phase
        self._write()

    def _write(self) -> None:
        self.state.services = [watched.state() for watched in self.watched]
        write(self.home, self.state)


def main(arguments: list[str]) -> None:
    """Hold the home and run the demo in it; a second supervisor leaves at once."""
    path, run, size, lifetime = arguments
    home = Home.at(Path(path))
    os.umask(0o077)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    stop_sign = StopSign()
    stop_sign.heed(signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    if lifetime == "foreground":
        end_with_parent()
    with home.locked(_ELBOWS) as mine:
        if mine:
            end_all(home)
            home.set_long_logs_aside()
            Supervisor(home, run, os.getpid(), stop_sign, small=size == "small").run()


if __name__ == "__main__":
    main(sys.argv[1:])
