"""What an older node settled and spent is settled and spent in the newer one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from caimera.disclosure import Noisy, Spent
from caimera.node.mediator.queries import settled_answers, spent

pytestmark = pytest.mark.django_db(transaction=True)

LUNG, LIVER = UUID(int=1), UUID(int=2)
TODAY = date(2026, 11, 27)


@pytest.fixture
def older() -> Iterator[None]:
    """The tables as they were, and afterwards as they are."""
    executor = MigrationExecutor(connection)
    executor.migrate([("mediator", "0001_memory")])
    yield
    executor.loader.build_graph()
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_answers_and_spending_move_along(older: None) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO mediator_settledanswer (question, dataset_id, digest, subjects)"
            " VALUES (%s, %s, %s, %s)",
            [
                (b"question", LUNG, "a" * 64, 40),
                (b"question", LUNG, "b" * 64, 45),
                (b"question", LIVER, "c" * 64, None),
                (b"other", LUNG, "b" * 64, 20),
            ],
        )
        cursor.executemany(
            "INSERT INTO mediator_spending (day, person, dataset_id, questions) VALUES (%s, %s, %s, %s)",
            [(TODAY, "anna", LUNG, 2), (TODAY, "", LUNG, 3), (TODAY, "", LIVER, 1)],
        )
    MigrationExecutor(connection).migrate([("mediator", "0002_by_question")])
    versions = {str(LUNG): "b" * 64, str(LIVER): "c" * 64}
    assert settled_answers([b"question"], versions) == {
        (str(LUNG), b"question"): Noisy(45),
        (str(LIVER), b"question"): None,
    }
    assert spent("anna", TODAY) == {str(LUNG): Spent(2, 3), str(LIVER): Spent(0, 1)}
