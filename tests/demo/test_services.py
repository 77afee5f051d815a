"""Watching services; real programs, and a clock that is told the time."""

import os
import signal
import time
from pathlib import Path

import pytest

from caimera.demo.broker import Broker
from caimera.demo.home import Home
from caimera.demo.processes import Command
from caimera.demo.services import Program, Watched, stop_all


def program(home: Home, *arguments: str) -> Program:
    return Program(Command(arguments[0], arguments, dict(os.environ), home.log("program")))


def wait(watched: Watched) -> None:
    assert watched.service.process is not None
    watched.service.process.wait()


def test_a_service_that_runs_is_left_alone(home: Home) -> None:
    watched = Watched("sleep", program(home, "sleep", "60"))
    assert watched.state().state == "stopped"
    watched.start(0.0)
    assert not watched.look(1.0)
    assert watched.state().state == "running"
    assert watched.state().pid == watched.service.process.pid
    watched.service.stop()
    assert not watched.look(2.0)
    assert watched.state().state == "stopped"


def test_one_that_ends_is_reported_and_started_again_after_growing_pauses(home: Home) -> None:
    watched = Watched("false", program(home, "false"))
    watched.start(0.0)
    restarts = []
    now = 0.0
    for _ in range(4):
        wait(watched)
        assert watched.look(now)
        assert watched.state().state == "restarting"
        assert watched.state().pid is None
        begun = now
        while not watched.look(now):
            now += 0.25
        restarts.append(now - begun)
    assert restarts == [0.5, 1.0, 2.0, 4.0]
    assert watched.state().restarts == 4
    assert watched.state().last_exit == "ended with status 1"
    watched.service.stop()


def test_pauses_do_not_grow_for_ever_and_a_steady_service_begins_anew(home: Home) -> None:
    watched = Watched("false", program(home, "false"))
    watched.start(0.0)
    watched._pause = 30.0
    wait(watched)
    watched.look(1.0)
    assert watched.look(31.0)
    wait(watched)
    assert watched._pause == 30.0
    watched.look(200.0)
    assert watched.look(200.5)
    watched.service.stop()


def test_a_signal_that_ended_it_is_named(home: Home) -> None:
    watched = Watched("sleep", program(home, "sleep", "60"))
    watched.start(0.0)
    assert watched.service.process is not None
    watched.service.process.kill()
    wait(watched)
    watched.look(1.0)
    assert watched.last_exit == f"ended by signal {signal.SIGKILL.value}"


def test_one_that_cannot_be_started_again_is_tried_later(home: Home) -> None:
    broker = Broker(home.broker, 1)
    watched = Watched("broker", broker)
    with pytest.raises(RuntimeError):
        watched.start(0.0)
    watched._due = 1.0
    assert watched.look(1.0)
    assert watched.last_exit.startswith("did not start: ")
    assert watched.state().state == "restarting"


def test_many_stop_at_the_same_time_and_by_force_if_need_be(home: Home) -> None:
    stubborn = program(home, "sh", "-c", "trap '' TERM; echo up; while :; do sleep 1; done")
    programs = [program(home, "sleep", "60"), stubborn, program(home, "sleep", "60")]
    for one in programs:
        one.start()
    log: Path = stubborn.log
    while "up" not in log.read_text():
        time.sleep(0.01)
    processes = [one.process for one in programs]
    stop_all(programs, wait=0.3)
    assert [process.returncode for process in processes if process] == [-15, -9, -15]
    assert [one.process for one in programs] == [None, None, None]
    stop_all(programs)
