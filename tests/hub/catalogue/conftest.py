"""One holder, and the federation it is in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.hub.catalogue.holders import Federation, Holder
from tests.hub.conftest import FakeNode


@pytest.fixture
def holder(make_node: Callable[..., FakeNode]) -> Holder:
    return Holder(make_node())


@pytest.fixture
def federation(holder: Holder) -> Federation:
    return Federation([holder])
