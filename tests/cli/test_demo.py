"""`caimera demo` where nothing needs to run."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from caimera.cli.demo import _Steps
from caimera.demo.home import Home
from caimera.demo.simulator import PERSONAS
from caimera.demo.state import Phase, State, StepState, write
from tests.cli.conftest import Run


def test_nothing_is_running_at_first(run: Run, tmp_path: Path) -> None:
    result = run("demo", "status")
    assert result.exit_code == 1
    assert result.stdout == f"The demo in {tmp_path / 'demo'} is stopped.\n"
    found = json.loads(run("demo", "status", "--json").stdout)
    assert found["phase"] == "stopped"
    assert [person["id"] for person in found["personas"]] == list(PERSONAS)
    assert run("demo", "down").stdout == "Nothing was running.\n"


def test_signing_in_needs_a_running_demo(run: Run) -> None:
    result = run("demo", "login", "researcher")
    assert result.exit_code == 1
    assert "caimera demo up" in result.stderr
    assert run("demo", "login", "nobody").exit_code == 2


def test_a_failed_start_says_why(run: Run, tmp_path: Path) -> None:
    home = Home.at(tmp_path / "demo")
    home.prepare()
    write(home, State(prepared={"data": "made by another version"}))
    result = run("demo", "up", "--detach")
    assert result.exit_code == 1
    assert "caimera demo reset" in result.stderr
    status = run("demo", "status")
    assert "is failed" in status.stdout
    assert "caimera demo reset" in status.stdout


def test_a_directory_with_something_else_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    result = run("demo", "up", "--home", str(tmp_path))
    assert result.exit_code == 1
    assert "holds something else" in result.stderr
    result = run("demo", "reset", "--yes", "--home", str(tmp_path))
    assert result.exit_code == 1
    assert (tmp_path / "thesis.txt").exists()


def test_reset_asks_first(run: Run, tmp_path: Path) -> None:
    assert "There is no demo" in run("demo", "reset").stderr
    home = Home.at(tmp_path / "demo")
    home.prepare()
    assert run("demo", "reset", input="n\n").exit_code == 1
    assert home.exists()
    assert run("demo", "reset", input="y\n").exit_code == 0
    assert not home.root.exists()


def test_what_a_crash_left_is_told(run: Run, tmp_path: Path) -> None:
    home = Home.at(tmp_path / "demo")
    home.prepare()
    write(home, State(run="r", phase=Phase.READY))
    assert "is crashed" in run("demo", "status").stdout


@pytest.mark.parametrize("terminal", [True, False])
def test_steps_are_shown_as_they_happen(terminal: bool, capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(force_terminal=terminal, width=120, stderr=True)
    shown = _Steps(console)
    keys, data = StepState(label="Make the keys"), StepState(label="Make datasets")
    skipped = StepState(label="Start the database", state="skipped")
    with shown.progress:
        for step in (keys, data):
            step.state = "running"
            shown.update([skipped, keys, data])
            step.done, step.total, step.detail = 1, 2, "CPTAC"
            shown.update([skipped, keys, data])
            step.state = "done"
            shown.update([skipped, keys, data])
            shown.update([skipped, keys, data])
    told = capsys.readouterr().err
    assert told.count("Make the keys: done") == (0 if terminal else 1)
    assert ("✓" in told) is terminal
    assert "Start the database" not in told
    assert [task.finished for task in shown.progress.tasks] == [True, True]
