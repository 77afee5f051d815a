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


def cdm_code(variable: str) -> str:
    """What the code of a row must be to speak of a variable."""
    return VOCABULARY.variable(variable).cdm_code


def marker(number: int, patient: int, variable: str, **values: Any) -> dict[str, Any]:
    """A row of `tumor_marker_test`."""
    return {"tumor_marker_test_id": number, "patient_id": patient, "code": cdm_code(variable), **values}


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
        "tumor_marker_test": [
            marker(1, 1, "psa", value_as_number=1043.5, date=date(2001, 2, 1)),
            marker(2, 1, "psa", value_as_number=0.04, offset_from_diagnosis=9.0, offset_unit="mo"),
            marker(3, 2, "er_status", value_as_concept=code("er_status", "positive")),
        ],
        "medical_history": [
            {
                "medical_history_id": 1,
                "patient_id": 1,
                "code": "CLIN1",
                "category": "GEN1",
                "onset_age": 40.5,
                "onset_age_unit": "a",
            }
        ],
        "treatment": [{"treatment_id": 7, "patient_id": 1, "type": "GEN1000018"}],
        "radiotherapy": [
            {
                "treatment_id": 7,
                "start_date": date(2001, 3, 1),
                "end_date": date(2001, 4, 1),
                "total_dose": 74.0,
                "dose_unit": "Gy",
            }
        ],
        "cancer_condition": [
            {
                "cancer_condition_id": 1,
                "patient_id": 1,
                "code": code("condition", "lung_cancer"),
                "age_at_diagnosis": 50.5,
                "age_at_diagnosis_unit": "a",
                "asserted_date": date(2001, 1, 3),
                "topography": code("topography", "C34.1"),
            }
        ],
        "cancer_stage": [
            {
                "cancer_stage_id": 1,
                "cancer_condition_id": 1,
                "code": cdm_code("clinical_t"),
                "as_concept": code("clinical_t", "cT2a"),
            },
        ],
        "tumor": [{"tumor_id": 1, "patient_id": 1, "cancer_condition_id": 1}],
        "tumor_observation": [
            {
                "tumor_observation_id": 1,
                "patient_id": 1,
                "tumor_id": 1,
                "code": cdm_code("pi_rads"),
                "value_as_concept": code("pi_rads", "pi_rads_4"),
            }
        ],
        "episode": [
            {"episode_id": 1, "patient_id": 1, "type_code": "diagnosis", "start_date": date(2001, 1, 3)},
            {"episode_id": 2, "patient_id": 1, "type_code": "treatment", "parent_id": 1},
        ],
        "episode_event": [
            {"episode_event_id": 1, "episode_id": 2, "event_table_name": "treatment", "event_table_id": 7},
            {"episode_event_id": 2, "episode_id": 2, "event_table_name": "radiotherapy", "event_table_id": 7},
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
    for name, given in content.items():
        loose = pa.schema([field.with_nullable(True) for field in TABLES[name].schema])
        built[name] = pa.Table.from_pylist(given, loose)
    return built


def sound_tables() -> dict[str, pa.Table]:
    """The dataset as Arrow tables."""
    return tables_of(rows())
