"""The database keeps the trail append-only, whoever asks."""

import pytest
from django.db import DatabaseError, connection, transaction

from caimera.audit.actions import record
from caimera.audit.models import Record

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept() -> Record:
    return record(act="node.enrolled", actor="system")


STATEMENTS = (
    "UPDATE audit_record SET actor = 'visitor'",
    "UPDATE audit_record SET actor = 'visitor' WHERE id < 0",
    "DELETE FROM audit_record",
    "TRUNCATE audit_record",
    "TRUNCATE audit_record RESTART IDENTITY CASCADE",
)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_database_refuses(kept: Record, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="The trail is append-only"),
        transaction.atomic(),
        connection.cursor() as c,
    ):
        c.execute(statement)
    assert Record.objects.get().actor == "system"


def test_the_model_cannot_change_or_remove_a_record_either(kept: Record) -> None:
    kept.actor = "visitor"
    with pytest.raises(DatabaseError, match="UPDATE on audit_record"), transaction.atomic():
        kept.save()
    with pytest.raises(DatabaseError, match="DELETE on audit_record"), transaction.atomic():
        kept.delete()
    assert Record.objects.get().actor == "system"


def test_a_record_points_at_nothing() -> None:
    assert [field.name for field in Record._meta.get_fields() if field.is_relation] == []
