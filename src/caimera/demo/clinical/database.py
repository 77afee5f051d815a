"""The demo's clinical database: what is put in, and what its node is told of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql
from pydantic import TypeAdapter

from caimera.cdm.layout import SCHEMA
from caimera.demo.clinical.generating import labelled, profile_of, with_generated
from caimera.demo.clinical.loading import Loader, make_layout
from caimera.demo.idc.build import Keep, Made
from caimera.protocol.messages import Frozen

NODE = "community"
"""The node whose datasets come from the database."""
DATABASE = "clinical"
READER = "clinical_reader"
"""The role the node reads with; it can do nothing else."""


class Held(Frozen):
    """One dataset of the database, as the node is told to release it."""

    dataset_id: str
    version: str
    policy: Literal["open", "protected"]


_HELD = TypeAdapter(tuple[Held, ...])


@contextmanager
def filling(address: str, list_at: Path) -> Iterator[Keep]:
    """What fills the database with datasets, in place of those that were there: all of them, or none.

    The file `list_at` then says which they are.
    """
    held: list[Held] = []
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        _make_reader(cursor)
        make_layout(connection, reader=READER)
        cursor.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.Identifier(SCHEMA, "dataset")))
        loader = Loader(cursor)

        def keep(made: Made) -> None:
            loader.add(clinical_tables(made))
            said = made.description
            held.append(Held(dataset_id=str(said.dataset_id), version=said.version, policy=said.policy_hint))

        yield keep
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("ANALYZE")
    list_at.write_text(json.dumps([each.model_dump() for each in held], indent=1) + "\n", encoding="utf-8")


def _make_reader(cursor: psycopg.Cursor) -> None:
    if not cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [READER]).fetchone():
        cursor.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(READER)))


def datasets_held(list_at: Path) -> tuple[Held, ...]:
    """The datasets `filling` put into the database."""
    return _HELD.validate_json(list_at.read_bytes())


def clinical_tables(made: Made) -> Mapping[str, pa.Table]:
    """A dataset's tables as the database holds them, with generated clinical data where a profile fits.

    The layout knows patients by identifier across all datasets, the source only within a collection: in the
    database they are called `collection/identifier`.
    """
    tables = dict(made.tables)
    patients = tables["patient"]
    identifiers = pc.binary_join_element_wise(
        made.collection.collection_id, patients["patient_identifier"], "/"
    )
    tables["patient"] = _with(patients, "patient_identifier", identifiers)
    profile = profile_of(made.condition.label, made.collection.tumor_locations)
    if profile is None:
        return tables
    said = labelled(made.description)
    dataset = _with(tables["dataset"], "title", pa.array([said.title]))
    tables["dataset"] = _with(dataset, "description", pa.array([said.description]))
    return with_generated(tables, profile, said.dataset_id)


def _with(table: pa.Table, name: str, values: object) -> pa.Table:
    at = table.column_names.index(name)
    return table.set_column(at, table.schema.field(name), values)
