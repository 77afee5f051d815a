"""An open index: read-only, locked down, counting in a few threads under a deadline."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

import duckdb

from caimera.node.sources import statements
from caimera.node.sources.building import locked_down
from caimera.node.sources.compiling import Codes, Fragment
from caimera.node.sources.errors import DeadlinePassed, IndexUnusable

Row = tuple[int, int, int, int]
"""Dataset number, subjects, studies, series."""


class Index:
    """One index file, opened once per process; each question counts on a cursor of its own.

    `recorded` names, for each variable, the datasets that record it anywhere. Raises IndexUnusable.
    """

    def __init__(self, path: Path, *, memory: str, threads: int) -> None:
        self.path = path
        self._counting: set[duckdb.DuckDBPyConnection] = set()
        try:
            config = locked_down(memory=memory, threads=threads)
            self._connection = duckdb.connect(path, read_only=True, config=config)
            self._read_directory()
        except duckdb.Error as error:
            raise IndexUnusable(path.parent, str(error)) from error

    def _read_directory(self) -> None:
        datasets = self._connection.execute(statements.READ_DATASETS).fetchall()
        codes = self._connection.execute(statements.READ_CODES).fetchall()
        recorded = self._connection.execute(statements.READ_RECORDED).fetchall()
        name_of = {number: UUID(dataset_id) for number, dataset_id, _ in datasets}
        self.number_of: Mapping[UUID, int] = {dataset_id: number for number, dataset_id in name_of.items()}
        self.dates_shifted = frozenset(name_of[number] for number, _, shifted in datasets if shifted)
        self.codes: Codes = {(variable, word): number for variable, word, number in codes}
        self.recorded = frozenset((variable, name_of[number]) for variable, number in recorded)

    def count(self, where: Fragment, *, pool: ThreadPoolExecutor, wait: float) -> Sequence[Row]:
        """Count the rows that fit, in `pool`, within `wait` seconds. Raises DeadlinePassed, IndexUnusable."""
        with self._cursor() as cursor:
            work = pool.submit(_fetch, cursor, statements.count(where.sql), where.parameters)
            try:
                return work.result(timeout=max(0.0, wait))
            except TimeoutError as error:
                _stop(work, cursor)
                raise DeadlinePassed from error
            except (CancelledError, duckdb.InterruptException) as error:
                raise DeadlinePassed from error
            except duckdb.Error as error:
                raise IndexUnusable(self.path.parent, str(error)) from error

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._connection.cursor() as cursor:
            self._counting.add(cursor)
            try:
                yield cursor
            finally:
                self._counting.discard(cursor)

    def close(self) -> None:
        """End what is still being counted, as if its time were over, and close the file.

        Whoever gave counts to a pool must have shut it down.
        """
        while running := tuple(self._counting):
            for cursor in running:
                with suppress(duckdb.ConnectionException):  # it was done in this very moment
                    cursor.interrupt()
            time.sleep(0.01)
        self._connection.close()


def _fetch(cursor: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[float]) -> Sequence[Row]:
    return cursor.execute(sql, parameters).fetchall()


def _stop(work: Future[Sequence[Row]], cursor: duckdb.DuckDBPyConnection) -> None:
    """End counting that nobody waits for; again and again, as an interrupt before its start is not heard."""
    while not (work.cancel() or work.done()):
        cursor.interrupt()
        time.sleep(0.01)
