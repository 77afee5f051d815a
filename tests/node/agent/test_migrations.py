"""What an older node took and refused is still taken and refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from caimera.receiving.models import Refusal, UsedNonce

pytestmark = pytest.mark.django_db(transaction=True)

SOME_TIME = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture
def older() -> Iterator[None]:
    """The tables as they were, and afterwards as they are."""
    executor = MigrationExecutor(connection)
    executor.migrate([("agent", "0001_initial")])
    yield
    executor.loader.build_graph()
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_nonces_and_refusals_move_along_and_back(older: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO agent_usednonce (site, nonce, expires_at) VALUES ('hub', 'n', %s)",
            [SOME_TIME],
        )
        cursor.execute(
            "INSERT INTO agent_refusal (code, count, told_at) VALUES ('expired', 7, %s)",
            [SOME_TIME],
        )
    MigrationExecutor(connection).migrate([("agent", "0002_to_receiving")])
    assert UsedNonce.objects.values_list("site", "nonce", "expires_at").get() == ("hub", "n", SOME_TIME)
    refusal = Refusal.objects.values_list("site", "code", "count", "told_at").get()
    assert refusal == ("", "expired", 7, SOME_TIME)
    MigrationExecutor(connection).migrate([("agent", "0001_initial")])
    with connection.cursor() as cursor:
        cursor.execute("SELECT nonce, code, count FROM agent_usednonce, agent_refusal")
        assert cursor.fetchall() == [("n", "expired", 7)]
