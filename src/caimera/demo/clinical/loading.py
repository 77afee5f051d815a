"""Tables of the common data model into a PostgreSQL database in the EUCAIM layout."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql
from pyarrow import csv

from caimera.cdm import TABLES, Table, ddl
from caimera.cdm.layout import SCHEMA, is_patient_number, stored_columns

BATCH = 64 * 1024
"""Rows sent at once."""


def make_layout(connection: psycopg.Connection, *, reader: str) -> None:
    """Make the tables, and let the role `reader` read them; done before, it changes nothing."""
    connection.execute(ddl().encode())
    grants = ("GRANT USAGE ON SCHEMA {} TO {}", "GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}")
    for grant in grants:
        connection.execute(sql.SQL(grant).format(sql.Identifier(SCHEMA), sql.Identifier(reader)))


class Loader:
    """Adds datasets to an empty layout; keys, which each numbers from 1, are moved past those before."""

    def __init__(self, cursor: psycopg.Cursor) -> None:
        self._cursor = cursor
        self._before = dict.fromkeys(TABLES, 0)

    def add(self, tables: Mapping[str, pa.Table]) -> None:
        """Add the tables of one dataset, whose patients are numbered from 1 without a gap."""
        identifiers = tables["patient"]["patient_identifier"].combine_chunks()
        for name, table in TABLES.items():
            if name in tables:
                moved = _moved(table, tables[name], self._before)
                _send(self._cursor, table, _stored(table, moved, identifiers))
        for name, data in tables.items():
            self._before[name] += data.num_rows


def _moved(table: Table, data: pa.Table, before: Mapping[str, int]) -> pa.Table:
    """The same rows with keys and references moved; patients keep their numbers, which are not stored."""
    moves = {table.key: before[table.name]}
    moves |= {foreign.column: before[foreign.table] for foreign in table.foreign_keys}
    for name, move in moves.items():
        if name in data.column_names and name not in ("patient_id", "dataset_id"):
            values = pc.add(data[name], pa.scalar(move, pa.int32()))
            data = data.set_column(data.column_names.index(name), name, values)
    return data


def _stored(table: Table, data: pa.Table, identifiers: Any) -> pa.Table:
    """The columns a database holds, as it calls them; patients by identifier."""
    columns: dict[str, Any] = {}
    for column, _ in stored_columns(table):
        if column.name not in data.column_names:
            continue
        values = data[column.name]
        columns[column.stored] = (
            identifiers.take(pc.subtract(values, 1)) if is_patient_number(column) else values
        )
    return pa.table(columns)


def _send(cursor: psycopg.Cursor, table: Table, data: pa.Table) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, data.column_names))
    place = sql.Identifier(SCHEMA, table.name)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(place, columns)
    with cursor.copy(statement) as copy:
        for start in range(0, data.num_rows, BATCH):
            text = io.BytesIO()
            csv.write_csv(data.slice(start, BATCH), text, csv.WriteOptions(include_header=False))
            copy.write(text.getbuffer())
