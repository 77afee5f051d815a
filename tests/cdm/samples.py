"""A dataset of two patients that satisfies the model, to be broken by tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from caimera.cdm import TABLES
from caimera.vocabulary import VERSION, VOCABULARY

DATASET_ID = "0b2c9c1e-2f7e-5b9b-8a51-7f3b0a6f0c11"


def code(variable: str, name: str) -> str:
    """The CURIE of a vocabulary value."""
    return VOCABULARY.variable(variable).value(name).code


def rows() -> dict[str, list[dict[str, Any]]]:
    """The dataset row by row, columns that may be empty left out where they are."""
    return {
        "dataset": [
            {
                "dataset_id": DATASET_ID,
                "version": "1",
                "title": "Lungs",
                "vocabulary": VERSION,
                "dates_shifted": False,
            }
        ],
        "patient": [
            {
                "patient_id": 1,
                "dataset_id": DATASET_ID,
                "patient_identifier": "A",
                "birth_sex": code("sex", "male"),
            },
            {"patient_id": 2, "dataset_id": DATASET_ID, "patient_identifier": "B"},
        ],
        "cancer_condition": [
            {"cancer_condition_id": 1, "patient_id": 1, "code": code("condition", "lung_cancer")}
        ],
        "image_study": [
            {
                "study_id": 1,
                "patient_id": 1,
                "study_uid": "1.2",
                "study_date": date(2001, 2, 3),
                "year_of_imaging": 2001,
                "age_at_imaging": 50,
                "has_segmentation": True,
            },
            {"study_id": 2, "patient_id": 2, "study_uid": "1.2", "has_segmentation": False},
        ],
        "image_series": [
            {"series_id": 1, "study_id": 1, "series_uid": "1.2.1", "modality": code("modality", "CT")},
            {"series_id": 2, "study_id": 2, "series_uid": "1.2.2", "body_part": code("body_part", "chest")},
        ],
    }


def tables_of(content: Mapping[str, list[dict[str, Any]]]) -> dict[str, pa.Table]:
    """Rows as Arrow tables of the model's columns; nothing is checked."""
    built = {}
    for name, table in TABLES.items():
        loose = pa.schema([field.with_nullable(True) for field in table.schema])
        built[name] = pa.Table.from_pylist(content[name], loose)
    return built


def sound_tables() -> dict[str, pa.Table]:
    """The dataset as Arrow tables."""
    return tables_of(rows())
