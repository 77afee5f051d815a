"""Rows on their way from PostgreSQL into Arrow: streamed, hashed as they pass, kept where wanted."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from typing import Any

import psycopg
import pyarrow as pa
from psycopg import sql
from pyarrow import csv

from caimera.cdm import Column
from caimera.cdm.tables import ARROW_TYPES

BLOCK = 4 * 1024 * 1024
"""Bytes read at once; a row must fit into it."""
LARGEST = 4 * 1024**3
"""Bytes of text one table may have."""


class TooLarge(Exception):
    """A table is larger than a node reads."""


class Passing:
    """What comes out of a COPY, as a file whose bytes are hashed as they are read."""

    closed = False

    def __init__(self, copy: psycopg.Copy) -> None:
        self._copy = copy
        self._left = b""
        self._hash = hashlib.sha256()
        self.size = 0

    def read(self, size: int) -> bytes:
        """At most `size` bytes; none at the end. Raises TooLarge."""
        pieces, length = [self._left], len(self._left)
        while length < size and (piece := self._copy.read()):
            pieces.append(bytes(piece))
            length += len(pieces[-1])
        together = b"".join(pieces)
        given, self._left = together[:size], together[size:]
        self._hash.update(given)
        self.size += len(given)
        if self.size > LARGEST:
            raise TooLarge
        return given

    def hexdigest(self) -> str:
        """SHA-256 of everything read so far."""
        return self._hash.hexdigest()


def read_table(
    cursor: psycopg.Cursor, statement: sql.Composed, columns: Sequence[Column], wanted: Collection[str]
) -> tuple[pa.Table, str]:
    """The wanted columns of what `statement` copies out, and the SHA-256 of all of it.

    Raises psycopg.Error, pyarrow.ArrowException and TooLarge.
    """
    types = {column.name: ARROW_TYPES[column.type] for column in columns}
    kept = pa.schema([(name, held) for name, held in types.items() if name in wanted])
    with cursor.copy(statement) as copy:
        passing = Passing(copy)
        first = passing.read(BLOCK)
        if not first:
            return kept.empty_table(), passing.hexdigest()
        reader = csv.open_csv(
            pa.PythonFile(_Again(first, passing), mode="r"),
            csv.ReadOptions(use_threads=False, block_size=BLOCK, column_names=list(types)),
            csv.ParseOptions(newlines_in_values=True),
            _conversion(types, kept.names),
        )
        table = pa.Table.from_batches(list(reader), kept)
    return table, passing.hexdigest()


def _conversion(types: dict[str, Any], kept: list[str]) -> csv.ConvertOptions:
    """PostgreSQL writes what is missing as nothing and an empty text as two quotes."""
    return csv.ConvertOptions(
        column_types=types,
        include_columns=kept,
        null_values=[""],
        true_values=["t"],
        false_values=["f"],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )


class _Again:
    """The first bytes once more, then the rest."""

    closed = False

    def __init__(self, first: bytes, rest: Passing) -> None:
        self._first = first
        self._rest = rest

    def read(self, size: int) -> bytes:
        given, self._first = self._first[:size], self._first[size:]
        return given or self._rest.read(size)
