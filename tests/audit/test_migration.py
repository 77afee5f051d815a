"""A trail from before the tree: its records stay as they were, get salts of their own, then places."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection

from caimera.audit.checkpoints import make_checkpoint
from caimera.audit.models import Record
from caimera.audit.sequencing import sequence
from tests.audit.trails import act, found_online, places, rows

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def from_before(transactional_db: None) -> Iterator[list[int]]:
    """Thirty records, written before there was a tree, and then brought to today's tables."""
    call_command("migrate", "audit", "0001", verbosity=0)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO audit_record (act, actor, object, detail, request_id) SELECT 'question.asked',"
                " 'person:p' || n % 3, 'question:' || n, jsonb_build_object('purpose', 'study ' || n), 'r'"
                " FROM generate_series(1, 30) AS n RETURNING id"
            )
            ids = [number for (number,) in cursor.fetchall()]
    finally:
        call_command("migrate", verbosity=0)
    yield ids
    call_command("migrate", verbosity=0)


def test_records_from_before_get_salts_and_places(from_before: list[int]) -> None:
    newer = act("person:p1")
    sequence(wait=True)
    make_checkpoint(wait=True)
    assert places() == [*from_before, newer]
    assert found_online() == []
    salts = [bytes(salt) for (salt,) in rows("SELECT salt FROM audit_record")]
    assert len(set(salts)) == 31
    assert {len(salt) for salt in salts} == {32}


def test_records_from_before_say_what_they_said(from_before: list[int]) -> None:
    kept = Record.objects.get(pk=from_before[4])
    assert (kept.actor, kept.object, kept.detail) == ("person:p2", "question:5", {"purpose": "study 5"})
