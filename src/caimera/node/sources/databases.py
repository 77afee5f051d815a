"""A PostgreSQL database in the EUCAIM layout as the origin of a release."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
import pyarrow as pa

from caimera.cdm import TABLES, in_the_models_codes
from caimera.cdm.layout import SCHEMA
from caimera.cdm.places import CODE
from caimera.node.sources import extraction
from caimera.node.sources.copying import TooLarge, read_table
from caimera.node.sources.errors import OriginUnusable
from caimera.node.sources.extraction import Extraction
from caimera.node.sources.origins import Columns, Tables

FORMAT = "caimera-database/1"
"""Raised whenever the same data would give another digest."""
WAIT = 10
"""Seconds to wait for a connection."""

_SESSION = (
    "SET LOCAL search_path = ''",
    "SET LOCAL statement_timeout = '10min'",
    "SET LOCAL lock_timeout = '30s'",
    "SET LOCAL datestyle = 'ISO, YMD'",
    "SET LOCAL extra_float_digits = 1",
)
_FAILED = {
    "22": "A value does not fit the column's type in the model.",
    "42": "This node may not read all of it.",
    "57": "Reading took too long or was ended.",
}


@dataclass(frozen=True, slots=True)
class DatabaseOrigin:
    """One dataset in the clinical database this node calls `name`; there it is called `key`.

    `address` gives the connection's address when it is needed, and raises LookupError where there is none: it
    may hold a password, so nothing shows, stores or compares it.
    """

    name: str
    dataset_id: UUID
    key: str
    address: Callable[[], str] = field(repr=False, compare=False)

    def read(self, columns: Columns, *, digest: str) -> Tables:
        """Read everything and keep the columns wanted. Raises OriginUnusable, also where data changed."""
        found, tables = self._extract(columns)
        if found != digest:
            raise self._unusable(
                "Its data changed since this version was released.", "Release a new version."
            )
        return tables

    def snapshot(self) -> tuple[str, Tables]:
        """The digest of the dataset as it is now, and all its tables. Raises OriginUnusable."""
        return self._extract({name: table.schema.names for name, table in TABLES.items()})

    def _extract(self, columns: Columns) -> tuple[str, Tables]:
        """All tables as of one moment; codes are brought into the model's spelling, after the hash."""
        with self._reading() as cursor:
            self._require_dataset(plan := self._plan(cursor), cursor)
            filled = {name for (name,) in cursor.execute(extraction.FIND_ROWS)}
            read = {
                name: self._table(cursor, plan, name, columns.get(name, ()))
                for name in TABLES
                if name in filled
            }
        hashed = [said for data, said in read.values() if data.num_rows]
        digest = hashlib.sha256(json.dumps([FORMAT, hashed]).encode()).hexdigest()
        tables = in_the_models_codes({name: read[name][0] for name in columns if name in read})
        return digest, {
            name: tables.get(name, TABLES[name].schema.empty_table()).select(list(wanted))
            for name, wanted in columns.items()
        }

    def _plan(self, cursor: psycopg.Cursor) -> Extraction:
        found: dict[str, dict[str, str]] = {}
        for table, column, held in cursor.execute(extraction.FIND_COLUMNS, [SCHEMA]):
            found.setdefault(table, {})[column] = held
        if problems := list(extraction.problems(found)):
            raise self._unusable(
                " ".join(problems), "Give it the EUCAIM layout: `caimera node cdm-ddl` prints it."
            )
        return Extraction(found, self.key, str(self.dataset_id))

    def _require_dataset(self, plan: Extraction, cursor: psycopg.Cursor) -> None:
        if not cursor.execute(plan.is_there()).fetchone():
            raise self._unusable(
                f"It holds no dataset {self.key!r}.", "Say what the database calls it with --key."
            )

    def _table(
        self, cursor: psycopg.Cursor, plan: Extraction, name: str, wanted: Sequence[str]
    ) -> tuple[pa.Table, tuple[str, list[str], str]]:
        """A table with the columns wanted, its key and its `CODE`, and what is hashed of it."""
        table, given = TABLES[name], plan.columns(TABLES[name])
        try:
            data, digest = read_table(cursor, plan.copy(table), given, {*wanted, CODE, table.key})
        except pa.ArrowException:
            raise self._unusable(f"Table {name} holds a value that cannot be read.", "Correct it.") from None
        except TooLarge:
            raise self._unusable(f"Table {name} is too large.", "Split the dataset.") from None
        return table.complete(data), (name, [column.name for column in given], digest)

    @contextmanager
    def _reading(self) -> Iterator[psycopg.Cursor]:
        """A cursor in a transaction that sees one moment and can change nothing."""
        with self._connected() as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            try:
                with connection.cursor() as cursor:
                    for statement in _SESSION:
                        cursor.execute(statement)
                    yield cursor
            except psycopg.Error as error:
                raise self._unusable(_meaning(error), "Ask its keeper, then try again.") from None

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection]:
        try:
            address = self.address()
        except LookupError:
            remedy = f"Tell this node with `caimera node connect-database {self.name}`."
            raise self._unusable("Its address is not known.", remedy) from None
        try:
            connection = psycopg.connect(
                address, connect_timeout=WAIT, client_encoding="utf8", application_name="caimera-node"
            )
        except psycopg.Error:
            why = "It cannot be reached at its address, or lets this node not in."
            raise self._unusable(why, "Try again when it can, or give its new address.") from None
        with connection:
            yield connection

    def _unusable(self, why: str, remedy: str) -> OriginUnusable:
        return OriginUnusable(f"The database {self.name}", why, remedy)


def _meaning(error: psycopg.Error) -> str:
    """What an error means. Its own words stay here: they may hold an address or a patient's data."""
    return _FAILED.get((error.sqlstate or "")[:2], "The connection was lost while reading.")
