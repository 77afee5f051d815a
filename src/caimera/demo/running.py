"""Commands that run to their end, several at once."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from caimera.demo.errors import StepFailed
from caimera.demo.processes import Command, start

_LINES = 5
"""How many of the last lines of a log a failure shows."""


def run_all(commands: Sequence[Command], on_progress: Callable[[int], None]) -> None:
    """Run commands, as many at once as there are processors; `on_progress` is told how many are done.

    Raises StepFailed when one fails; the others are ended.
    """
    waiting, running, done = list(commands), dict[str, subprocess.Popen[bytes]](), 0
    named = {command.name: command for command in commands}
    try:
        while waiting or running:
            while waiting and len(running) < (os.cpu_count() or 1):
                command = waiting.pop(0)
                running[command.name] = start(command)
            for name in [name for name, process in running.items() if process.poll() is not None]:
                if running.pop(name).returncode:
                    raise failure(named[name])
                done += 1
            on_progress(done)
            time.sleep(0.05)
    finally:
        for process in running.values():
            process.terminate()
            process.wait()


def failure(command: Command) -> StepFailed:
    """What to say of a command that failed: its last words, and where the others are."""
    words = "\n".join(last_lines(command.log))
    return StepFailed(f"{command.name} failed. It said:\n{words}\nRead {command.log} for all of it.")


def last_lines(path: Path, count: int = _LINES) -> list[str]:
    """The last lines of a text file; none where there is no file."""
    try:
        return path.read_text(errors="replace").splitlines()[-count:]
    except FileNotFoundError:
        return []
