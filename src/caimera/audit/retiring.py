"""Retiring what was kept long enough: records go and their leaves' texts, only the leaves' hashes stay.

The one act here that the role which serves pages need not be able to do: where the setting
`retention_database_url` is, this alone goes through it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import psycopg
from django.conf import settings
from django.db import ProgrammingError, connection, transaction

from caimera.audit.errors import RetentionRefused
from caimera.audit.queries import older_than
from caimera.audit.sequencing import LOCK

BATCH = 1000
"""Records retired in one transaction, under one record that says so."""

WHY = "kept for as long as it had to be"

_KEYS_WITHOUT_RECORDS = """
DELETE FROM audit_personkey AS key WHERE NOT EXISTS (
    SELECT FROM audit_record WHERE actor = key.name) AND NOT EXISTS (
    SELECT FROM audit_record WHERE object = key.name)
"""


def apply_retention(*, days: Mapping[str, int], now: datetime, actor: str = "system") -> int:
    """Retire what is older than its kind is kept. Returns how many records.

    `days` says how many for an act (`question.asked`), for all acts of a noun (`question`), for all others
    (`*`). What says that something was erased is kept for ever; nothing goes before it is a year old by the
    database's clock. Of persons whom no record names any more, the pseudonyms' keys go, too.

    Raises RetentionRefused.
    """
    retired = 0
    for kind, kept in days.items():
        before = now - timedelta(days=kept)
        others = [other for other in days if other != kind]
        while count := _retire_older(kind, before, others, actor):
            retired += count
    if retired:
        _forget_keys()
    return retired


def _retire_older(kind: str, before: datetime, others: Collection[str], actor: str) -> int:
    wanted = older_than(kind, before, others).values_list("id", flat=True)[:BATCH]
    statement, values = wanted.query.sql_with_params()
    try:
        with _cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            cursor.execute(statement, values)
            ids = [row[0] for row in cursor.fetchall()]
            if ids:
                cursor.execute("SELECT audit_retire(%s, %s, %s)", [ids, actor, WHY])
            return len(ids)
    except (psycopg.errors.InsufficientPrivilege, ProgrammingError) as error:
        if isinstance(error.__cause__ or error, psycopg.errors.InsufficientPrivilege):
            raise RetentionRefused from error
        raise


@contextmanager
def _cursor() -> Iterator[Any]:
    """One transaction of the role that may retire: the job's own where there is one."""
    if address := settings.SITE.retention_database_url:
        with psycopg.connect(address) as job, job.cursor() as cursor:
            yield cursor
        return
    with transaction.atomic(), connection.cursor() as cursor:
        yield cursor


def _forget_keys() -> None:
    """Under the trail's lock, so that no record is just being placed under one of them."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(_KEYS_WITHOUT_RECORDS)
