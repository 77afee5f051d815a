"""What a hub must be told before it starts."""

from __future__ import annotations

from pydantic_settings import SettingsConfigDict

from caimera.web.site import SiteSettings


class HubSettings(SiteSettings):
    """The settings of a hub, from variables that begin with `CAIMERA_HUB_`."""

    model_config = SettingsConfigDict(env_prefix="CAIMERA_HUB_")
