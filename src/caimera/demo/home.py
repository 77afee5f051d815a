"""The one directory a demo lives in."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from caimera.demo.errors import NotADemo

_SIGN = "caimera-demo"
"""A file of this name says that the directory is a demo's and may be deleted by `reset`."""

_LONG = 10_000_000
"""Bytes from which a log is set aside when the demo starts."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where everything of one demo lies, under `root` (absolute)."""

    root: Path

    @classmethod
    def at(cls, path: Path) -> Home:
        """The home at `path`, by the one name it has whatever links led there."""
        return cls(path.expanduser().resolve())

    @classmethod
    def default(cls) -> Home:
        """`CAIMERA_DEMO_HOME`, else `$XDG_DATA_HOME/caimera/demo`, else `~/.local/share/caimera/demo`."""
        if named := os.environ.get("CAIMERA_DEMO_HOME"):
            return cls.at(Path(named))
        data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
        return cls.at(Path(data) / "caimera" / "demo")

    @property
    def state(self) -> Path:
        return self.root / "state.json"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def broker(self) -> Path:
        return self.root / "broker"

    @property
    def simulator(self) -> Path:
        return self.root / "simulator"

    @property
    def mail(self) -> Path:
        """Where the demo's mail server keeps every letter."""
        return self.root / "mail"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def clinical_datasets(self) -> Path:
        """Which datasets the clinical database holds."""
        return self.data / "clinical-datasets.json"

    def site(self, name: str) -> Path:
        return self.root / "sites" / name

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def exists(self) -> bool:
        return (self.root / _SIGN).exists()

    def prepare(self) -> None:
        """Make the directory. Raises NotADemo if it holds something else."""
        if self.root.exists() and not self.exists() and any(self.root.iterdir()):
            raise NotADemo(f"{self.root} holds something else. Choose another directory with --home.")
        self.root.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o700)
        (self.root / _SIGN).touch()
        for directory in (self.logs, self.broker, self.simulator, self.data):
            directory.mkdir(mode=0o700, exist_ok=True)

    def set_long_logs_aside(self) -> None:
        """Begin long logs anew; of each, one older part is kept."""
        for log in self.logs.glob("*.log"):
            if log.stat().st_size > _LONG and log != self.log("supervisor"):
                log.replace(log.with_suffix(".log.1"))

    def delete(self) -> None:
        """Delete the directory and everything in it. Raises NotADemo if it is not a demo's."""
        if not self.exists():
            raise NotADemo(f"{self.root} is not the directory of a demo. Nothing was deleted.")
        shutil.rmtree(self.root)

    @contextmanager
    def locked(self, patience: float = 0.0) -> Iterator[bool]:
        """Whether this process now holds the home; released when it ends, however it ends.

        Looking whether somebody holds it takes it for a moment: who means to keep it is patient.
        """
        deadline = time.monotonic() + patience
        with (self.root / "lock").open("a") as file:
            while not (mine := _try(file)) and time.monotonic() < deadline:
                time.sleep(0.02)
            yield mine

    def is_held(self) -> bool:
        """Whether a supervisor lives here."""
        if not self.exists():
            return False
        with self.locked() as free:
            return not free


def _try(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
