import pytest
from hypothesis import settings

from tests.federation.demo import STARTED_WITHIN, demo

__all__ = ["demo"]

# How long an example takes says more about the machine's other work than about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whichever test comes first waits for the demo to start."""
    for item in items:
        if "demo" in getattr(item, "fixturenames", ()) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(STARTED_WITHIN + 180))
