"""A trail to harm: acts, their places and checkpoints, and a hand that goes past every trigger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection, transaction

from caimera.audit.actions import record
from caimera.audit.checkpoints import make_checkpoint
from caimera.audit.exporting import Window, export, verifiable
from caimera.audit.lines import read, write
from caimera.audit.sequencing import sequence
from caimera.audit.verifying import Report, verify

CYCLE = ("person:rosa", "person:omar", "site:trials", "system", "visitor")


def act(actor: str = "system", act: str = "question.asked", **said: Any) -> int:
    """One act with its record, committed; returns the record's id."""
    with transaction.atomic():
        return record(act=act, actor=actor, **said).id


def acts(count: int, first: int = 0) -> list[int]:
    """As many acts, of all kinds of actors in turn."""
    return [
        act(
            CYCLE[n % 5],
            object=f"question:{n}",
            detail={"purpose": f"study {n}", "n": n},
            request_id=f"r-{n}",
        )
        for n in range(first, first + count)
    ]


def signed(count: int, first: int = 0) -> list[int]:
    """As many acts, placed and under a checkpoint of their own."""
    ids = acts(count, first)
    sequence(wait=True)
    make_checkpoint(wait=True)
    return ids


def harm(*statements: str) -> None:
    """What only the database's superuser can do: change what the triggers protect."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)


def rows(statement: str, *values: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def file(**window: Any) -> list[bytes]:
    """The trail as an exported file has it."""
    return [line.encode() for line in write(export(Window(**window)))]


def findings(report: Report) -> list[tuple[str, int, int]]:
    return [(each.code, each.first, each.last) for each in report.findings]


def found_online() -> list[tuple[str, int, int]]:
    return findings(verify(verifiable()))


def found_offline(**window: Any) -> list[tuple[str, int, int]]:
    """What is found in an exported file, read back."""
    return findings(verify(read(file(**{"opened": True, **window}))))


@contextmanager
def another_session() -> Iterator[psycopg.Connection[Any]]:
    """A connection of somebody else's to the same database, each statement by itself unless it begins."""
    said = connection.settings_dict
    with psycopg.connect(dbname=said["NAME"], user=said["USER"], host=said["HOST"], autocommit=True) as other:
        yield other


INSERT = (
    "INSERT INTO audit_record (act, actor, object, detail, request_id)"
    " VALUES ('question.asked', %s, '', '{}', '') RETURNING id"
)
"""A record written past Django, whose transaction the caller holds open."""


def places() -> list[int]:
    """The ids of the records in the tree, by their places, which leave no gap."""
    found = rows("SELECT position, record_id FROM audit_leaf ORDER BY position")
    assert [position for position, _ in found] == list(range(len(found)))
    return [record_id for _, record_id in found]
