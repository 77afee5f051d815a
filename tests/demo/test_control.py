"""Following, looking at and stopping a demo: what happens when things are not as expected."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from caimera.demo.control import Launch, follow, launch, require_running, status, stop
from caimera.demo.errors import NotRunning, SupervisorLost
from caimera.demo.home import Home
from caimera.demo.processes import MARK, belonging_to
from caimera.demo.state import Phase, State, read, write

HOLDING = """
import sys, time
from pathlib import Path
from caimera.demo.home import Home
with Home.at(Path(sys.argv[1])).locked():
    print(flush=True)
    time.sleep(60)
"""


@contextmanager
def another_supervisor(home: Home) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the home and does nothing."""
    command = [sys.executable, "-c", HOLDING, str(home.root)]
    environment = {**os.environ, MARK: str(home.root)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def ended() -> Launch:
    """A supervisor that ended at once."""
    launched = Launch("mine", os.posix_spawn("/bin/true", ["true"], {}))
    launched.wait()
    return launched


def test_a_supervisor_that_says_nothing_is_lost(home: Home) -> None:
    with pytest.raises(SupervisorLost, match=r"supervisor\.log"):
        list(follow(home, ended()))


def test_a_supervisor_that_dies_while_it_starts_is_lost(home: Home) -> None:
    write(home, State(run="mine", phase=Phase.STARTING))
    states = follow(home, ended())
    assert next(states).phase is Phase.STARTING
    with pytest.raises(SupervisorLost):
        next(states)


@pytest.mark.parametrize("phase", [Phase.READY, Phase.STOPPED, Phase.FAILED])
def test_the_end_of_a_start_ends_the_following(home: Home, phase: Phase) -> None:
    write(home, State(run="mine", phase=phase))
    assert [state.phase for state in follow(home, ended())] == [phase]


def test_when_another_was_quicker_it_is_followed(home: Home) -> None:
    write(home, State(run="other", phase=Phase.STARTING))
    with another_supervisor(home):
        states = follow(home, ended())
        assert next(states).run == "other"
        write(home, State(run="other", phase=Phase.READY))
        assert [state.phase for state in states][-1] is Phase.READY


def test_the_start_of_another_can_be_followed_to_its_death(home: Home) -> None:
    write(home, State(run="other", phase=Phase.STARTING))
    with another_supervisor(home) as process:
        states = follow(home)
        assert next(states).run == "other"
        process.kill()
        process.wait()
        with pytest.raises(SupervisorLost):
            list(states)


def test_a_crash_is_seen_and_tidied_up(home: Home) -> None:
    write(home, State(run="r", phase=Phase.READY, ports={"hub": 1, "login": 2}))
    environment = {**os.environ, MARK: str(home.root)}
    with subprocess.Popen(["sleep", "60"], env=environment) as left_over:
        found = status(home)
        assert found.phase == "crashed"
        assert found.left_over == (left_over.pid,)
        assert found.sites == ()
        assert stop(home) is True
        assert left_over.wait() == -signal.SIGTERM
    assert read(home).phase is Phase.STOPPED
    assert status(home).phase == "stopped"
    assert stop(home) is False


def test_a_supervisor_that_hangs_is_ended_by_force(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caimera.demo.control._ORDERLY", 0.2)
    for supervisor in (0, 1):
        write(home, State(supervisor=supervisor))
        with another_supervisor(home) as process:
            assert stop(home) is True
            process.wait()
    assert not home.is_held()


def test_what_is_not_a_demo_is_not_running(home: Home) -> None:
    assert stop(home) is False
    home.delete()
    assert stop(home) is False
    assert status(home).phase == "stopped"
    with pytest.raises(NotRunning, match="caimera demo up"):
        require_running(home)


def test_a_foreground_supervisor_ends_with_the_command_that_started_it(home: Home) -> None:
    script = f"""
import os, signal, time
from pathlib import Path
from caimera.demo.control import launch
from caimera.demo.home import Home
from caimera.demo.state import Phase, read
home = Home.at(Path({str(home.root)!r}))
launched = launch(home, small=True, detached=False)
print(launched.pid, flush=True)
while read(home).phase is not Phase.STARTING:
    time.sleep(0.05)
    assert not launched.has_ended()
os.kill(os.getpid(), signal.SIGKILL)
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False).stdout
    assert told.strip().isdigit()
    while belonging_to(home):
        time.sleep(0.05)
    assert stop(home) is False
    assert read(home).phase is Phase.STOPPED


def test_a_start_that_cannot_succeed_fails_with_a_sentence(home: Home) -> None:
    write(home, State(prepared={"data": "made by another version"}))
    *_, last = follow(home, launch(home, small=True, detached=True))
    assert last.phase is Phase.FAILED
    assert "caimera demo reset" in last.problem
    assert last.services == []
