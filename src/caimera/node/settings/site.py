"""What a node must be told before it starts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from caimera.web.site import SiteSettings


class NodeSettings(SiteSettings):
    """The settings of a node, from variables that begin with `CAIMERA_NODE_`."""

    model_config = SettingsConfigDict(env_prefix="CAIMERA_NODE_")

    data_dir: Annotated[Path, Field(description="Folder for what this node derives from its datasets.")]
    count_threads: Annotated[int, Field(ge=1, le=64, description="Questions counted at the same time.")] = 2

    @property
    def index_dir(self) -> Path:
        """Where the derived index lies; it may be deleted at any time."""
        return self.data_dir / "index"
