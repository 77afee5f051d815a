"""A small hub, the sign-in simulator it trusts, and a client signed in there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from caimera.client import Hub, TokenFile
from caimera.demo.simulator import Simulator, running
from tests.client.small_hub import SmallHub, serving


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    with running() as simulator:
        yield simulator


@pytest.fixture
def small_hub(simulator: Simulator) -> Iterator[SmallHub]:
    with serving(simulator) as server:
        yield server


@pytest.fixture(autouse=True)
def tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TokenFile:
    """The token file of this test, where the client looks for it."""
    monkeypatch.setenv("CAIMERA_CONFIG_HOME", str(tmp_path / "config"))
    return TokenFile()


@pytest.fixture
def hub(small_hub: SmallHub, simulator: Simulator) -> Iterator[Hub]:
    with Hub(small_hub.url, simulator.access_token("researcher")) as hub:
        yield hub
