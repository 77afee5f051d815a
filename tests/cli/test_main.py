"""The door to all commands."""

import subprocess
import sys

import click
import pytest

from caimera.cli.main import PARTS, main
from tests.cli.conftest import Run

HEAVY = ("django", "rich", "httpx", "numpy", "pyarrow", "nats", "psycopg")


def test_help_names_every_part_and_loads_none() -> None:
    script = (
        "import sys; from caimera.cli.main import main; main(['--help'], standalone_mode=False); "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert told.splitlines()[-1] == "[]"
    assert all(name in told for name in PARTS)


@pytest.mark.parametrize("name", list(PARTS))
def test_every_part_is_there(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert isinstance(command, click.Command)
    assert command.help


def test_what_is_not_a_command_is_said_to_be_none(run: Run) -> None:
    result = run("serach")
    assert result.exit_code == 2
    assert "No such command 'serach'" in result.stderr


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").output.startswith("caimera, version ")


def test_a_missing_library_is_named_with_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "caimera.cli.demo", raising=False)
    monkeypatch.setitem(sys.modules, "rich.progress", None)
    result = run("demo", "status")
    assert result.exit_code == 1
    assert "pip install 'caimera[demo]'" in result.stderr


def test_an_error_of_our_own_is_not_taken_for_a_missing_library(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "caimera.cli.demo", raising=False)
    monkeypatch.setitem(sys.modules, "caimera.demo.sign_in", None)
    with pytest.raises(ModuleNotFoundError, match=r"caimera\.demo\.sign_in"):
        run("demo", "status")
