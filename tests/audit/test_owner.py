"""Under an owner of its own, the trail is append-only even for who sets the database's switches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from caimera.audit.actions import apply_retention, forget_person
from caimera.audit.checkpoints import make_checkpoint
from caimera.audit.models import Record
from caimera.audit.sequencing import sequence
from tests.audit.trails import act, found_online, signed

pytestmark = pytest.mark.django_db(transaction=True)

SCRIPT = Path(__file__).parents[2] / "deploy" / "audit-owner.sql"
OWNED = ("record", "leaf", "checkpoint", "cosignature")


def statements(app: str) -> Iterator[str]:
    """The script's statements, psql's own words put into SQL."""
    text = "\n".join(line for line in SCRIPT.read_text().splitlines() if not line.startswith("--"))
    create, _, rest = text.partition("\\gexec")
    assert "CREATE ROLE caimera_trail NOLOGIN" in create
    yield "CREATE ROLE caimera_trail NOLOGIN"
    yield from (each for each in rest.replace(':"app"', app).split(";") if each.strip())


@pytest.fixture
def as_application(transactional_db: None) -> Iterator[None]:
    """The test's own connection, with no more rights than the application has."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE caimera_app")
        cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO caimera_app")
        cursor.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO caimera_app")
        for statement in statements("caimera_app"):
            cursor.execute(statement)
        cursor.execute("SET ROLE caimera_app")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("REASSIGN OWNED BY caimera_trail TO CURRENT_USER")
        for role in ("caimera_app", "caimera_trail"):
            cursor.execute(f"DROP OWNED BY {role}")
            cursor.execute(f"DROP ROLE {role}")


@pytest.mark.usefixtures("as_application")
def test_the_application_records_places_signs_and_forgets() -> None:
    signed(6)
    assert found_online() == []
    assert forget_person(names=["person:rosa"], actor="system") == 2
    act("person:omar")
    sequence(wait=True)
    make_checkpoint(wait=True)
    assert apply_retention(days={"*": 365}, now=Record.objects.earliest("at").at) == 0
    assert found_online() == []


@pytest.mark.usefixtures("as_application")
@pytest.mark.parametrize("table", OWNED)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_{0} SET {1} = {1}",
        "DELETE FROM audit_{0}",
        "TRUNCATE audit_{0}",
        "DROP TABLE audit_{0}",
        "ALTER TABLE audit_{0} DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_append_only ON audit_{0}",
        "ALTER TABLE audit_{0} OWNER TO caimera_app",
    ],
)
def test_the_application_cannot_change_the_trail_whatever_it_sets(table: str, statement: str) -> None:
    signed(2)
    column = {"record": "act", "leaf": "text", "checkpoint": "note", "cosignature": "line"}[table]
    with (
        pytest.raises(DatabaseError, match=r"permission denied|must be owner|must be able to SET ROLE"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SET LOCAL caimera.audit_erasing = 'yes'; {statement.format(table, column)}")
    assert found_online() == []


@pytest.mark.usefixtures("as_application")
def test_the_application_cannot_replace_the_guards() -> None:
    for statement in (
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
        "DROP FUNCTION audit_refuse() CASCADE",
        "SET session_replication_role = replica",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    signed(1)
    assert found_online() == []
