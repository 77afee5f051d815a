"""Giving records their places in the tree, after their acts are committed; one at a time does it.

Ids are given before the commit, so a lower one can appear after a higher one. A record is taken once every
transaction up to its own has ended: its `txid` is below the oldest still running (`pg_snapshot_xmin`), and
nothing can come before it any more. Neither clocks nor ids decide. What was killed in the middle was never
committed.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from caimera.audit.errors import TrailDamaged
from caimera.audit.leaves import Opened, is_person, leaf_text, pseudonym
from caimera.audit.models import PersonKey
from caimera.merkle import leaf_hash

BATCH = 200
"""Records placed in one transaction."""

LOCK = 0x6361696D657261
"""The one lock of the trail in this database: whoever holds it places, signs or erases."""

_COLUMNS = "r.id, r.at, r.act, r.actor, r.object, r.detail, r.request_id, r.salt"

_HORIZON = """
SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() AS s
"""

_SINCE = f"""
SELECT {_COLUMNS} FROM audit_record AS r
WHERE r.txid >= %(since)s AND r.txid < %(oldest)s AND r.id > %(after)s
  AND NOT EXISTS (SELECT FROM audit_leaf AS l WHERE l.record_id = r.id)
ORDER BY r.id LIMIT %(batch)s
"""  # noqa: S608 - only the names of columns are put in

_ALL = f"""
SELECT {_COLUMNS} FROM audit_record AS r
WHERE (r.txid < %(oldest)s OR r.txid >= %(newest)s) AND r.id > %(after)s
  AND NOT EXISTS (SELECT FROM audit_leaf AS l WHERE l.record_id = r.id)
ORDER BY r.id LIMIT %(batch)s
"""  # noqa: S608 - only the names of columns are put in
"""Transactions from the future are those of another cluster, whose dump was read back here: all ended."""

_PLACE = "COPY audit_leaf (position, record_id, text, hash) FROM STDIN"


@dataclass(frozen=True, slots=True)
class Placed:
    """How many records got their places, and the transaction before which none is without one."""

    count: int
    since: int


def sequence(*, since: int | None = None, wait: bool = False, rest: float = 0.0) -> Placed | None:
    """Give every record its place whose turn has come; batch by batch, each its own transaction.

    `since` is what the last call returned: only records of later transactions are looked for. Without it
    the whole trail is, as at a program's start. After each batch others have their turn, `rest` times as
    long as it took. Returns None where another does it, unless `wait`. Raises TrailDamaged.
    """
    count, after, first = 0, 0, None
    while True:
        began = time.monotonic()
        with transaction.atomic():
            if not locked(wait=wait):
                return None
            oldest, newest = horizon()
            first = oldest if first is None else first
            known = since if since is not None and since <= oldest else None
            records = _waiting(known, first, newest, after)
            place(records)
        count += len(records)
        if len(records) < BATCH:
            return Placed(count, first)
        after = records[-1].id
        time.sleep(rest * (time.monotonic() - began))


def locked(*, wait: bool) -> bool:
    """Take the trail's lock until the end of the transaction; says whether it was free."""
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def horizon() -> tuple[int, int]:
    """The oldest transaction that still runs, and the next one to come."""
    with connection.cursor() as cursor:
        cursor.execute(_HORIZON)
        oldest, newest = cursor.fetchone()
    return oldest, newest


def _waiting(since: int | None, oldest: int, newest: int, after: int) -> list[Opened]:
    query = _ALL if since is None else _SINCE
    bounds = {"since": since, "oldest": oldest, "newest": newest, "after": after, "batch": BATCH}
    with connection.cursor() as cursor:
        cursor.execute(query, bounds)
        return [opened(row) for row in cursor.fetchall()]


def opened(row: Sequence[Any]) -> Opened:
    """A row of the columns id, at, act, actor, object, detail, request_id, salt."""
    number, at, act, actor, what, detail, request_id, salt = row
    return Opened(number, at, act, actor, what, detail_of(detail), request_id, bytes(salt))


def detail_of(column: Any) -> Any:
    """A record's detail, which Django's connections hand over as text."""
    return json.loads(column) if isinstance(column, str) else column


def place(records: Sequence[Opened]) -> None:
    """Append leaves for these records, in their order, under the trail's lock. Raises TrailDamaged."""
    if not records:
        return
    names, site, first = _names(records), settings.SITE.site_id, _next_position()
    texts = [
        leaf_text(record, site=site, position=first + n, named=names) for n, record in enumerate(records)
    ]
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(_PLACE) as rows:
        for position, (record, text) in enumerate(zip(records, texts, strict=True), first):
            rows.write_row((position, record.id, text, leaf_hash(text.encode())))


def _next_position() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce((SELECT max(position) + 1 FROM audit_leaf), 0),"
            " coalesce((SELECT max(size) FROM audit_checkpoint), 0)"
        )
        position, signed = cursor.fetchone()
    if position < signed:
        raise TrailDamaged(f"The tree has {position} leaves, but this site signed {signed}.")
    return int(position)


def _names(records: Iterable[Opened]) -> Callable[[str], str]:
    """What actors and objects are called in leaves; persons met for the first time get their keys."""
    persons = {name for record in records for name in (record.actor, record.object) if is_person(name)}
    keys = {each.name: bytes(each.key) for each in PersonKey.objects.filter(name__in=persons)}
    new = {name: os.urandom(32) for name in sorted(persons - keys.keys())}
    PersonKey.objects.bulk_create(PersonKey(name=name, key=key) for name, key in new.items())
    pseudonyms = {name: pseudonym(name, key) for name, key in (keys | new).items()}
    return lambda name: pseudonyms.get(name, name)
