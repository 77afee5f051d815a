"""What tables of the common data model are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import pyarrow as pa


class Type(StrEnum):
    """What a column holds."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    """A measurement. A double holds PSA 1000 as well as 0.04, and is what questions compare with."""
    BOOLEAN = "boolean"
    DATE = "date"


ARROW_TYPES: Mapping[Type, Any] = MappingProxyType(
    {
        Type.TEXT: pa.string(),
        Type.INTEGER: pa.int32(),
        Type.NUMBER: pa.float64(),
        Type.BOOLEAN: pa.bool_(),
        Type.DATE: pa.date32(),
    }
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `stored` is what the EUCAIM database layout calls it; `added` columns are not in that."""

    name: str
    type: Type
    help: str
    stored: str
    required: bool = False
    added: bool = False


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """`column` holds a value of the key of `table`."""

    column: str
    table: str


class Rule(StrEnum):
    """What two columns of a row owe each other."""

    NEEDS = "needs"
    """Where the first is given, so is the second."""
    EITHER = "either"
    """The first or the second, not both."""
    BEFORE = "before"
    """The first day is not after the second."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A rule about two columns of the same row."""

    rule: Rule
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns in order, its key column and what its rows belong to.

    The first foreign key leads to the owner: from row to row up to the patient and the dataset.
    """

    name: str
    help: str
    columns: tuple[Column, ...]
    key: str
    foreign_keys: tuple[ForeignKey, ...] = ()
    pairs: tuple[Pair, ...] = ()

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema; a required column is not nullable."""
        fields = [pa.field(c.name, ARROW_TYPES[c.type], nullable=not c.required) for c in self.columns]
        return pa.schema(fields)

    def complete(self, data: pa.Table) -> pa.Table:
        """`data` with every column of the model in its order; those it lacks are null."""
        columns = {
            field.name: data[field.name]
            if field.name in data.column_names
            else pa.nulls(data.num_rows, field.type)
            for field in self.schema
        }
        return pa.table(columns)

    def column(self, name: str) -> Column:
        """The column of this name. Raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def text(name: str, help: str, stored: str = "", *, required: bool = False, added: bool = False) -> Column:
    """A column of text or codes."""
    return Column(name, Type.TEXT, help, stored or name, required, added)


def integer(name: str, help: str, stored: str = "", *, required: bool = False, added: bool = False) -> Column:
    """A column of whole numbers."""
    return Column(name, Type.INTEGER, help, stored or name, required, added)


def number(name: str, help: str, stored: str = "") -> Column:
    """A column of measurements."""
    return Column(name, Type.NUMBER, help, stored or name)


def boolean(name: str, help: str, stored: str = "", *, added: bool = False) -> Column:
    """A column of yes and no."""
    return Column(name, Type.BOOLEAN, help, stored or name, added=added)


def day(name: str, help: str, stored: str = "", *, added: bool = False) -> Column:
    """A column of calendar days."""
    return Column(name, Type.DATE, help, stored or name, added=added)


def key(name: str, stored: str = "", *, added: bool = False) -> Column:
    """The number of a row within one version of the dataset."""
    return integer(name, "Number of the row within this version.", stored, required=True, added=added)


def reference(name: str, help: str, *, required: bool = True) -> Column:
    """The number of a row of another table."""
    return integer(name, help, required=required)


PATIENT = reference("patient_id", "Patient the row is about.")
OWNED_BY_PATIENT = (ForeignKey("patient_id", "patient"),)


def offset(prefix: str, *, name: str = "offset_from_diagnosis", unit: str = "") -> tuple[Column, Column]:
    """An offset and its unit, as the layout's columns of this prefix."""
    stored_unit = unit or f"{prefix}_offset_unit"
    return (
        number(name, "How long after the diagnosis; in place of a date.", f"{prefix}_{name}"),
        text("offset_unit", "Unit of the offset in UCUM: d, wk, mo or a.", stored_unit),
    )


def dated(day: str, offset: str = "offset_from_diagnosis") -> tuple[Pair, ...]:
    """A day or an offset, the offset with its unit: both would tell the day of the diagnosis."""
    return (Pair(Rule.EITHER, day, offset), Pair(Rule.NEEDS, offset, "offset_unit"))
