"""What the roles of a site's database may do, so that who serves can add to the trail and never change it.

Three roles: the **owner** of everything, with whom `migrate` runs and nothing else; the role of the
**application**, which reads and writes, but of the trail only reads and adds; that of the **retention** job,
which reads records and retires those that were kept long enough. Needs no Django; cursors are psycopg's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import sql

TRAIL = ("audit_record", "audit_leaf", "audit_checkpoint", "audit_cosignature")
"""The tables of which no row is changed or removed."""

READ_ONLY = ("django_migrations",)
"""Tables that only `migrate` writes."""

RETENTION_READS = ("audit_record", "audit_leaf")

_TAKE_AWAY = "audit_take_away(bigint[], boolean, text, text)"
_ERASE = "audit_erase(bigint[], text, text)"
_RETIRE = "audit_retire(bigint[], text, text)"


@dataclass(frozen=True, slots=True)
class Roles:
    """The names of a site's three roles in its database."""

    owner: str
    app: str
    retention: str


_SETUP: LiteralString = """
DO $roles$
DECLARE
    wanted text;
    command text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY[{owner}, {app}, {retention}] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', wanted);
        END IF;
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), wanted);
    END LOOP;
    FOREACH wanted IN ARRAY ARRAY[{app}, {retention}] LOOP
        IF pg_has_role(wanted, {owner}, 'MEMBER') THEN
            EXECUTE format('REVOKE %I FROM %I', {owner}, wanted);
        END IF;
    END LOOP;
    EXECUTE format('ALTER DATABASE %I OWNER TO %I', current_database(), {owner});
    EXECUTE format('ALTER SCHEMA public OWNER TO %I', {owner});
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    FOR command IN
        WITH belonging AS (SELECT classid, objid FROM pg_depend WHERE deptype IN ('a', 'e', 'i'))
        SELECT format('ALTER TABLE %s OWNER TO %I', oid::regclass, {owner}) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
            AND (tableoid, oid) NOT IN (SELECT * FROM belonging)
        UNION ALL
        SELECT format('ALTER ROUTINE %s OWNER TO %I', oid::regprocedure, {owner}) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND (tableoid, oid) NOT IN (SELECT * FROM belonging)
        UNION ALL
        SELECT format('ALTER TYPE %s OWNER TO %I', oid::regtype, {owner}) FROM pg_type
        WHERE typnamespace = 'public'::regnamespace AND typtype IN ('c', 'd', 'e')
            AND (tableoid, oid) NOT IN (SELECT * FROM belonging)
    LOOP
        EXECUTE command;
    END LOOP;
END
$roles$;
"""


def setup(roles: Roles) -> str:
    """What a superuser runs in a site's database, new or old: it makes the roles and hands all to the owner.

    Roles that exist stay as they are; those that are made have no password yet. May be run again.
    """
    names = {"owner": roles.owner, "app": roles.app, "retention": roles.retention}
    return sql.SQL(_SETUP).format(**{name: sql.Literal(value) for name, value in names.items()}).as_string()


_OWN = """
SELECT c.relname, c.relkind FROM pg_class AS c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
    AND pg_get_userbyid(c.relowner) = current_user
ORDER BY c.relname
"""


def grant(cursor: Any, *, app: str, retention: str) -> None:
    """Let the application and the retention job do what is theirs, and no more; the owner's last step.

    Without a retention role, nobody retires.
    """
    cursor.execute(_OWN)
    relations = cursor.fetchall()
    grantees = [sql.Identifier(name) for name in (app, retention) if name]
    for name, kind in relations:
        _only(cursor, sql.Identifier(name), grantees[0], grantees, _rights(name, kind))
    if retention:
        for name in RETENTION_READS:
            cursor.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(sql.Identifier(name), grantees[1]))
    functions = ((_TAKE_AWAY, ""), (_ERASE, app), (_RETIRE, retention))
    for signature, to in functions:
        _only_call(cursor, signature, to, grantees)


def _rights(name: str, kind: str) -> LiteralString:
    if kind == "S":
        return "USAGE, SELECT, UPDATE"
    if name in TRAIL:
        return "SELECT, INSERT"
    return "SELECT" if name in READ_ONLY else "SELECT, INSERT, UPDATE, DELETE"


def _only(
    cursor: Any,
    name: sql.Identifier,
    app: sql.Identifier,
    all_: Sequence[sql.Identifier],
    rights: LiteralString,
) -> None:
    others = sql.SQL(", ").join(all_)
    cursor.execute(sql.SQL("REVOKE ALL ON {} FROM PUBLIC, {}").format(name, others))
    cursor.execute(sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights), name, app))


def _only_call(cursor: Any, signature: LiteralString, to: str, all_: Sequence[sql.Identifier]) -> None:
    function, others = sql.SQL(signature), sql.SQL(", ").join(all_)
    cursor.execute(sql.SQL("REVOKE ALL ON FUNCTION {} FROM PUBLIC, {}").format(function, others))
    if to:
        cursor.execute(sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(function, sql.Identifier(to)))


_RIGHTS = """
SELECT 0, 'it is a superuser' FROM pg_roles WHERE rolname = current_user AND rolsuper
UNION SELECT 1, 'it owns the database, or may act as who does'
FROM pg_database WHERE datname = current_database() AND pg_has_role(datdba, 'MEMBER')
UNION SELECT 2, 'it owns ' || relname || ', or may act as who does'
FROM pg_class WHERE oid = ANY(%(tables)s::regclass[]) AND pg_has_role(relowner, 'MEMBER')
UNION SELECT 3, 'it may change ' || relname
FROM pg_class WHERE oid = ANY(%(tables)s::regclass[]) AND (
    has_table_privilege(oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER') OR has_any_column_privilege(oid, 'UPDATE'))
UNION SELECT 4, 'it owns the function ' || proname || ', or may act as who does'
FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'audit\\_%%'
    AND pg_has_role(proowner, 'MEMBER')
UNION SELECT 5, 'it may retire records, which is for the retention job'
WHERE has_function_privilege(%(retire)s, 'EXECUTE') OR has_function_privilege(%(take_away)s, 'EXECUTE')
UNION SELECT 6, 'it may put triggers out of force'
WHERE has_parameter_privilege('session_replication_role', 'SET')
ORDER BY 1, 2
"""


def weaknesses(cursor: Any) -> list[str]:
    """How this connection's role could change or remove what is in the trail, in words; none if it cannot."""
    cursor.execute(_RIGHTS, {"tables": list(TRAIL), "retire": _RETIRE, "take_away": _TAKE_AWAY})
    found = cursor.fetchall()
    return [words for rank, words in found if rank == found[0][0] or found[0][0] > 1]
