"""Static files from npm packages: exactly the files named here, nothing beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage
from django.utils._os import safe_join

FILES = {
    "designsystemet/index.css": "@digdir/designsystemet-css/dist/src/index.css",
    "designsystemet/theme.css": "@digdir/designsystemet-css/dist/theme/designsystemet.css",
    "echarts/echarts.js": "echarts/dist/echarts.simple.min.js",
    "htmx/htmx.js": "htmx.org/dist/htmx.min.js",
    "htmx/sse.js": "htmx-ext-sse/dist/sse.min.js",
}
"""Address below the static root -> path below the packages."""


class PackageFiles(FileSystemStorage):
    """The packages' directory, seen under the addresses of `FILES`."""

    prefix = ""

    def __init__(self) -> None:
        super().__init__(location=settings.NODE_MODULES_DIR)

    def path(self, name: str) -> str:
        return safe_join(self.location, FILES[name])


class NodeModulesFinder(BaseFinder):
    """Finds the files of `FILES` below the setting NODE_MODULES_DIR."""

    def __init__(self, app_names: Iterable[str] | None = None) -> None:
        self.storage = PackageFiles()

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """An error for each named file that is not there, so that a site never starts without its look."""
        return [
            Error(
                f"The front-end file {self.storage.path(name)} is missing.",
                hint="Run `npm ci`, or set NODE_MODULES_DIR to the directory it filled.",
                id="web.E001",
            )
            for name in FILES
            if not Path(self.storage.path(name)).is_file()
        ]

    def find(self, path: str, find_all: bool = False) -> Any:
        """The file behind a static address, or an empty list, as Django's finders answer."""
        if path not in FILES or not Path(self.storage.path(path)).is_file():
            return []
        found = self.storage.path(path)
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, PackageFiles]]:
        """Every named file with the storage that opens it, for collectstatic."""
        return ((name, self.storage) for name in FILES)
