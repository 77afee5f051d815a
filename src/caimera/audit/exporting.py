"""The trail as lines, out of the database: for a file, or to be verified where it lies."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from caimera.audit.checkpoints import hashes_of
from caimera.audit.keys import log_key
from caimera.audit.leaves import instant
from caimera.audit.lines import CheckpointLine, Header, LeafLine, Line, PersonLine, WitnessLine
from caimera.audit.models import Checkpoint, Cosignature, PersonKey, Witness
from caimera.audit.sequencing import opened
from caimera.merkle import KeyMalformed, Note, NoteMalformed, Signature, VerifierKey

_CHUNK = 2000

_LEAVES = """
SELECT l.position, l.text, l.hash, r.id, r.at, r.act, r.actor, r.object, r.detail::text, r.request_id, r.salt
FROM audit_leaf AS l LEFT JOIN audit_record AS r ON r.id = l.record_id
WHERE l.position >= %s AND l.position < %s ORDER BY l.position
"""

_BOUNDS = """
SELECT min(position), max(position) FROM audit_leaf
WHERE text::json ->> 'at' >= %s AND text::json ->> 'at' < %s
"""

_FIRST, _LAST = "0001", "9999"


@dataclass(frozen=True, slots=True)
class Window:
    """What is wanted: acts at or after `since` and before `until`, with their records if `opened`."""

    since: datetime | None = None
    until: datetime | None = None
    opened: bool = False

    @property
    def is_whole(self) -> bool:
        return self.since is None and self.until is None

    @property
    def bounds(self) -> tuple[str, str]:
        """Both ends as leaves write times."""
        return (
            _FIRST if self.since is None else instant(self.since),
            _LAST if self.until is None else instant(self.until),
        )


def export(window: Window) -> Generator[Line]:
    """The lines of the trail up to its latest checkpoint, or of the part that a window is in.

    A part begins and ends at checkpoints; of leaves in it that the window leaves out, only hashes are
    given. Must be read to its end, or closed: one look at the database holds until then.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        begin, end = _ends(window)
        yield Header(
            site=settings.SITE.site_id,
            key=log_key().verifier,
            begin=begin,
            end=end,
            opened=window.opened,
            whole=window.is_whole,
        )
        yield from _witnesses()
        if window.opened:
            yield from _persons(begin, end, window)
        yield from _merged(begin, end, window)


def verifiable() -> Generator[Line]:
    """The whole trail with everything in the clear and every stored hash, to be verified where it lies."""
    return export(Window(opened=True))


def _ends(window: Window) -> tuple[int, int]:
    """The sizes of the checkpoints around the window."""
    last = Checkpoint.objects.last()
    end = last.size if last else 0
    if window.is_whole:
        return 0, end
    with connection.cursor() as cursor:
        cursor.execute(_BOUNDS, window.bounds)
        first, final = cursor.fetchone()
    if first is None or first >= end:
        return end, end
    before = Checkpoint.objects.filter(size__lte=first).last()
    after = Checkpoint.objects.filter(size__gt=final).first()
    return (before.size if before else 0), (after.size if after else end)


def _witnesses() -> Iterator[Line]:
    for witness in Witness.objects.exclude(key="").order_by("site"):
        with suppress(KeyMalformed):
            yield WitnessLine(witness.site, VerifierKey.parse(witness.key))


def _persons(begin: int, end: int, window: Window) -> Iterator[Line]:
    """The keys of the persons in the window's records."""
    named = """
        SELECT name, key FROM audit_personkey WHERE name IN (
            SELECT unnest(ARRAY[r.actor, r.object])
            FROM audit_leaf AS l JOIN audit_record AS r ON r.id = l.record_id
            WHERE l.position >= %s AND l.position < %s AND (%s OR (l.text::json ->> 'at' >= %s
                AND l.text::json ->> 'at' < %s))
        ) ORDER BY name
    """
    for each in PersonKey.objects.raw(named, [begin, end, window.is_whole, *window.bounds]):
        yield PersonLine(each.name, bytes(each.key))


def _merged(begin: int, end: int, window: Window) -> Iterator[Line]:
    """Leaves, and each checkpoint before the leaf that follows it."""
    checkpoints = _checkpoints(begin, end)
    following = next(checkpoints, None)
    for leaf in _leaves(begin, end, window):
        while following is not None and following[0] <= leaf.position:
            yield following[1]
            following = next(checkpoints, None)
        yield leaf
    while following is not None:
        yield following[1]
        following = next(checkpoints, None)


def _checkpoints(begin: int, end: int) -> Iterator[tuple[int, CheckpointLine]]:
    signatures = Cosignature.objects.filter(size__gte=begin, size__lte=end)
    by_size: dict[int, list[str]] = {}
    for size, line in signatures.order_by("id").values_list("size", "line"):
        by_size.setdefault(size, []).append(line)
    for each in Checkpoint.objects.filter(size__gte=begin, size__lte=end).iterator():
        note = _note(each.note, by_size.get(each.size, ()))
        yield each.size, CheckpointLine(note, tuple(hashes_of(each)))


def signed_note(checkpoint: Checkpoint) -> Note:
    """A stored checkpoint with the signatures of its witnesses under it."""
    lines = Cosignature.objects.filter(size=checkpoint.size).order_by("id").values_list("line", flat=True)
    return _note(checkpoint.note, lines)


def _note(text: str, cosignatures: Iterable[str]) -> Note:
    """A stored checkpoint as it is, damaged or not: to judge it is for who verifies it."""
    try:
        note = Note.parse(text)
    except NoteMalformed:
        return Note(text)
    for line in cosignatures:
        with suppress(NoteMalformed):
            note = note.with_signature(Signature.parse(line))
    return note


def _leaves(begin: int, end: int, window: Window) -> Iterator[LeafLine]:
    """While some are looked at, the database sends those that follow: it has a processor of its own."""
    raw = connection.connection  # Django's own belongs to this thread alone; psycopg's takes turns
    with ThreadPoolExecutor(1, "leaves") as ahead:
        coming: Future[list[tuple[Any, ...]]] | None = None
        for start in (*range(begin, end, _CHUNK), None):
            ready = coming
            if start is not None:
                coming = ahead.submit(_rows, raw, start, min(start + _CHUNK, end))
            for row in ready.result() if ready else ():
                yield _leaf_line(row, window)


def _rows(raw: Any, start: int, end: int) -> list[tuple[Any, ...]]:
    """Sent as the database keeps them, times and hashes not spelled out and read again: half the waiting."""
    with raw.cursor(binary=True) as cursor:
        return list(cursor.execute(_LEAVES, [start, end]).fetchall())


def _leaf_line(row: tuple[Any, ...], window: Window) -> LeafLine:
    position, text, data, *record = row
    if text is None or not (window.is_whole or _is_within(text, window)):
        return LeafLine(position, hash=bytes(data))
    shown = opened(record) if window.opened and record[0] is not None else None
    return LeafLine(position, text=text, hash=bytes(data), record=shown)


def _is_within(text: str, window: Window) -> bool:
    first, last = window.bounds
    return bool(first <= json.loads(text)["at"] < last)
