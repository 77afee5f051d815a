"""Starting processes that do not outlive their supervisor, and finding those that did."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from caimera.demo.home import Home

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)
MARK = "CAIMERA_DEMO_PROCESS_OF"
"""In the environment of the supervisor and of all it starts: the home they belong to."""


@dataclass(frozen=True, slots=True)
class Command:
    """A program to run; `input` goes to its standard input, output to `output` or the log."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    log: Path
    input: bytes = field(default=b"", repr=False)
    output: Path | None = None


def start(command: Command) -> subprocess.Popen[bytes]:
    """Start a command in its own session; it is told to end when this process's main thread does."""
    environment = {**command.environment, MARK: os.environ.get(MARK, ""), "PYTHONUNBUFFERED": "1"}
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(command.log.open("ab"))
        process = subprocess.Popen(
            command.arguments,
            env=environment,
            stdin=subprocess.PIPE if command.input else subprocess.DEVNULL,
            stdout=stack.enter_context(command.output.open("wb")) if command.output else log,
            stderr=log,
            start_new_session=True,
            preexec_fn=_end_with_parent(os.getpid()),
        )
    if process.stdin:
        with contextlib.suppress(BrokenPipeError), process.stdin:
            process.stdin.write(command.input)
    return process


def _end_with_parent(parent: int) -> Callable[[], None]:
    def before_exec() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return before_exec


def end_with_parent() -> None:
    """Let this process be told to end when the one that started it ends."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def belonging_to(home: Home) -> list[int]:
    """Every process but this one whose environment carries the home's mark."""
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in numbers if pid != os.getpid() and _belongs(pid, home)]


def _belongs(pid: int, home: Home) -> bool:
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False
    return f"{MARK}={home.root}".encode() in environment.split(b"\0")


def end_all(home: Home, wait: float = 8.0) -> int:
    """End every process that belongs to `home`, by force after `wait` seconds; says how many there were."""
    found = belonging_to(home)
    for ending in (signal.SIGTERM, signal.SIGKILL):
        for pid in belonging_to(home):
            _signal(pid, home, ending)
        deadline = time.monotonic() + wait
        while belonging_to(home) and time.monotonic() < deadline:
            time.sleep(0.05)
    return len(found)


def ask_to_end(pid: int, home: Home) -> None:
    """Ask one process of `home` to end."""
    _signal(pid, home, signal.SIGTERM)


def _signal(pid: int, home: Home, ending: signal.Signals) -> None:
    """Signal a process if it still belongs to `home`: the descriptor cannot come to mean another process."""
    with contextlib.suppress(ProcessLookupError):
        descriptor = os.pidfd_open(pid)
        try:
            if _belongs(pid, home):
                signal.pidfd_send_signal(descriptor, ending)
        finally:
            os.close(descriptor)
