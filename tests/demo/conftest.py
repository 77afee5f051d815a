"""A home of its own for each test, with a space in its name."""

from pathlib import Path

import pytest

from caimera.demo.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.at(tmp_path / "a demo")
    home.prepare()
    return home
