"""The SQL that takes one dataset out of a database in the EUCAIM layout, table by table.

Rows come in the order of their keys and every value is cast to the model's type, so that the same data give
the same bytes whatever the columns' own types.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from psycopg import sql

from caimera.cdm import TABLES, Column, Table, Type
from caimera.cdm.codes import spellings
from caimera.cdm.layout import PATIENT_ID, SCHEMA, SQL_TYPES, is_patient_number, stored_columns, stored_key

_INTEGERS = frozenset({"smallint", "integer", "bigint"})
_TEXTS = frozenset({"text", "character varying", "character", "uuid"})
ACCEPTED: Mapping[Type, frozenset[str]] = {
    Type.TEXT: _TEXTS,
    Type.INTEGER: _INTEGERS,
    Type.NUMBER: _INTEGERS | {"numeric", "real", "double precision"},
    Type.BOOLEAN: frozenset({"boolean"}),
    Type.DATE: frozenset({"date"}),
}
"""The types a database may give a column of each type of the model."""
IDENTIFIERS = _TEXTS | _INTEGERS
"""The types by which a database may tell datasets and patients apart."""

FIND_COLUMNS = """
    SELECT relname, attname, format_type(atttypid, NULL)
    FROM pg_catalog.pg_attribute
    JOIN pg_catalog.pg_class AS held ON held.oid = attrelid
    JOIN pg_catalog.pg_namespace AS place ON place.oid = relnamespace
    WHERE nspname = %s AND relkind IN ('r', 'v', 'm', 'f', 'p') AND attnum > 0 AND NOT attisdropped
        AND has_column_privilege(held.oid, attnum, 'SELECT')"""
"""The columns this node may read; `information_schema` says the same far more slowly."""
FIND_ROWS = sql.SQL(" UNION ALL ").join(
    sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(
        sql.Literal(table), sql.Identifier(SCHEMA, table)
    )
    for table in TABLES
)
"""The tables that have rows at all; most have none, and need not be read."""

DERIVED: Mapping[str, str] = {
    "study_date": "made.first_day",
    "year_of_imaging": "CASE WHEN extract(year FROM made.first_day) BETWEEN 1895 AND 2100"
    " THEN extract(year FROM made.first_day) END",
    "age_at_imaging": "CASE WHEN extract(year FROM age(made.first_day, whose.patient_birth_date))"
    " BETWEEN 0 AND 130 THEN extract(year FROM age(made.first_day, whose.patient_birth_date)) END",
    "has_segmentation": "coalesce(made.segmented, false)",
}
"""What Caimera's own columns of a study are where a database does not have them: drawn from its series."""

Found = Mapping[str, Mapping[str, str]]
"""The columns of a database and their types, by table."""


def problems(found: Found) -> Iterator[str]:
    """Sentences about every table and column that is missing or of a wrong type."""
    for table in TABLES.values():
        if table.name not in found:
            yield f"It has no table {SCHEMA}.{table.name} that this node may read."
            continue
        for column, _ in stored_columns(table):
            yield from _column_problems(table, column, found[table.name].get(column.stored))


def _column_problems(table: Table, column: Column, held: str | None) -> Iterator[str]:
    place = f"{table.name}.{column.stored}"
    if held is None:
        if column.required and not column.added:
            yield f"Column {place} is missing."
    elif held not in (IDENTIFIERS if _is_identifier(column) else ACCEPTED[column.type]):
        yield f"Column {place} is of type {held}; the model wants {column.type}."


def _is_identifier(column: Column) -> bool:
    return column.stored in {PATIENT_ID, "dataset_id"}


@dataclass(frozen=True, slots=True)
class Extraction:
    """How one dataset is read: `found` are the database's columns, `key` is what it calls the dataset."""

    found: Found
    key: str
    dataset_id: str

    def columns(self, table: Table) -> tuple[Column, ...]:
        """The columns of the model that this database gives, in the model's order."""
        held = self.found[table.name]
        return tuple(
            column
            for column in table.columns
            if column.stored in held
            or column.name == table.key
            or (table.name == "image_study" and column.name in DERIVED)
        )

    def is_there(self) -> sql.Composed:
        """One row where the database has the dataset."""
        mine = self._mine(TABLES["dataset"], "held")
        return sql.SQL("SELECT 1 FROM {} AS held WHERE {}").format(_name("dataset"), mine)

    def copy(self, table: Table) -> sql.Composed:
        """Send the dataset's rows of a table as CSV, without a header."""
        chosen = sql.SQL(", ").join(self._chosen(table, column) for column in self.columns(table))
        return sql.SQL(
            "COPY ({numbered} SELECT {chosen} FROM {place} WHERE {mine} ORDER BY {key})"
            " TO STDOUT (FORMAT csv)"
        ).format(
            numbered=self._numbered() if _names_patients(table) else sql.SQL(""),
            chosen=chosen,
            place=self._place(table),
            mine=sql.SQL("true") if _names_patients(table) else self._mine(table, "held"),
            key=sql.SQL("1") if table.name == "dataset" else sql.Identifier(table.key),
        )

    def _numbered(self) -> sql.Composed:
        """The dataset's patients, numbered in the order of their identifiers."""
        collation = sql.SQL(' COLLATE "C"' if self.found["patient"][PATIENT_ID] in _TEXTS - {"uuid"} else "")
        return sql.SQL(
            "WITH numbered AS MATERIALIZED (SELECT patient_id AS identifier,"
            " row_number() OVER (ORDER BY patient_id{collation})::integer AS number"
            " FROM {patient} WHERE dataset_id::text = {key})"
        ).format(collation=collation, patient=_name("patient"), key=sql.Literal(self.key))

    def _place(self, table: Table) -> sql.Composed:
        place = sql.SQL("{} AS held").format(_name(table.name))
        if _names_patients(table):
            place += sql.SQL(" JOIN numbered ON numbered.identifier = held.patient_id")
        if table.name == "image_study" and not DERIVED.keys() <= self.found[table.name].keys():
            place += sql.SQL(
                " LEFT JOIN (SELECT study_id, min(series_acquisition_date) AS first_day,"
                " bool_or(series_modality = ANY({segmentations})) AS segmented FROM {series}"
                " GROUP BY study_id) AS made ON made.study_id = held.study_id"
                " LEFT JOIN {patient} AS whose ON whose.patient_id = held.patient_id"
            ).format(
                segmentations=sql.Literal(list(spellings("modality", "SEG", "RTSTRUCT"))),
                series=_name("image_series"),
                patient=_name("patient"),
            )
        return place

    def _chosen(self, table: Table, column: Column) -> sql.Composed:
        return sql.SQL("({value})::{type} AS {name}").format(
            value=self._value(table, column),
            type=sql.SQL(SQL_TYPES[column.type]),
            name=sql.Identifier(column.name),
        )

    def _value(self, table: Table, column: Column) -> sql.Composable:
        if column.name == "dataset_id":
            return sql.Literal(self.dataset_id)
        if is_patient_number(column):
            return sql.SQL("numbered.number")
        if column.stored in self.found[table.name]:
            return sql.Identifier("held", column.stored)
        if column.name in DERIVED:
            return sql.SQL(DERIVED[column.name])
        return self._row_number(table)

    def _row_number(self, table: Table) -> sql.Composable:
        """Numbers for rows that have no key of their own."""
        held = [sql.Identifier("held", column.stored) for column in table.columns if column.name != table.key]
        return sql.SQL("row_number() OVER (ORDER BY {})").format(sql.SQL(", ").join(held))

    def _mine(self, table: Table, alias: str) -> sql.Composed:
        """Whether a row belongs to the dataset, asked from owner to owner."""
        if table.name == "dataset":
            return sql.SQL("{}.dataset_id::text = {}").format(sql.Identifier(alias), sql.Literal(self.key))
        owner = TABLES[table.foreign_keys[0].table]
        mine = table.column(table.foreign_keys[0].column).stored
        above = f"of_{table.name}"
        return sql.SQL("{child} IN (SELECT {parent} FROM {owner} AS {above} WHERE {mine})").format(
            child=sql.Identifier(alias, mine),
            parent=sql.Identifier(above, stored_key(owner)),
            owner=_name(owner.name),
            above=sql.Identifier(above),
            mine=self._mine(owner, above),
        )


def _names_patients(table: Table) -> bool:
    """Whether the numbered patients say which rows are the dataset's."""
    return any(is_patient_number(column) for column in table.columns)


def _name(table: str) -> sql.Identifier:
    return sql.Identifier(SCHEMA, table)
