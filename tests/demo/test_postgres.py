"""The runner of the embedded PostgreSQL, with the real server."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psycopg
import pytest

from caimera.demo import postgres
from caimera.demo.postgres import Cluster, PostgresProblem


@pytest.fixture
def cluster(tmp_path: Path):
    cluster = Cluster(tmp_path / "a path with spaces")
    cluster.start()
    yield cluster
    cluster.stop()


def test_a_database_is_made_once_and_answers(cluster: Cluster) -> None:
    cluster.ensure_database("caimera_hub")
    cluster.ensure_database("caimera_hub")
    with psycopg.connect(cluster.url("caimera_hub")) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("caimera_hub",)


def test_the_socket_is_for_this_user_only_and_no_port_is_open(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url("postgres")) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    assert cluster.socket_directory.stat().st_mode & 0o077 == 0


def test_what_was_committed_survives_a_kill(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (7)")
    assert cluster.process is not None
    os.kill(cluster.process.pid, signal.SIGKILL)
    cluster.process.wait()
    cluster.start()
    with psycopg.connect(cluster.url("postgres")) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)


def test_a_long_path_gets_a_short_private_socket_directory(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / ("x" * 120))
    assert len(str(cluster.socket_directory)) < 60


def test_missing_binaries_are_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CAIMERA_POSTGRES_BIN", raising=False)
    monkeypatch.setattr(postgres.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(PostgresProblem, match="CAIMERA_POSTGRES_BIN"):
        postgres.binaries()


def test_a_server_that_does_not_start_names_its_log(cluster: Cluster) -> None:
    second = Cluster(cluster.directory)
    with pytest.raises(PostgresProblem, match="postgres.log"):
        second.start()
