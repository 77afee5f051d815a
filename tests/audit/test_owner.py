"""Three roles in a real database: the application adds to the trail and changes nothing, whatever it runs."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from caimera.audit.actions import forget_person
from caimera.audit.checkpoints import make_checkpoint
from caimera.audit.errors import RetentionRefused
from caimera.audit.models import Record
from caimera.audit.queries import how_weak
from caimera.audit.retiring import apply_retention
from caimera.audit.roles import Roles, grant, setup, weaknesses
from caimera.audit.sequencing import sequence
from tests.audit.trails import act, acts, found_online, harm, signed

pytestmark = pytest.mark.django_db(transaction=True)

ROLES = Roles("an owner", "the_app", 'a "job"')
TABLES = {
    "audit_record": "act",
    "audit_leaf": "text",
    "audit_checkpoint": "note",
    "audit_cosignature": "line",
}


def quoted(role: str) -> str:
    return '"' + role.replace('"', '""') + '"'


def address(role: str) -> str:
    said = connection.settings_dict
    return f"postgresql://{quote(role)}@/{quote(said['NAME'])}?host={quote(said['HOST'], safe='')}"


def become(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {quoted(role)}")


@pytest.fixture
def as_application(transactional_db: None) -> Iterator[None]:
    """The test's own connection, with no more rights than the application has."""
    with connection.cursor() as cursor:
        cursor.execute(setup(ROLES))
        cursor.execute(setup(ROLES))  # as at each start of the demo
    become(ROLES.owner)
    with connection.cursor() as cursor:
        grant(cursor, app=ROLES.app, retention=ROLES.retention)
    become(ROLES.app)
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(f"REASSIGN OWNED BY {quoted(ROLES.owner)} TO CURRENT_USER")
        for role in (ROLES.owner, ROLES.app, ROLES.retention):
            cursor.execute(f"DROP OWNED BY {quoted(role)}")
            cursor.execute(f"DROP ROLE {quoted(role)}")


@pytest.mark.usefixtures("as_application")
def test_the_application_records_places_signs_and_forgets() -> None:
    signed(6)
    assert found_online() == []
    assert forget_person(names=["person:rosa"], actor="system") == 2
    act("person:omar")
    sequence(wait=True)
    make_checkpoint(wait=True)
    assert found_online() == []


OTHERS = """
SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind <> 'i'
    AND pg_get_userbyid(relowner) <> %(owner)s
UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    AND pg_get_userbyid(proowner) <> %(owner)s
UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace
    AND pg_get_userbyid(typowner) <> %(owner)s
"""


@pytest.mark.usefixtures("as_application")
def test_a_database_that_one_role_owned_is_handed_over_whole() -> None:
    with connection.cursor() as cursor:
        cursor.execute(OTHERS, {"owner": ROLES.owner})
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT count(*) FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'"
        )
        assert cursor.fetchone()[0] > 0, "there is something besides tables to hand over"


def grown_old() -> None:
    """Five acts of 400 days ago, in their places and signed."""
    acts(5)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    harm("UPDATE audit_record SET at = at - interval '400 days'")
    become(ROLES.app)
    sequence(wait=True)
    make_checkpoint(wait=True)


@pytest.mark.usefixtures("as_application")
def test_the_role_that_serves_retires_nothing_and_says_what_to_set() -> None:
    grown_old()
    with pytest.raises(RetentionRefused, match="retention_database_url"):
        apply_retention(days={"*": 365}, now=timezone.now())
    assert Record.objects.count() == 5


@pytest.mark.usefixtures("as_application")
def test_the_jobs_role_retires_and_can_do_nothing_else(settings: Settings) -> None:
    grown_old()
    job = address(ROLES.retention)
    settings.SITE = settings.SITE.model_copy(update={"retention_database_url": job})
    assert apply_retention(days={"*": 365}, now=timezone.now()) == 5
    sequence(wait=True)
    make_checkpoint(wait=True)
    assert found_online() == []
    with psycopg.connect(job, autocommit=True) as other:
        for statement in (
            "SELECT audit_erase(ARRAY(SELECT id FROM audit_record), 'system', '')",
            "SELECT audit_take_away(ARRAY(SELECT id FROM audit_record), true, 'system', '')",
            "DELETE FROM audit_record",
            "UPDATE audit_leaf SET text = NULL",
            "INSERT INTO audit_record (act, actor, object, detail, request_id) VALUES ('', '', '', '{}', '')",
            "SELECT FROM people_person",
            "DELETE FROM audit_personkey",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                other.execute(statement)


@pytest.fixture
def application(as_application: None) -> Iterator[psycopg.Connection]:
    """A connection of the application's own, not one that could go back to another role."""
    with psycopg.connect(address(ROLES.app), autocommit=True) as connected:
        yield connected


CHANGES = (
    "UPDATE {0} SET {1} = {1}",
    "DELETE FROM {0}",
    "TRUNCATE {0}",
    "DROP TABLE {0}",
    "ALTER TABLE {0} DISABLE TRIGGER ALL",
    "ALTER TABLE {0} DROP COLUMN {1}",
    "ALTER TABLE {0} OWNER TO the_app",
    "ALTER TABLE {0} RENAME TO other",
    "DROP TRIGGER audit_append_only ON {0}",
    "CREATE RULE silent AS ON INSERT TO {0} DO INSTEAD NOTHING",
    "SELECT FROM {0} FOR UPDATE",
)


@pytest.mark.parametrize("table", TABLES)
def test_the_application_cannot_change_the_trail_whatever_it_sets(
    application: psycopg.Connection, table: str
) -> None:
    signed(2)
    application.execute("SET caimera.audit_erasing = 'yes'")
    application.execute(f"GRANT ALL ON {table} TO the_app")  # PostgreSQL warns, and grants nothing
    for statement in CHANGES:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute(statement.format(table, TABLES[table]))
    assert found_online() == []


def test_the_application_takes_no_more_rights_than_it_has(application: psycopg.Connection) -> None:
    for statement in (
        'SET ROLE "an owner"',
        'SET ROLE "a ""job"""',
        'SET SESSION AUTHORIZATION "an owner"',
        'GRANT "an owner" TO the_app',
        "ALTER ROLE the_app SUPERUSER",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
        "DROP FUNCTION audit_refuse() CASCADE",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "DROP SCHEMA public CASCADE",
        "SELECT audit_retire(ARRAY(SELECT id FROM audit_record), 'system', '')",
        "SELECT audit_take_away(ARRAY(SELECT id FROM audit_record), true, 'system', '')",
        "DELETE FROM django_migrations",
        "CREATE EXTENSION citext",
    ):
        with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidFunctionDefinition)):
            application.execute(statement)


def test_a_table_of_a_session_cannot_stand_in_for_the_trees(application: psycopg.Connection) -> None:
    """What the owner's functions read is the trail, not what the application calls by its names."""
    act("person:rosa")  # has no place yet, so nobody may erase it
    application.execute(
        "CREATE TEMPORARY TABLE audit_leaf AS SELECT 7::bigint AS position, id AS record_id, '' AS text"
        " FROM audit_record"
    )
    application.execute("GRANT ALL ON audit_leaf TO PUBLIC")
    with pytest.raises(psycopg.errors.RestrictViolation, match="without a place"):
        application.execute("SELECT audit_erase(ARRAY(SELECT id FROM audit_record), 'system', 'none')")
    assert Record.objects.count() == 1


def weak(role: str) -> list[str]:
    with psycopg.connect(address(role)) as connected:
        return weaknesses(connected.cursor())


@pytest.mark.usefixtures("as_application")
def test_what_could_change_the_trail_is_said() -> None:
    assert weak(ROLES.app) == []
    assert weak(ROLES.retention) == ["it may retire records, which is for the retention job"]
    assert weak(ROLES.owner) == ["it owns the database, or may act as who does"]
    assert weak(connection.settings_dict["USER"]) == ["it is a superuser"]


@pytest.mark.usefixtures("as_application")
def test_every_right_too_many_is_said() -> None:
    for right, said in (
        ("UPDATE (at) ON audit_record {} the_app", "it may change audit_record"),
        ("TRIGGER ON audit_leaf {} the_app", "it may change audit_leaf"),
        ("pg_write_all_data {} the_app", "it may change audit_record"),
        ('"an owner" {} the_app', "it owns the database, or may act as who does"),
        ("SET ON PARAMETER session_replication_role {} the_app", "it may put triggers out of force"),
    ):
        with psycopg.connect(address(connection.settings_dict["USER"]), autocommit=True) as superuser:
            superuser.execute("GRANT " + right.format("TO"))
            try:
                assert said in weak(ROLES.app)
            finally:
                superuser.execute("REVOKE " + right.format("FROM"))
    assert weak(ROLES.app) == []


@pytest.mark.usefixtures("as_application")
def test_who_verifies_where_the_trail_lies_is_told_of_it() -> None:
    assert how_weak() == ""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert "could change the trail: it is a superuser. See `database-roles`" in how_weak()


@pytest.mark.usefixtures("as_application")
def test_rights_are_put_right_by_the_next_migration() -> None:
    """A table made later, and a right given by hand, are as they should be after the owner says it again."""
    become(ROLES.owner)
    with connection.cursor() as cursor:
        cursor.execute("GRANT ALL ON audit_record TO the_app")
        cursor.execute("CREATE TABLE made_later (id bigint GENERATED ALWAYS AS IDENTITY, word text)")
        grant(cursor, app=ROLES.app, retention="")
    become(ROLES.app)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO made_later (word) VALUES ('x')")
        assert weaknesses(cursor) == []
