"""The whole demo federation as the tests see it: real processes, real data, started once a run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from caimera.client import TokenFile
from caimera.demo.control import Status, status
from caimera.demo.home import Home
from caimera.demo.postgres import Cluster
from caimera.demo.sign_in import sign_in
from caimera.demo.sites import url
from caimera.demo.state import ServiceState, read

STARTED_WITHIN = 900
"""Seconds the demo may take to make its data and start, on a machine that is busy."""


@dataclass(frozen=True)
class Demo:
    """A running demo in `home`; `desk` is the configuration directory of one person's command line."""

    home: Path
    desk: Path

    def caimera(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the command line as a person would."""
        environment = {
            **os.environ,
            "CAIMERA_DEMO_HOME": str(self.home),
            "CAIMERA_CONFIG_HOME": str(self.desk),
            "NO_COLOR": "1",
        }
        command = [sys.executable, "-m", "caimera", *arguments]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=check, timeout=STARTED_WITHIN
        )

    @property
    def status(self) -> Status:
        """How the demo stands now, each site asked."""
        return status(Home.at(self.home))

    def url(self, site: str) -> str:
        """The address of a site."""
        return url(read(Home.at(self.home)).ports[site])

    @property
    def hub_url(self) -> str:
        return self.url("hub")

    def token(self, persona: str) -> str:
        """Sign the command line in as a persona, and say the token it got."""
        tokens = TokenFile(self.desk / "tokens.json")
        sign_in(self.hub_url, persona, tokens)
        found = tokens.get(self.hub_url)
        assert found is not None
        return found.access_token

    def api(self, persona: str | None = None) -> httpx.Client:
        """An HTTP client of the hub's API, signed in as a persona or as nobody."""
        headers = {"authorization": f"Bearer {self.token(persona)}"} if persona else {}
        return httpx.Client(base_url=self.hub_url, headers=headers, timeout=30)

    def rows(self, site: str, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of a site's database."""
        with psycopg.connect(Cluster(self.home / "postgres").url(f"caimera_{site}")) as connection:
            return connection.execute(statement, values).fetchall()

    def service(self, name: str) -> ServiceState:
        """One of the demo's services as its supervisor sees it."""
        return next(service for service in self.status.services if service.name == name)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo, started for this run; `CAIMERA_TEST_DEMO` names the home of one that already runs."""
    if running := os.environ.get("CAIMERA_TEST_DEMO"):
        yield _accepted(Demo(Path(running), tmp_path_factory.mktemp("desk")))
        return
    started = Demo(tmp_path_factory.mktemp("a demo") / "home", tmp_path_factory.mktemp("desk"))
    up = started.caimera("demo", "up", "--detach", check=False)
    assert up.returncode == 0, up.stderr + up.stdout
    yield _accepted(started)
    down = started.caimera("demo", "down", check=False)
    assert down.returncode == 0, down.stderr + down.stdout


def _accepted(demo: Demo) -> Demo:
    """Let the members accept the policies, so that no test depends on which of them did it first."""
    for persona in ("researcher", "holder", "committee", "operator"):
        demo.token(persona)
    return demo
