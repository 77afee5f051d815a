"""A clinical database in the EUCAIM layout to test with, in the cluster the tests of a node have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import psycopg
import pyarrow as pa
from django.conf import settings

from caimera.demo.clinical.loading import Loader, make_layout
from caimera.node.sources import DatabaseOrigin, SourceRelease

READER = "clinical_reader"


@dataclass(frozen=True)
class ClinicalDatabase:
    """`address` is its owner's, `reader` that of a role that can only read."""

    address: str
    reader: str

    def load(self, *datasets: Mapping[str, pa.Table]) -> None:
        """Add datasets; called once a database."""
        with psycopg.connect(self.address) as connection, connection.cursor() as cursor:
            loader = Loader(cursor)
            for tables in datasets:
                loader.add(tables)

    def run(self, *statements: str) -> None:
        """Let the owner change something."""
        with psycopg.connect(self.address) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def origin(self, dataset_id: UUID, key: str = "") -> DatabaseOrigin:
        """A dataset in this database, as a node reads it."""
        return DatabaseOrigin("clinical", dataset_id, key or str(dataset_id), lambda: self.reader)

    def release(self, dataset_id: UUID) -> SourceRelease:
        """What the database holds of a dataset now, as a release."""
        origin = self.origin(dataset_id)
        digest, _ = origin.snapshot()
        return SourceRelease(dataset_id, digest, origin)


@contextmanager
def clinical_database(*, layout: bool = True) -> Iterator[ClinicalDatabase]:
    """A database of its own, gone afterwards."""
    given = urlsplit(settings.SITE.database_url)
    name = f"clinical_{uuid4().hex}"
    with psycopg.connect(settings.SITE.database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [READER]).fetchone():
            connection.execute(f"CREATE ROLE {READER} LOGIN".encode())
    made = ClinicalDatabase(
        urlunsplit(given._replace(path=f"/{name}")),
        urlunsplit(given._replace(path=f"/{name}", netloc=f"{READER}@")),
    )
    if layout:
        with psycopg.connect(made.address) as connection:
            make_layout(connection, reader=READER)
    yield made
    with psycopg.connect(settings.SITE.database_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
