"""A small federation to test with: random patients as crates, and as plain records beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid5

import pyarrow as pa

from caimera.cdm import PLACES, TABLES, Type
from caimera.cohort import Question, holds
from caimera.crate import Description, open_crate, write
from caimera.node.sources import CrateOrigin, SourceCount, SourceRelease
from caimera.vocabulary import VERSION, VOCABULARY

FAMILY = UUID("5d2d0c7a-6a0e-4b6e-9d0c-2f1f4a1c7e55")
CHOICES: Mapping[str, Sequence[str | None]] = {
    "sex": ("female", "male", "other", None),
    "modality": ("CT", "MR", "SEG", None),
    "body_part": ("chest", "breast", "abdomen", None),
    "manufacturer": ("siemens", "ge", None),
}
CONDITIONS = ("lung_cancer", "breast_cancer", "prostate_cancer")


@dataclass(repr=False)
class Holding:
    """A dataset to be written, row by row, with the records its series amount to."""

    number: int
    version: str = "1"
    dates_shifted: bool = False
    policy_hint: str = "open"
    patients: list[dict[str, Any]] = field(default_factory=list)
    conditions: list[dict[str, Any]] = field(default_factory=list)
    studies: list[dict[str, Any]] = field(default_factory=list)
    series: list[dict[str, Any]] = field(default_factory=list)

    @property
    def dataset_id(self) -> UUID:
        """The same for all versions of one number."""
        return uuid5(FAMILY, str(self.number))

    def add_patient(
        self, *, sex: str | None = None, conditions: Sequence[str] = (), identifier: str = ""
    ) -> int:
        """Add a patient; values are vocabulary names. Returns the patient's number."""
        number = len(self.patients) + 1
        several: dict[str, tuple[object, ...]] = dict.fromkeys(SEVERAL, ())
        own = {"patient_id": number, "identifier": identifier or f"{self.number}-{number:06}", "sex": sex}
        self.patients.append({**own, **several, "condition": tuple(conditions)})
        return number

    def record(self, patient: int, **values: object) -> None:
        """Record one more value of clinical variables of a patient: names of codes, numbers."""
        for name, value in values.items():
            self.patients[patient - 1][name] += (value,)

    def add_study(
        self, patient: int, *, age: int | None = None, year: int | None = None, segmented: bool | None = False
    ) -> int:
        """Add a study of a patient, segmented once it has such a series. Returns the study's number."""
        number = len(self.studies) + 1
        own = {"age_at_imaging": age, "year_of_imaging": year, "has_segmentation": segmented}
        self.studies.append({"study_id": number, "patient_id": patient, **own})
        return number

    def add_series(self, study: int, **values: str | None) -> None:
        """Add a series of a study: modality, body_part, manufacturer."""
        self.series.append({"study_id": study, **{name: values.get(name) for name in SERIES_VARIABLES}})
        if values.get("modality") == "SEG":
            self.studies[study - 1]["has_segmentation"] = True

    def records(self) -> Iterator[tuple[int, int, Mapping[str, object]]]:
        """Patient, study and record of each series, as `cohort.holds` reads them."""
        for series in self.series:
            study = self.studies[series["study_id"] - 1]
            patient = self.patients[study["patient_id"] - 1]
            merged = {**patient, **study, **series}
            record = {name: merged[name] for name in ("study_id", *VARIABLES)}
            yield patient["patient_id"], study["study_id"], record

    def count(self, question: Question) -> SourceCount:
        """What the reference meaning of the question counts here."""
        series_of: dict[int, list[Mapping[str, object]]] = {}
        for patient, _, record in self.records():
            series_of.setdefault(patient, []).append(record)
        found = [
            (patient, study)
            for patient, study, record in self.records()
            if holds(question, record, series_of[patient])
        ]
        subjects = {patient for patient, _ in found}
        return SourceCount(self.dataset_id, len(subjects), len(set(found)), len(found))

    def write(self, folder: Path) -> SourceRelease:
        """Write the crate into a folder of its own below `folder`."""
        path = folder / f"{self.number}-{self.version}"
        write(path, tables=self.tables(), description=self._description(), report={"variables": []})
        return SourceRelease(self.dataset_id, open_crate(path).digest, CrateOrigin(path))

    def _description(self) -> Description:
        return Description(
            dataset_id=self.dataset_id,
            title=f"Collection {self.number}",
            description="Random patients.",
            provider="Test Hospital",
            version=self.version,
            policy_hint=self.policy_hint,  # type: ignore[arg-type]
            vocabulary=VERSION,
            created=datetime(2026, 11, 1, tzinfo=UTC),
        )

    def tables(self) -> dict[str, pa.Table]:
        """The tables of the common data model."""
        dataset_id = str(self.dataset_id)
        rows: dict[str, list[dict[str, Any]]] = {
            "dataset": [
                {
                    "dataset_id": dataset_id,
                    "version": self.version,
                    "title": f"Collection {self.number}",
                    "vocabulary": VERSION,
                    "dates_shifted": self.dates_shifted,
                }
            ],
            "patient": [
                {
                    "patient_id": patient["patient_id"],
                    "dataset_id": dataset_id,
                    "patient_identifier": patient["identifier"],
                    "birth_sex": code("sex", patient["sex"]),
                }
                for patient in self.patients
            ],
            **clinical_rows(self.patients),
            "image_study": [
                {
                    **study,
                    "study_uid": f"1.2.{self.number}.{study['study_id']}",
                    "study_date": date(2000, 1, 1),
                }
                for study in self.studies
            ],
            "image_series": [
                {
                    "series_id": number,
                    "study_id": series["study_id"],
                    "series_uid": f"1.3.{self.number}.{number}",
                    **{name: code(name, series[name]) for name in SERIES_VARIABLES},
                }
                for number, series in enumerate(self.series, start=1)
            ],
        }
        return {name: pa.Table.from_pylist(held, TABLES[name].schema) for name, held in rows.items()}


def folder(release: SourceRelease) -> Path:
    """Where the crate of a release lies."""
    assert isinstance(release.origin, CrateOrigin)
    return release.origin.path


SERIES_VARIABLES = ("modality", "body_part", "manufacturer")
SEVERAL = tuple(variable.name for variable in VOCABULARY.variables if variable.multiple)
VARIABLES = tuple(variable.name for variable in VOCABULARY.variables)


def clinical_rows(patients: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The rows that record what `patients` hold of the variables with several values, one row a value."""
    rows: dict[str, list[dict[str, Any]]] = {"cancer_condition": []}
    for patient in patients:
        for variable in SEVERAL:
            for value in patient[variable]:
                _add_value(rows, patient["patient_id"], variable, value)
    return rows


def _add_value(rows: dict[str, list[dict[str, Any]]], patient: int, variable: str, value: object) -> None:
    place, table = PLACES[variable], TABLES[PLACES[variable].table]
    held = date(int(value), 7, 1) if table.column(place.column).type is Type.DATE else value  # type: ignore[call-overload]
    row = {place.column: code(variable, value) if isinstance(value, str) else held}
    if place.code:
        row["code"] = place.code
    owner = table.foreign_keys[0]
    if owner.table == "patient":
        row[owner.column] = patient
    else:
        rows["cancer_condition"].append(
            {"cancer_condition_id": len(rows["cancer_condition"]) + 1, "patient_id": patient}
        )
        row[owner.column] = len(rows["cancer_condition"])
    own = rows.setdefault(table.name, [])
    own.append({table.key: len(own) + 1, **row})


def code(variable: str, name: str | None) -> str | None:
    """The CURIE that stands for a vocabulary name in tables."""
    return VOCABULARY.variable(variable).value(name).code if name else None


def random_holding(number: int, *, patients: int, seed: int = 0) -> Holding:
    """A dataset of random patients with some studies and series each; every value may be missing."""
    random = Random(f"{seed}/{number}")
    holding = Holding(number, dates_shifted=number % 3 == 2)
    for _ in range(patients):
        held = random.sample(CONDITIONS, random.choice((0, 1, 1, 2)))
        patient = holding.add_patient(sex=random.choice(CHOICES["sex"]), conditions=held)
        for _ in range(random.randint(0, 3)):
            year = None if holding.dates_shifted else random.choice((2008, 2015, 2016, None))
            study = holding.add_study(patient, age=random.choice((39, 40, 55, 70, 71, None)), year=year)
            for _ in range(random.randint(1, 3)):
                holding.add_series(study, **{name: random.choice(CHOICES[name]) for name in SERIES_VARIABLES})
    return holding


def random_federation(*, patients: int = 200, datasets: int = 5, seed: int = 0) -> tuple[Holding, ...]:
    """Datasets of random patients, together `patients` of them."""
    return tuple(
        random_holding(number, patients=patients // datasets, seed=seed) for number in range(1, datasets + 1)
    )
