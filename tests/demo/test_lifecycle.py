"""The whole federation, started, used, broken and stopped, as a person does it."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from caimera.cli.main import main
from caimera.demo.home import Home
from caimera.demo.processes import MARK, belonging_to
from caimera.demo.sites import NODES
from caimera.demo.state import Phase, read, write

pytestmark = [pytest.mark.data, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home.at(tmp_path_factory.mktemp("demo") / "with a space")


@pytest.fixture(scope="module")
def _environment(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAIMERA_DEMO_HOME", str(home.root))
        patch.setenv("CAIMERA_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        patch.delenv("CAIMERA_HUB_URL", raising=False)
        yield
        run("demo", "down")


@pytest.fixture(scope="module")
def taken(_environment: None) -> Iterator[int]:
    """A port the demo prefers and does not get."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):  # somebody else has it: taken it is
            listener.bind(("127.0.0.1", NODES[0].port))
            listener.listen()
        yield NODES[0].port


@pytest.fixture
def _running(taken: int) -> None:
    """The small federation, started unless it runs."""
    result = run("demo", "up", "--detach", "--small")
    assert result.exit_code == 0, result.stderr


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def status() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("demo", "status", "--json").stdout)
    return found


def service(name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in status()["services"] if one["name"] == name)
    return found


def until(condition: Callable[[], bool]) -> None:
    while not condition():
        time.sleep(0.1)


def node_states() -> list[str]:
    return [node["state"] for node in json.loads(run("nodes", "--json").stdout)]


@pytest.mark.usefixtures("_running")
def test_everything_is_ready_and_private(home: Home, taken: int) -> None:
    found = status()
    assert found["phase"] == "ready"
    assert [site["ready"] for site in found["sites"]] == [True] * 4
    assert f":{taken}" not in found["sites"][1]["url"]
    assert {one["state"] for one in found["services"]} == {"running"}
    shown = run("demo", "status")
    assert shown.exit_code == 0
    assert f"Caimera Demo Hub, {found['sites'][0]['url']}: ready" in shown.stdout
    assert "hub-worker" in shown.stdout
    assert home.root.stat().st_mode & 0o777 == 0o700
    open_to_others = [path for path in home.root.rglob("*.key") if path.stat().st_mode & 0o077]
    assert open_to_others == []


@pytest.mark.usefixtures("_running")
def test_no_secret_is_in_arguments_or_environment(home: Home) -> None:
    keys = [path.read_bytes().strip() for path in home.root.rglob("secrets.key")]
    assert len(keys) == 4
    for pid in belonging_to(home):
        told = Path(f"/proc/{pid}/environ").read_bytes() + Path(f"/proc/{pid}/cmdline").read_bytes()
        assert not any(key in told for key in keys)


@pytest.mark.usefixtures("_running")
@pytest.mark.parametrize("site", ["hub", "trials"])
def test_the_sites_can_add_to_their_trails_and_change_nothing(site: str) -> None:
    command = [sys.executable, "-m", "caimera", "audit", "--demo", site, "verify"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told.startswith("The database role that serves this site can add to the trail, and change nothing")
    assert told.endswith("Nothing was changed.\n")


@pytest.mark.usefixtures("_running")
def test_a_second_start_says_that_it_runs() -> None:
    result = run("demo", "up")
    assert result.exit_code == 0
    assert "The demo is running already." in result.stdout
    assert "caimera demo login researcher" in result.stdout


@pytest.mark.usefixtures("_running")
def test_a_member_signs_in_and_searches_all_nodes() -> None:
    assert run("demo", "login", "researcher").stdout.endswith(
        "as Rosa Researcher, who accepts its policies.\n"
    )
    # On a busy machine a node may be silent for a moment, and is away then.
    until(lambda: node_states() == ["present"] * 3)
    result = run("search", "modality = CT", "--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert [node["state"] for node in answer["nodes"]] == ["answered"] * 3
    assert answer["totals"]["subjects"]["value"] > 0
    assert run("search", "modalty = CT").exit_code == 2


@pytest.mark.usefixtures("_running")
def test_a_newcomer_is_told_to_become_a_member() -> None:
    assert run("demo", "login", "newcomer").exit_code == 0
    result = run("search", "modality = CT")
    assert result.exit_code == 1
    assert "member" in result.stderr


@pytest.mark.usefixtures("_running")
@pytest.mark.parametrize("name", ["genomics-agent", "broker", "database"])
def test_a_service_that_dies_is_reported_and_started_again(name: str) -> None:
    before = service(name)
    os.kill(before["pid"], signal.SIGKILL)
    until(lambda: service(name)["restarts"] > before["restarts"])
    after = service(name)
    assert after["state"] == "running"
    assert after["pid"] != before["pid"]
    assert after["last_exit"] == "ended by signal 9"
    until(lambda: status()["sites"][0]["ready"])


@contextlib.contextmanager
def in_the_foreground() -> Iterator[subprocess.Popen[str]]:
    """The small federation as in a terminal, whose Ctrl-C reaches it however these tests were started."""
    command = [sys.executable, "-m", "caimera", "demo", "up", "--small"]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    signal.signal(signal.SIGINT, before)
    with process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.usefixtures("_running")
def test_after_a_crash_the_next_start_is_clean_and_runs_until_it_is_interrupted(home: Home) -> None:
    os.kill(read(home).supervisor, signal.SIGKILL)
    until(lambda: not home.is_held())
    assert status()["phase"] == "crashed"
    assert belonging_to(home) != []
    assert "were left over" in run("demo", "status").stdout
    state = read(home)
    del state.prepared["enrolment"]  # as if the crash had come in the middle of it
    write(home, state)
    with in_the_foreground() as process:
        assert process.stdout is not None
        told = list(takewhile("Ctrl-C stops it.\n".__ne__, process.stdout))
        assert "  caimera demo down\n" in told
        assert read(home).phase is Phase.READY
        process.send_signal(signal.SIGINT)
        rest, steps = process.communicate()
    assert process.returncode == 0, steps
    assert "Make datasets" not in steps
    assert "Let the hub and the nodes know each other: done" in steps
    assert "nothing is left running" in rest
    assert belonging_to(home) == []
    assert status()["phase"] == "stopped"


@pytest.mark.usefixtures("_environment")
def test_reset_leaves_nothing(home: Home) -> None:
    home.prepare()
    with subprocess.Popen(["sleep", "600"], env={**os.environ, MARK: str(home.root)}) as left_over:
        done = run("demo", "reset", "--yes")
        assert left_over.wait() == -signal.SIGTERM
    assert done.exit_code == 0
    assert "nothing is left running" in done.stdout
    assert not home.root.exists()
    assert belonging_to(home) == []
