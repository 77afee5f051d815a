"""The broker as a child process."""

import signal
from pathlib import Path

import pytest

from caimera.demo.broker import Broker, BrokerProblem, binary, version
from caimera.transport import broker_config, new_broker_key
from tests.transport.parties import free_port


def _configuration(broker: Broker) -> str:
    _, key = new_broker_key()
    return broker_config(port=broker.port, hub_key=key, node_keys={}, store_dir=broker.directory)


def test_it_starts_and_stops_as_often_as_wanted(broker: Broker) -> None:
    broker.configure(_configuration(broker))
    broker.stop()
    for _ in range(2):
        broker.start()
        assert broker.process is not None
        assert broker.process.poll() is None
        process = broker.process
        broker.stop()
        broker.stop()
        assert process.returncode is not None
        assert broker.process is None


def test_its_configuration_is_readable_by_this_user_only(broker: Broker) -> None:
    broker.configure(_configuration(broker))
    broker.configure(_configuration(broker))
    assert broker.configuration.stat().st_mode & 0o777 == 0o600
    assert broker.directory.stat().st_mode & 0o777 == 0o700


def test_a_configuration_it_does_not_understand_changes_nothing(broker: Broker) -> None:
    good = _configuration(broker)
    broker.configure(good)
    with pytest.raises(BrokerProblem, match="does not understand"):
        broker.configure('{"listen": "127.0.0.1:1", "no_such_setting": 1}')
    assert broker.configuration.read_text() == good


def test_a_taken_port_is_refused(broker: Broker, tmp_path: Path) -> None:
    broker.configure(_configuration(broker))
    broker.start()
    second = Broker(tmp_path / "second", broker.port)
    second.configure(_configuration(second))
    with pytest.raises(BrokerProblem, match="Another server listens"):
        second.start()
    assert second.process is None


def test_a_server_that_does_not_start_names_its_log(broker: Broker) -> None:
    configuration = _configuration(broker).replace("nats-server.pid", "no such directory/pid")
    broker.configure(configuration.replace(f":{broker.port}", f":{free_port()}"))
    with pytest.raises(BrokerProblem, match=r"Read .*nats-server\.log"):
        broker.start(wait=0.3)
    assert broker.process is None


def test_a_server_that_ignores_the_end_is_ended_by_force(broker: Broker) -> None:
    broker.configure(_configuration(broker))
    broker.start()
    assert broker.process is not None
    process = broker.process
    process.send_signal(signal.SIGSTOP)
    broker.stop(wait=0.1)
    assert process.returncode == -signal.SIGKILL


def test_reloading_a_stopped_server_does_nothing(broker: Broker) -> None:
    broker.reload()
    assert broker.process is None


def test_the_server_says_its_version() -> None:
    assert int(version().split(".")[0]) >= 2


def _program(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o700)
    return str(path)


def test_another_program_or_an_old_server_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("echo hello", "echo 'nats-server: v2.9.10'"):
        monkeypatch.setenv("CAIMERA_NATS_SERVER", _program(tmp_path / "nats-server", text))
        with pytest.raises(BrokerProblem, match=r"version 2\.10 or later"):
            version()
    for broken in (_program(tmp_path / "nats-server", "exit 3"), str(tmp_path / "missing")):
        monkeypatch.setenv("CAIMERA_NATS_SERVER", broken)
        with pytest.raises(BrokerProblem, match="does not run"):
            version()


def test_the_server_is_found_beside_the_interpreter_or_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CAIMERA_NATS_SERVER", raising=False)
    assert binary().name == "nats-server"
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BrokerProblem, match="not installed"):
        binary()
    on_path = tmp_path / "bin"
    on_path.mkdir()
    installed = _program(on_path / "nats-server", "")
    monkeypatch.setenv("PATH", str(on_path))
    assert str(binary()) == installed
