from __future__ import annotations

import os
import subprocess
import sys

import pytest

from caimera.hub import settings


def test_a_setting_nobody_made_is_missing() -> None:
    with pytest.raises(AttributeError, match="no setting NOTHING"):
        settings.NOTHING  # noqa: B018


def test_the_settings_are_those_of_this_hub() -> None:
    assert settings.SITE.site_id == "hub"
    assert "caimera.hub.search" in settings.INSTALLED_APPS


def test_what_a_hub_must_be_told_is_known_before_it_is_told() -> None:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("CAIMERA_HUB_")}
    program = (
        "from caimera.hub.settings.site import HubSettings; print(HubSettings.model_config['env_prefix'])"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], env=bare, capture_output=True, text=True, check=True
    )

    assert told.stdout == "CAIMERA_HUB_\n"
