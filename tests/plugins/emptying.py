"""After a test with real transactions its rows go, and its tables stay.

Django would truncate every table, each a handful of new files, and make content types and permissions anew:
that took a quarter of the time of a run. Nor does anything wait for the disk: what a run leaves there is
thrown away with it. Benchmarks, which use the same databases, do wait.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

KEPT = frozenset({"django_content_type", "auth_permission"})
"""Filled by the migrations, and changed by no test."""

NOT_DJANGOS = (
    "procrastinate_events",
    "procrastinate_periodic_defers",
    "procrastinate_jobs",
    "procrastinate_workers",
)
"""Background work, whose tables Django does not know as its own."""

EVER_FILLED = (
    "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND relkind = 'r' AND pg_relation_size(oid) > 0"
)


def statements(operations: Any, tables: list[str]) -> list[str]:
    """What empties those tables that ever had a row.

    Who still writes is waited for, as with TRUNCATE; for this moment the trail lets its records go.
    """
    with operations.connection.cursor() as cursor:
        cursor.execute(EVER_FILLED, [[*tables, *NOT_DJANGOS]])
        filled = [operations.quote_name(name) for (name,) in cursor if name not in KEPT]
    if not filled:
        return []
    deleted = "; ".join(f"DELETE FROM {table}" for table in filled)
    return [
        "SET LOCAL session_replication_role = replica",
        f"LOCK TABLE {', '.join(filled)} IN EXCLUSIVE MODE",
        deleted,
    ]


def pytest_configure() -> None:
    """The database of this run is nobody's."""
    kind = os.environ["DJANGO_SETTINGS_MODULE"].split(".")[1].upper()
    with psycopg.connect(os.environ[f"CAIMERA_{kind}_DATABASE_URL"], autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET full_page_writes = off")
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session", autouse=True)
def _empty_quickly() -> Iterator[None]:
    from django.core.management.commands import flush
    from django.db.backends.postgresql.operations import DatabaseOperations

    def sql_flush(self: Any, style: Any, tables: list[str], **_: Any) -> list[str]:
        return statements(self, tables)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_: None)
        yield
