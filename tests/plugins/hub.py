"""Load with `pytest -p tests.plugins.hub`: the tests of this run see a hub's settings."""

from tests.plugins._site import prepare

prepare("hub", site_id="hub")
