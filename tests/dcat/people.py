"""Made-up patients as tables, with only the columns a description needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import pyarrow as pa

from caimera.dcat import About
from caimera.disclosure import Guard, Policy
from tests.cdm.samples import code

DATASET = UUID("0b2c9c1e-2f7e-5b9b-8a51-7f3b0a6f0c11")
MODALITIES, SEXES = ("CT", "MR", "PT"), ("female", "male", None)
CONDITIONS = ("lung_cancer", "breast_cancer")


@dataclass(frozen=True)
class Study:
    age: int | None = None
    year: int | None = None
    segmented: bool = False
    modalities: tuple[str, ...] = ("CT",)


@dataclass(frozen=True)
class Patient:
    identifier: str
    sex: str | None = None
    condition: str | None = None
    studies: tuple[Study, ...] = field(default=(Study(),))


def someone(random: Random, identifier: str) -> Patient:
    """A patient of no particular kind."""
    age, year = random.randint(20, 90), random.randint(2001, 2020)
    studies = [
        Study(
            age + n, year + n, random.random() < 0.3, tuple(random.sample(MODALITIES, random.randint(1, 2)))
        )
        for n in range(random.choice((1, 1, 2, 3)))
    ]
    return Patient(identifier, random.choice(SEXES), random.choice(CONDITIONS), tuple(studies))


def crowd(count: int, seed: int = 1) -> list[Patient]:
    random = Random(seed)
    return [someone(random, f"P{n}") for n in range(count)]


def tables(patients: Sequence[Patient]) -> dict[str, pa.Table]:
    """The tables these patients make; numbers run anew in each version, identifiers stay."""
    studies = [(number, study) for number, patient in enumerate(patients) for study in patient.studies]
    series = [
        (number, modality) for number, (_, study) in enumerate(studies) for modality in study.modalities
    ]
    ill = [(number, patient.condition) for number, patient in enumerate(patients) if patient.condition]
    text, whole = pa.string(), pa.int32()
    return {
        "patient": pa.table(
            {
                "patient_id": pa.array(range(len(patients)), whole),
                "patient_identifier": pa.array([each.identifier for each in patients], text),
                "birth_sex": pa.array([each.sex and code("sex", each.sex) for each in patients], text),
            }
        ),
        "cancer_condition": pa.table(
            {
                "cancer_condition_id": pa.array(range(len(ill)), whole),
                "patient_id": pa.array([number for number, _ in ill], whole),
                "code": pa.array([code("condition", name) for _, name in ill], text),
            }
        ),
        "image_study": pa.table(
            {
                "study_id": pa.array(range(len(studies)), whole),
                "patient_id": pa.array([number for number, _ in studies], whole),
                "year_of_imaging": pa.array([study.year for _, study in studies], whole),
                "age_at_imaging": pa.array([study.age for _, study in studies], whole),
                "has_segmentation": pa.array([study.segmented for _, study in studies], pa.bool_()),
            }
        ),
        "image_series": pa.table(
            {
                "series_id": pa.array(range(len(series)), whole),
                "study_id": pa.array([number for number, _ in series], whole),
                "modality": pa.array([code("modality", name) for _, name in series], text),
            }
        ),
    }


def about(version: str = "1", size: int | None = None) -> About:
    return About(dataset_id=DATASET, version=version, digest=f"digest of {version}", size=size)


def guard(key: bytes = b"a secret of the node", **policy: Any) -> Guard:
    """The dataset's protection; studies are told, up to ten of a patient, unless the policy says else."""
    return Guard(Policy(**{"studies_clip": 10, **policy}), key, DATASET)
