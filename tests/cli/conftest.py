"""The command line in this process, its configuration in a directory of its own, and a hub it can ask."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from caimera.cli.main import main
from caimera.demo.simulator import Simulator, running
from tests.client.small_hub import SmallHub, serving

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _own_directories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAIMERA_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("CAIMERA_DEMO_HOME", str(tmp_path / "demo"))
    monkeypatch.delenv("CAIMERA_HUB_URL", raising=False)


@pytest.fixture
def run() -> Run:
    """Runs `caimera …` as the shell would."""

    def run(*arguments: str, **options: str) -> Result:
        return CliRunner().invoke(main, arguments, catch_exceptions=False, **options)

    return run


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    with running() as simulator:
        yield simulator


@pytest.fixture
def small_hub(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallHub]:
    """A hub, named in the environment."""
    with serving(simulator) as server:
        monkeypatch.setenv("CAIMERA_HUB_URL", server.url)
        yield server
