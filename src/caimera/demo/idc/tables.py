"""The series of one collection as the tables of the common data model, and what became of every value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from caimera.cdm import (
    TABLES,
    Decision,
    MappedColumn,
    MappingReport,
    Outcome,
    Settled,
    Spelling,
    VariableReport,
    settle,
)
from caimera.crate import Description
from caimera.demo.idc import readings

SHIFTED_SHARE = 0.01
"""A collection with a larger share of studies holding an implausible date has shifted dates."""
SEGMENTATIONS = pa.array(["SEG", "RTSTRUCT"], pa.large_string())


@dataclass(frozen=True, slots=True)
class Grouping:
    """Which patient and study each series belongs to: numbers from 1, and where each begins."""

    patient: Any
    study: Any
    patient_begins: Any
    study_begins: Any

    @staticmethod
    def of(series: pa.Table) -> Grouping:
        """From series sorted by patient, then study."""
        patient_begins = _changes(series["PatientID"].combine_chunks())
        study_changes = _changes(series["StudyInstanceUID"].combine_chunks())
        study_begins = pc.or_(patient_begins, study_changes)
        return Grouping(_numbers(patient_begins), _numbers(study_begins), patient_begins, study_begins)


def _changes(sorted_values: Any) -> Any:
    first = pa.array([True] * min(1, len(sorted_values)))
    return pa.concat_arrays(
        [first, pc.not_equal(sorted_values.slice(1), sorted_values.slice(0, len(sorted_values) - 1))]
    )


def _numbers(begins: Any) -> Any:
    return pc.cumulative_sum(begins.cast(pa.int32()))


@dataclass(frozen=True, slots=True)
class Dates:
    """The day and year of each study, and whether the collection's dates are shifted."""

    day: Any
    year: Any
    shifted: bool
    report: VariableReport
    several: int


def dataset_tables(
    series: pa.Table, description: Description, condition: Decision
) -> tuple[Mapping[str, pa.Table], MappingReport]:
    """The tables of one collection and their mapping report.

    `series` are its rows of the index sorted by patient, study and series.
    """
    groups = Grouping.of(series)
    dates = study_dates(series["StudyDate"], groups)
    sex, ages = readings.SEX.apply(series["PatientSex"]), readings.AGE.apply(series["PatientAge"])
    sex_of, age_of = settle(groups.patient, sex.values), settle(groups.study, ages.values)
    per_series = {
        "modality": readings.MODALITY.apply(series["Modality"]),
        "body_part": readings.BODY_PART.apply(series["BodyPartExamined"]),
        "manufacturer": readings.MANUFACTURER.apply(series["Manufacturer"]),
    }
    patients = len(sex_of.values)
    tables = {
        "dataset": _dataset(description, dates.shifted),
        "patient": _patients(series, groups, description, sex_of.values),
        "cancer_condition": _conditions(condition, patients),
        "image_study": _studies(series, groups, dates, age_of.values),
        "image_series": _series(series, groups, {name: found.values for name, found in per_series.items()}),
    }
    reports = (
        _settled_report("sex", "patients", sex, sex_of),
        _condition_report(condition, patients),
        _settled_report("age_at_imaging", "studies", ages, age_of),
        dates.report,
        *(_series_report(name, found) for name, found in per_series.items()),
    )
    return tables, MappingReport(description.title, description.vocabulary, reports, _notes(dates, condition))


def study_dates(column: Any, groups: Grouping) -> Dates:
    """The earliest plausible day of each study, else the earliest, and its year unless dates are shifted."""
    days = readings.DATE.apply(column).values
    years = readings.year_reading(shifted=False).apply(column).values
    plausible = pc.if_else(pc.is_valid(years), days, pa.scalar(None, pa.date32()))
    implausible = pc.and_(pc.is_valid(days), pc.is_null(years))
    rows = pa.table({"study": groups.study, "day": days, "plausible": plausible, "implausible": implausible})
    wanted = [("day", "min"), ("plausible", "min"), ("day", "count_distinct"), ("implausible", "any")]
    found = rows.group_by("study", use_threads=False).aggregate(wanted).combine_chunks()
    shifted = _count(found["implausible_any"]) > SHIFTED_SHARE * found.num_rows
    earliest = found["plausible_min"]
    year = pa.nulls(found.num_rows, pa.int32()) if shifted else pc.year(earliest).cast(pa.int32())
    reading = readings.year_reading(shifted=shifted).apply(column)
    recorded = found.num_rows - year.null_count
    report = VariableReport(
        "year_of_imaging", "series", reading.spellings, "studies", recorded, 0, found.num_rows - recorded
    )
    several = _count(pc.greater(found["day_count_distinct"], 1))
    return Dates(pc.coalesce(earliest, found["day_min"]), year, shifted, report, several)


def _count(flags: Any) -> int:
    return pc.sum(flags).as_py() or 0


def _dataset(description: Description, shifted: bool) -> pa.Table:
    row = description.model_dump(mode="json", exclude={"policy_hint", "created"})
    return _table("dataset", {name: [value] for name, value in {**row, "dates_shifted": shifted}.items()})


def _patients(series: pa.Table, groups: Grouping, description: Description, sex: Any) -> pa.Table:
    identifiers = series["PatientID"].filter(groups.patient_begins)
    columns = {
        "patient_id": groups.patient.filter(groups.patient_begins),
        "dataset_id": pa.repeat(str(description.dataset_id), len(identifiers)),
        "patient_identifier": identifiers,
        "birth_sex": sex,
    }
    return _table("patient", columns)


def _conditions(condition: Decision, patients: int) -> pa.Table:
    numbers = pa.array(range(1, patients + 1) if condition.value else [], pa.int32())
    columns = {
        "cancer_condition_id": numbers,
        "patient_id": numbers,
        "code": pa.repeat(pa.scalar(condition.value, pa.string()), len(numbers)),
    }
    return _table("cancer_condition", columns)


def _studies(series: pa.Table, groups: Grouping, dates: Dates, age: Any) -> pa.Table:
    segmented = pc.is_in(series["Modality"], value_set=SEGMENTATIONS)
    rows = pa.table({"study": groups.study, "segmented": segmented})
    found = rows.group_by("study", use_threads=False).aggregate([("segmented", "any")])
    columns = {
        "study_id": groups.study.filter(groups.study_begins),
        "patient_id": groups.patient.filter(groups.study_begins),
        "study_uid": series["StudyInstanceUID"].filter(groups.study_begins),
        "study_date": dates.day,
        "year_of_imaging": dates.year,
        "age_at_imaging": age,
        "has_segmentation": found["segmented_any"],
    }
    return _table("image_study", columns)


def _series(series: pa.Table, groups: Grouping, mapped: Mapping[str, Any]) -> pa.Table:
    columns = {
        "series_id": pa.array(range(1, series.num_rows + 1), pa.int32()),
        "study_id": groups.study,
        "series_uid": series["SeriesInstanceUID"],
        **mapped,
    }
    return _table("image_series", columns)


def _table(name: str, columns: Mapping[str, Any]) -> pa.Table:
    table = TABLES[name]
    return table.complete(pa.table(dict(columns))).cast(table.schema)


def _settled_report(variable: str, level: str, mapped: MappedColumn, settled: Settled) -> VariableReport:
    counts = (settled.recorded, settled.contradictory, settled.not_recorded)
    return VariableReport(variable, "series", mapped.spellings, level, *counts)


def _series_report(variable: str, mapped: MappedColumn) -> VariableReport:
    absent = mapped.values.null_count
    return VariableReport(
        variable, "series", mapped.spellings, "series", len(mapped.values) - absent, 0, absent
    )


def _condition_report(condition: Decision, patients: int) -> VariableReport:
    spelling = Spelling(condition.shown_as, condition.outcome, condition.label, condition.reason, patients)
    recorded = patients if condition.value else 0
    return VariableReport("condition", "patients", (spelling,), "patients", recorded, 0, patients - recorded)


def _notes(dates: Dates, condition: Decision) -> tuple[str, ...]:
    notes = []
    if dates.shifted:
        notes.append("Study dates are shifted by de-identification; no year of imaging is recorded.")
    if dates.several:
        carry = "1 study carries" if dates.several == 1 else f"{dates.several:,} studies carry"
        notes.append(f"{carry} several dates; the earliest plausible one stands.")
    if condition.outcome is not Outcome.MAPPED:
        notes.append(f"No condition is recorded for its patients: {condition.reason or 'none is listed'}.")
    return tuple(notes)
