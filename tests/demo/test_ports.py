"""Choosing ports."""

import contextlib
import socket
import subprocess
import sys

import pytest

from caimera.demo.ports import chosen, is_free


def taken() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def free_port() -> int:
    with taken() as probe:
        return int(probe.getsockname()[1])


def test_the_preferred_port_is_taken_if_it_is_free() -> None:
    port = free_port()
    assert chosen({"hub": port}, {}) == {"hub": port}


def test_the_port_it_had_comes_first() -> None:
    kept, port = free_port(), free_port()
    assert chosen({"hub": port}, {"hub": kept}) == {"hub": kept}


def test_a_taken_port_is_passed_over() -> None:
    with taken() as listener:
        port = listener.getsockname()[1]
        assert not is_free(port)
        ports = chosen({"hub": port}, {"hub": port})
    assert ports["hub"] != port


def test_no_port_is_given_twice() -> None:
    port = free_port()
    ports = chosen({"hub": port, "login": port, "broker": port}, {"broker": port})
    assert len(set(ports.values())) == 3


def test_when_all_near_it_are_taken_the_system_gives_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caimera.demo.ports._TRIED", 0)
    with taken() as listener:
        port = listener.getsockname()[1]
        assert chosen({"hub": port}, {})["hub"] not in (0, port)


def test_a_port_beyond_the_last_one_is_not_tried() -> None:
    assert chosen({"hub": 65535}, {"hub": 70000})["hub"] <= 65535


CHOOSE = """
import sys
from caimera.demo.ports import chosen
print(*chosen({name: int(sys.argv[1]) for name in "abc"}, {}).values(), flush=True)
sys.stdin.read()
"""


def choosing(port: int) -> subprocess.Popen[str]:
    """Another demo that has chosen, and does not listen yet."""
    command = [sys.executable, "-c", CHOOSE, str(port)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def told(process: subprocess.Popen[str]) -> set[int]:
    assert process.stdout is not None
    return set(map(int, process.stdout.readline().split()))


def test_demos_that_start_together_choose_different_ports() -> None:
    port = free_port()
    with contextlib.ExitStack() as stack:
        processes = [stack.enter_context(choosing(port)) for _ in range(4)]
        given = [told(process) for process in processes]
        assert len(set.union(*given)) == 12
        assert any(port in ports for ports in given)
        assert not set.union(*given) & set(chosen(dict.fromkeys("abc", port), {}).values())
        for process in processes:
            process.kill()


def test_what_a_crashed_one_chose_is_given_again() -> None:
    port = free_port()
    with choosing(port) as process:
        assert port in told(process)
        process.kill()
    assert chosen({"hub": port}, {}) == {"hub": port}


def test_who_chooses_again_keeps_its_own() -> None:
    port = free_port()
    assert chosen({"hub": port}, {}) == chosen({"hub": port}, {}) == {"hub": port}
