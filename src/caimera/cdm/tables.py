"""The tables of the common data model, after the EUCAIM CDM."""

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
    BOOLEAN = "boolean"
    DATE = "date"


ARROW_TYPES: Mapping[Type, Any] = MappingProxyType(
    {Type.TEXT: pa.string(), Type.INTEGER: pa.int32(), Type.BOOLEAN: pa.bool_(), Type.DATE: pa.date32()}
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `variable` names the vocabulary variable whose values it holds."""

    name: str
    type: Type
    required: bool
    help: str
    variable: str | None = None


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """`column` holds a value of the key of `table`."""

    column: str
    table: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns in order, its key column and what its rows belong to."""

    name: str
    columns: tuple[Column, ...]
    key: str
    foreign_keys: tuple[ForeignKey, ...] = ()

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema; a required column is not nullable."""
        fields = [pa.field(c.name, ARROW_TYPES[c.type], nullable=not c.required) for c in self.columns]
        return pa.schema(fields)


def _text(name: str, help: str, *, required: bool = False, variable: str | None = None) -> Column:
    return Column(name, Type.TEXT, required, help, variable)


def _integer(name: str, help: str, *, required: bool = False, variable: str | None = None) -> Column:
    return Column(name, Type.INTEGER, required, help, variable)


_ALL = (
    Table(
        "dataset",
        (
            _text("dataset_id", "UUID of the dataset, the same for all its versions.", required=True),
            _text("version", "Version of the dataset this row describes.", required=True),
            _text("title", "Title as the provider gives it.", required=True),
            _text("description", "What the dataset holds, in plain text."),
            _text("provider", "Who provides the dataset."),
            _text("licence", "SPDX licence expression of the data."),
            _text("doi", "Digital object identifier of the source, without address."),
            _text("vocabulary", "Version of the vocabulary the codes are taken from.", required=True),
            Column(
                "dates_shifted",
                Type.BOOLEAN,
                True,
                "True when de-identification visibly moved the study dates: no year is recorded.",
            ),
        ),
        key="dataset_id",
    ),
    Table(
        "patient",
        (
            _integer(
                "patient_id", "Number of the patient within this version of the dataset.", required=True
            ),
            _text("dataset_id", "Dataset the patient belongs to.", required=True),
            _text("patient_identifier", "PatientID (0010,0020) as in the source.", required=True),
            _text("birth_sex", "Sex recorded for the patient.", variable="sex"),
        ),
        key="patient_id",
        foreign_keys=(ForeignKey("dataset_id", "dataset"),),
    ),
    Table(
        "cancer_condition",
        (
            _integer("cancer_condition_id", "Number of the condition within this version.", required=True),
            _integer("patient_id", "Patient who has the condition.", required=True),
            _text("code", "The condition.", required=True, variable="condition"),
            _integer("age_at_diagnosis", "Age when the condition was diagnosed, in completed years."),
            Column("asserted_date", Type.DATE, False, "Day the condition was recorded."),
        ),
        key="cancer_condition_id",
        foreign_keys=(ForeignKey("patient_id", "patient"),),
    ),
    Table(
        "image_study",
        (
            _integer("study_id", "Number of the study within this version of the dataset.", required=True),
            _integer("patient_id", "Patient who was imaged.", required=True),
            _text("study_uid", "StudyInstanceUID (0020,000D).", required=True),
            Column("study_date", Type.DATE, False, "StudyDate (0008,0020) as given, plausible or not."),
            _integer("year_of_imaging", "Year of a plausible study date.", variable="year_of_imaging"),
            _integer("age_at_imaging", "Patient's age in completed years.", variable="age_at_imaging"),
            Column(
                "has_segmentation",
                Type.BOOLEAN,
                True,
                "True when the study holds a series of modality SEG or RTSTRUCT.",
                "has_segmentation",
            ),
        ),
        key="study_id",
        foreign_keys=(ForeignKey("patient_id", "patient"),),
    ),
    Table(
        "image_series",
        (
            _integer("series_id", "Number of the series within this version of the dataset.", required=True),
            _integer("study_id", "Study the series belongs to.", required=True),
            _text("series_uid", "SeriesInstanceUID (0020,000E).", required=True),
            _text("modality", "Modality (0008,0060).", variable="modality"),
            _text("body_part", "Body Part Examined (0018,0015).", variable="body_part"),
            _text("manufacturer", "Maker of the device, Manufacturer (0008,0070).", variable="manufacturer"),
        ),
        key="series_id",
        foreign_keys=(ForeignKey("study_id", "image_study"),),
    ),
)

TABLES: Mapping[str, Table] = MappingProxyType({table.name: table for table in _ALL})
"""Every table of the model by name, parents before children."""
