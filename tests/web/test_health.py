"""What an operator's tools ask of a site."""

from __future__ import annotations

import pytest
from django.db import DatabaseError
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from caimera.web import health


@pytest.fixture
def only_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """No check but the database's, as other rooms registered theirs."""
    monkeypatch.setattr(health, "_checks", {})


def test_a_living_process_says_so(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
@pytest.mark.usefixtures("only_the_database")
def test_a_ready_site_has_no_problem(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "problems": {}})


@pytest.mark.django_db
@pytest.mark.usefixtures("only_the_database")
def test_a_room_may_add_a_check(client: Client) -> None:
    health.register_check("worker", lambda: "The worker is away. Start it.")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["problems"] == {"worker": "The worker is away. Start it."}


@pytest.mark.django_db
def test_missing_tables_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda self, targets: [object(), object()])
    assert health.database_problem().startswith("2 database migrations are not applied.")


@pytest.mark.django_db
def test_a_database_that_is_away_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(self: MigrationExecutor, connection: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(MigrationExecutor, "__init__", away)
    assert "Start PostgreSQL" in health.database_problem()


@pytest.mark.django_db
def test_figures_are_in_the_text_format(client: Client) -> None:
    answer = client.get("/metrics")
    assert answer["Content-Type"].startswith("text/plain")
    assert b"python_info" in answer.content


def test_probes_only_read(client: Client) -> None:
    assert {client.post(path).status_code for path in ("/healthz", "/readyz", "/metrics")} == {405}
