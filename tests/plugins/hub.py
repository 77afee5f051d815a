"""Load with `pytest -p tests.plugins.hub`: the tests of this run see a hub's settings."""

from tests.plugins._site import prepare

pytest_plugins = ["tests.plugins.emptying", "tests.plugins.static_files"]

prepare("hub", site_id="hub")
