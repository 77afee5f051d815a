"""Static files from npm packages."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import override_settings

from caimera.web.finders import FILES, NodeModulesFinder


@pytest.mark.parametrize("address", sorted(FILES))
def test_every_named_file_is_found(address: str) -> None:
    found = finders.find(address)
    assert isinstance(found, str)
    assert found.endswith(FILES[address])
    assert NodeModulesFinder().find(address, find_all=True) == [found]


@pytest.mark.parametrize(
    "address", ["htmx.org/dist/htmx.js", "htmx/../../package.json", "axe-core/axe.min.js", "package.json", ""]
)
def test_nothing_beside_them_is_found(address: str) -> None:
    assert NodeModulesFinder().find(address) == []


def test_collecting_copies_exactly_the_named_files() -> None:
    listed = dict(NodeModulesFinder().list(None))
    assert set(listed) == set(FILES)
    with listed["htmx/htmx.js"].open("htmx/htmx.js") as file:
        assert b"htmx" in file.read()


def test_missing_packages_are_said_before_the_site_starts(tmp_path: Path) -> None:
    with override_settings(NODE_MODULES_DIR=tmp_path):
        errors = NodeModulesFinder().check()
        assert NodeModulesFinder().find("htmx/htmx.js") == []
    assert len(errors) == len(FILES)
    assert "npm ci" in str(errors[0].hint)


def test_present_packages_pass() -> None:
    assert NodeModulesFinder().check() == []
