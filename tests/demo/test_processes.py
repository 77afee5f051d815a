"""Processes that do not outlive their supervisor, and those that tried."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from caimera.demo.errors import StepFailed, Stopped
from caimera.demo.home import Home
from caimera.demo.processes import MARK, Command, ask_to_end, belonging_to, end_all, start
from caimera.demo.running import StopSign, last_lines, run_all

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('up', flush=True)
time.sleep(60)
"""


def until(condition: Callable[[], bool]) -> None:
    while not condition():
        time.sleep(0.01)


def python(home: Home, script: str, name: str = "test", **more: object) -> Command:
    return Command(
        name, (sys.executable, "-c", script), {**os.environ}, home.log(name), **more  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.fixture
def _marked(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MARK, str(home.root))


@pytest.mark.usefixtures("_marked")
def test_a_process_knows_to_whom_it_belongs(home: Home, tmp_path: Path) -> None:
    process = start(python(home, "import time; time.sleep(60)"))
    try:
        assert belonging_to(home) == [process.pid]
        assert belonging_to(Home.at(tmp_path)) == []
        assert os.getsid(process.pid) == process.pid
        assert end_all(Home.at(tmp_path)) == 0
        assert process.poll() is None
    finally:
        assert end_all(home) == 1
    assert process.wait() == -signal.SIGTERM


@pytest.mark.usefixtures("_marked")
def test_one_that_does_not_listen_is_ended_by_force(home: Home) -> None:
    process = start(python(home, STUBBORN))
    until(lambda: last_lines(home.log("test")) == ["up"])
    assert end_all(home, wait=0.2) == 1
    assert process.wait() == -signal.SIGKILL


@pytest.mark.usefixtures("_marked")
def test_asking_one_to_end(home: Home) -> None:
    process = start(python(home, "import time; time.sleep(60)"))
    ask_to_end(process.pid, home)
    assert process.wait() == -signal.SIGTERM
    ask_to_end(process.pid, home)


def test_a_number_that_now_means_another_process_is_not_signalled(home: Home) -> None:
    with subprocess.Popen(["sleep", "60"]) as stranger:
        ask_to_end(stranger.pid, home)
        with pytest.raises(subprocess.TimeoutExpired):
            stranger.wait(0.2)
        stranger.kill()


def test_a_process_ends_with_the_one_that_started_it(home: Home) -> None:
    script = f"""
import os, signal, sys
from pathlib import Path
from caimera.demo.home import Home
from caimera.demo.processes import Command, start
child = start(Command("child", ("sleep", "60"), dict(os.environ), Path({str(home.log("child"))!r})))
print(child.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False).stdout
    until(lambda: not Path(f"/proc/{told.strip()}").exists() or "zombie" in status_of(told.strip()))
    assert told.strip().isdigit()


def status_of(pid: str) -> str:
    return Path(f"/proc/{pid}/status").read_text()


def test_input_goes_in_and_output_comes_out(home: Home, tmp_path: Path) -> None:
    script = "import sys; print(sys.stdin.read()[::-1]); print('said', file=sys.stderr)"
    process = start(python(home, script, input=b"terces", output=tmp_path / "out"))
    assert process.wait() == 0
    assert (tmp_path / "out").read_text() == "secret\n"
    assert last_lines(home.log("test")) == ["said"]
    assert "terces" not in repr(python(home, script, input=b"terces"))


def test_a_command_that_does_not_read_its_input_is_no_trouble(home: Home) -> None:
    assert start(python(home, "import os; os.close(0)", input=b"x" * 1_000_000)).wait() == 0


def test_commands_run_to_their_end(home: Home) -> None:
    told: list[int] = []
    run_all([python(home, "", name) for name in "abc"], told.append)
    assert told[-1] == 3
    assert told == sorted(told)


def test_a_signal_is_heeded_at_the_next_pause_and_ends_what_runs(home: Home) -> None:
    sign = StopSign()
    before = signal.getsignal(signal.SIGUSR1)
    sign.heed(signal.SIGUSR1)
    try:
        sign.pause(0.0)
        os.kill(os.getpid(), signal.SIGUSR1)
        with pytest.raises(Stopped):
            run_all([python(home, "import time; time.sleep(60)")], lambda done: None, sign.pause)
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_when_one_fails_the_others_are_ended_and_its_words_are_told(home: Home) -> None:
    failing = python(home, "print('no room'); raise SystemExit(3)", "failing")
    waiting = python(home, "import time; time.sleep(60)", "waiting")
    with pytest.raises(StepFailed, match=r"failing failed. It said:\nno room\nRead .*failing\.log"):
        run_all([waiting, failing], lambda done: None)
