"""A hub of a benchmark's own: its database, broker, keys and worker, in a directory that goes with it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from caimera.demo.broker import Broker
from caimera.demo.ports import chosen
from caimera.demo.postgres import Cluster
from caimera.hub.federation.keys import create_missing_keys
from caimera.secrets import FileStore
from caimera.web.running import share_in_long_turns


@dataclass(frozen=True)
class OwnHub:
    """A hub ready in this process: Django is set up and the database has its tables."""

    directory: Path
    broker: Broker

    def admit(self) -> None:
        """Start the broker for this hub and the nodes enrolled at it."""
        from caimera.hub.federation.broker import configuration

        self.broker.configure(configuration(port=self.broker.port, store_dir=self.broker.directory))
        self.broker.start()

    @contextmanager
    def working(self) -> Iterator[subprocess.Popen[bytes]]:
        """`caimera hub worker`, as an operator runs it, from the moment it hears the nodes."""
        with (self.directory / "worker.log").open("wb") as log:
            command = [sys.executable, "-m", "caimera", "hub", "worker"]
            process = subprocess.Popen(command, stdout=log, stderr=log)
            try:
                yield process
            finally:
                process.terminate()
                process.wait()


@contextmanager
def own_hub() -> Iterator[OwnHub]:
    """Make a hub, and leave nothing behind; its processes take turns as those of a running hub do."""
    share_in_long_turns()
    with tempfile.TemporaryDirectory(prefix="caimera bench ") as name:
        directory = Path(name)
        cluster = Cluster(directory / "postgres")
        cluster.start()
        broker = Broker(directory / "nats", chosen({"broker": 4400}, {})["broker"])
        try:
            cluster.ensure_database("hub")
            _set_up(directory, cluster.url("hub"), broker.url)
            yield OwnHub(directory, broker)
        finally:
            broker.stop()
            cluster.stop()


def _set_up(directory: Path, database_url: str, broker_url: str) -> None:
    told = {
        "SITE_ID": "hub",
        "SITE_NAME": "Hub of a benchmark",
        "BASE_URL": "http://127.0.0.1",
        "DATABASE_URL": database_url,
        "SECRETS_FILE": str(directory / "secrets.json"),
        "SECRETS_KEY_FILE": str(directory / "secrets.key"),
        "BROKER_URL": broker_url,
        "QUESTIONS_PER_MINUTE": "0",
    }
    os.environ.update({f"CAIMERA_HUB_{name}": value for name, value in told.items()})
    os.environ["DJANGO_SETTINGS_MODULE"] = "caimera.hub.settings"
    create_missing_keys(
        FileStore.create(directory / "secrets.json", directory / "secrets.key"), site_id="hub"
    )

    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
