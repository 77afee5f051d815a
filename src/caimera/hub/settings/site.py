"""What a hub must be told before it starts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from caimera.web.site import SiteSettings


class HubSettings(SiteSettings):
    """The settings of a hub, from variables that begin with `CAIMERA_HUB_`."""

    model_config = SettingsConfigDict(env_prefix="CAIMERA_HUB_")

    questions_per_minute: Annotated[
        int, Field(ge=0, description="Questions one person may ask a minute; 0 for no limit.")
    ] = 30
