"""Load with `pytest -p tests.plugins.node`: the tests of this run see a node's settings."""

from tests.plugins._site import prepare

pytest_plugins = ["tests.plugins.emptying", "tests.plugins.static_files"]

prepare("node", site_id="trials")
