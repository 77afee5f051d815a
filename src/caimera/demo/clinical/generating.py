"""Generated clinical data over the real patients of a dataset, the same at every run."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from caimera.cdm import PLACES, TABLES
from caimera.crate import Description
from caimera.demo.clinical import cancers
from caimera.demo.clinical.cancers import Finding
from caimera.demo.clinical.chance import Chance, Numbers
from caimera.vocabulary import VOCABULARY

LABEL = " (clinical data generated)"
"""What the title of a dataset with generated clinical data ends with."""
WARNING = (
    "The images of this dataset are real; its clinical data (diagnoses, markers, grades, stages, "
    "assessments) are generated for a demonstration and describe nobody. "
)

Findings = Callable[[Chance, Numbers], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Profile:
    """What is generated for a disease: where it arises, whether it is staged, what else is found."""

    sites: tuple[str, ...] = ()
    staged: bool = False
    findings: Findings | None = None


def _read_profiles(path: Path) -> Mapping[str, Profile]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["condition"]: _profile(row) for row in csv.DictReader(file)}


def _profile(row: Mapping[str, str]) -> Profile:
    sites = tuple(row["topographies"].split())
    organ = {"C50": cancers.breast, "C61": cancers.prostate}.get(sites[0][:3])
    return Profile(sites, row["staged"] == "yes", organ)


PROFILES = _read_profiles(Path(__file__).parent / "topographies.csv")
SUSPECTED: Mapping[str, Findings] = {
    "Prostate": cancers.prostate_suspected,
    "Breast": cancers.breast_screened,
}
"""Organs of collections that do not say which patient has a cancer."""


def profile_of(condition: str, organ: str) -> Profile | None:
    """The profile for a condition's name, or where that is empty for an organ; None: nothing is generated."""
    if condition:
        return PROFILES.get(condition)
    return Profile(findings=SUSPECTED[organ]) if organ in SUSPECTED else None


def labelled(description: Description) -> Description:
    """The same dataset, saying that its clinical data are generated."""
    changes = {"title": description.title + LABEL, "description": WARNING + description.description}
    return description.model_copy(update=changes)


def with_generated(
    tables: Mapping[str, pa.Table], profile: Profile, dataset_id: UUID
) -> Mapping[str, pa.Table]:
    """The tables with clinical data for every patient. `tables` are those of a dataset without any.

    Patients keep the condition recorded for them; what is generated is added to it.
    """
    patients = tables["patient"]["patient_id"]
    chance = Chance(dataset_id)
    course = chance.normal(len(patients))
    added = dict(tables)
    if profile.sites:
        added["cancer_condition"] = _diagnoses(chance, tables, profile)
    findings: list[Finding] = []
    if profile.findings:
        findings += profile.findings(chance, course)
    if profile.staged:
        findings += cancers.stages(chance, course)
    if any(PLACES[finding.variable].table == "tumor_observation" for finding in findings):
        added["tumor"] = _tumors(chance, patients, conditions=bool(profile.sites))
    return added | _recorded(findings, patients.to_numpy())


def _diagnoses(chance: Chance, tables: Mapping[str, pa.Table], profile: Profile) -> pa.Table:
    """The patients' conditions with a site, an age and, where the year of imaging is known, a day."""
    conditions, count = tables["cancer_condition"], len(tables["patient"])
    first = _first_study(tables)
    delay = np.round(np.minimum(60 * -np.log(chance.uniform(count, 0.001, 1)), 900)).astype(int)
    sites, located = cancers.topography(chance, count, profile.sites)
    recorded = pa.array(chance.happens(0.92, count))
    day = pc.subtract(first["day"].cast(pa.int32()), pa.array(delay, pa.int32())).cast(pa.date32())
    birthday = pa.array(np.round(chance.uniform(count), 1) - delay / 365.25)
    age = pc.round(pc.add(first["age"], birthday), 1)
    known = pc.and_(recorded, pc.greater_equal(age, 0))
    none = pa.scalar(None)
    generated = {
        "topography": pc.if_else(pa.array(located), sites, none),
        "age_at_diagnosis": pc.if_else(known, age, none),
        "age_at_diagnosis_unit": pc.if_else(pc.is_valid(pc.if_else(known, age, none)), "a", none),
        "asserted_date": pc.if_else(recorded, day, none),
    }
    rows = {name: conditions[name] for name in ("cancer_condition_id", "patient_id", "code")}
    return _table("cancer_condition", {**rows, **generated})


def _first_study(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Day and age of the first study of each patient, in the patients' order, null where unknown."""
    studies = tables["image_study"]
    day = pc.if_else(pc.is_valid(studies["year_of_imaging"]), studies["study_date"], pa.scalar(None))
    rows = pa.table({"patient": studies["patient_id"], "day": day, "age": studies["age_at_imaging"]})
    found = rows.group_by("patient").aggregate([("day", "min"), ("age", "min")]).combine_chunks()
    at = pc.index_in(
        tables["patient"]["patient_id"].combine_chunks(), value_set=found["patient"].combine_chunks()
    )
    return pa.table(
        {
            "day": found["day_min"].combine_chunks().take(at),
            "age": found["age_min"].combine_chunks().take(at).cast(pa.float64()),
        }
    )


def _tumors(chance: Chance, patients: Any, *, conditions: bool) -> pa.Table:
    """One lesion a patient, measured in most of them; keys are the patients'."""
    count = len(patients)
    size = np.clip(np.round(np.exp(np.log(18) + 0.5 * chance.normal(count)), 0), 3, 140)
    measured = pa.array(chance.happens(0.8, count))
    columns = {
        "tumor_id": patients,
        "patient_id": patients,
        "is_index": pa.repeat(True, count),
        "maximum_dimension": pc.if_else(measured, pa.array(size), pa.scalar(None)),
        "dimension_unit": pc.if_else(measured, "mm", pa.scalar(None)),
    }
    return _table("tumor", {**columns, "cancer_condition_id": patients} if conditions else columns)


def _recorded(findings: Sequence[Finding], patients: Numbers) -> dict[str, pa.Table]:
    """The rows of all findings, table by table."""
    parts: dict[str, list[dict[str, Any]]] = {}
    for finding in findings:
        parts.setdefault(PLACES[finding.variable].table, []).append(_rows(finding, patients))
    return {name: _together(name, some) for name, some in parts.items()}


def _rows(finding: Finding, patients: Numbers) -> dict[str, Any]:
    """The columns of one finding's rows; a patient's condition and tumor have the patient's number."""
    place, variable = PLACES[finding.variable], VOCABULARY.variable(finding.variable)
    whose, count = pa.array(patients[finding.who], pa.int32()), len(finding.who)
    names = TABLES[place.table].schema.names
    columns: dict[str, Any] = {place.column: pa.array(finding.values), "code": pa.repeat(place.code, count)}
    for name in ("patient_id", "cancer_condition_id", "tumor_id"):
        if name in names:
            columns[name] = whose
    if finding.months is not None:
        columns["offset_from_diagnosis"] = pa.array(finding.months)
        columns["offset_unit"] = pa.repeat("mo", count)
    if place.column == "value_as_number" and variable.unit:
        columns["value_unit"] = pa.repeat(variable.unit, count)
    return columns


def _together(name: str, parts: Sequence[dict[str, Any]]) -> pa.Table:
    """The rows of one table from several findings, numbered."""
    table = TABLES[name]
    whole = pa.concat_tables([_table(name, part, keyed=False) for part in parts])
    numbers = pa.array(range(1, len(whole) + 1), pa.int32())
    return whole.set_column(whole.column_names.index(table.key), table.key, numbers).cast(table.schema)


def _table(name: str, columns: Mapping[str, Any], *, keyed: bool = True) -> pa.Table:
    table = TABLES[name]
    schema = table.schema if keyed else pa.schema([field.with_nullable(True) for field in table.schema])
    return table.complete(pa.table(dict(columns))).cast(schema)
