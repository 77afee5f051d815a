"""Under an owner of its own, the trail is append-only even for who sets the database's switches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from pytest_django import Settings

from caimera.audit.actions import forget_person
from caimera.audit.checkpoints import make_checkpoint
from caimera.audit.errors import RetentionRefused
from caimera.audit.models import Record
from caimera.audit.retiring import apply_retention
from caimera.audit.sequencing import sequence
from tests.audit.trails import act, acts, found_online, harm, signed

pytestmark = pytest.mark.django_db(transaction=True)

SCRIPT = Path(__file__).parents[2] / "deploy" / "audit-owner.sql"
OWNED = ("record", "leaf", "checkpoint", "cosignature")


def statements(app: str, job: str) -> Iterator[str]:
    """The script's statements, psql's own words put into SQL."""
    text = "\n".join(line for line in SCRIPT.read_text().splitlines() if not line.startswith("--"))
    create, _, rest = text.partition("\\gexec")
    assert "CREATE ROLE caimera_trail NOLOGIN" in create
    yield "CREATE ROLE caimera_trail NOLOGIN"
    yield from (
        each for each in rest.replace(':"app"', app).replace(':"job"', job).split(";") if each.strip()
    )


@pytest.fixture
def as_application(transactional_db: None) -> Iterator[None]:
    """The test's own connection, with no more rights than the application has."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE caimera_app")
        cursor.execute("CREATE ROLE caimera_job LOGIN")
        cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO caimera_app")
        cursor.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO caimera_app")
        for statement in statements("caimera_app", "caimera_job"):
            cursor.execute(statement)
        cursor.execute("SET ROLE caimera_app")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("REASSIGN OWNED BY caimera_trail TO CURRENT_USER")
        for role in ("caimera_app", "caimera_job", "caimera_trail"):
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
    assert found_online() == []


def grown_old() -> None:
    """Five acts of 400 days ago, in their places and signed."""
    acts(5)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        harm("UPDATE audit_record SET at = at - interval '400 days'")
        cursor.execute("SET ROLE caimera_app")
    sequence(wait=True)
    make_checkpoint(wait=True)


@pytest.mark.usefixtures("as_application")
def test_the_role_that_serves_retires_nothing_and_says_what_to_set() -> None:
    grown_old()
    with pytest.raises(RetentionRefused, match="retention_database_url"):
        apply_retention(days={"*": 365}, now=timezone.now())
    for statement in (
        "SELECT audit_retire(ARRAY(SELECT id FROM audit_record), 'system', '')",
        "SELECT audit_take_away(ARRAY(SELECT id FROM audit_record), true, 'system', '')",
    ):
        with (
            pytest.raises(DatabaseError, match="permission denied for function"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert Record.objects.count() == 5


@pytest.mark.usefixtures("as_application")
def test_the_jobs_role_retires_and_can_do_nothing_else(settings: Settings) -> None:
    grown_old()
    said = connection.settings_dict
    job = f"postgresql://caimera_job@/{quote(said['NAME'])}?host={quote(said['HOST'], safe='')}"
    settings.SITE = settings.SITE.model_copy(update={"retention_database_url": job})
    assert apply_retention(days={"*": 365}, now=timezone.now()) == 5
    sequence(wait=True)
    make_checkpoint(wait=True)
    assert found_online() == []
    with psycopg.connect(job, autocommit=True) as other:
        for statement in (
            "SELECT audit_erase(ARRAY(SELECT id FROM audit_record), 'system', '')",
            "DELETE FROM audit_record",
            "UPDATE audit_leaf SET text = NULL",
            "INSERT INTO audit_record (act, actor, object, detail, request_id) VALUES ('', '', '', '{}', '')",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                other.execute(statement)


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
