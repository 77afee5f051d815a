"""Commands that run to their end, several at once, unless somebody asks for an end before."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from caimera.demo.errors import StepFailed, Stopped
from caimera.demo.processes import Command, start

_LINES = 5
"""How many of the last lines of a log a failure shows."""


class StopSign:
    """Raised by a signal, seen at the next pause.

    The signal's own handler raises no exception: one raised while Python runs a callback of its own, as it
    does at each fork, is swallowed, and the wish to stop would be lost.
    """

    def __init__(self) -> None:
        self._raised = False

    def heed(self, *signals: signal.Signals) -> None:
        """Be raised by any of these."""
        for one in signals:
            signal.signal(one, lambda number, frame: self.raise_())

    def raise_(self) -> None:
        self._raised = True

    def pause(self, seconds: float) -> None:
        """Sleep for a moment; raises Stopped when the sign is up."""
        time.sleep(seconds)
        if self._raised:
            raise Stopped


def run_all(
    commands: Sequence[Command],
    on_progress: Callable[[int], None],
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Run commands, as many at once as there are processors; `on_progress` is told how many are done.

    Raises StepFailed when one fails, and whatever `pause` raises; the others are ended.
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
            pause(0.05)
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
