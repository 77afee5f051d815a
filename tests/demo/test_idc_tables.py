from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from caimera.cdm import Decision, MappingReport, Outcome, VariableReport, check
from caimera.demo.idc.conditions import condition_of
from caimera.demo.idc.tables import dataset_tables
from caimera.vocabulary import VERSION, VOCABULARY
from tests.demo.idc_samples import collection, made_of, sample_description, series_table

Rows = dict[str, list[dict[str, Any]]]


def report_on(report: MappingReport, variable: str) -> VariableReport:
    return next(one for one in report.variables if one.variable == variable)


def column(tables: Rows, table: str, name: str) -> list[object]:
    return [row[name] for row in tables[table]]


def code(variable: str, name: str) -> str:
    return VOCABULARY.variable(variable).value(name).code


def test_patients_studies_and_series_are_numbered_and_keep_their_names() -> None:
    tables, _ = made_of(
        {"PatientID": "p2", "StudyInstanceUID": "1.1", "SeriesInstanceUID": "9.9"},
        {"PatientID": "p1", "StudyInstanceUID": "1.2", "SeriesInstanceUID": "9.1"},
        {"PatientID": "p1", "StudyInstanceUID": "1.1", "SeriesInstanceUID": "9.3"},
        {"PatientID": "p1", "StudyInstanceUID": "1.2", "SeriesInstanceUID": "9.2"},
    )
    assert [(row["patient_id"], row["patient_identifier"]) for row in tables["patient"]] == [
        (1, "p1"),
        (2, "p2"),
    ]
    studies = [(row["study_id"], row["patient_id"], row["study_uid"]) for row in tables["image_study"]]
    assert studies == [(1, 1, "1.1"), (2, 1, "1.2"), (3, 2, "1.1")]
    series = [(row["series_id"], row["study_id"], row["series_uid"]) for row in tables["image_series"]]
    assert series == [(1, 1, "9.3"), (2, 2, "9.1"), (3, 2, "9.2"), (4, 3, "9.9")]


def test_the_dataset_row_says_what_it_is() -> None:
    tables, _ = made_of({})
    (row,) = tables["dataset"]
    assert (row["title"], row["version"], row["vocabulary"]) == ("C", "v25", VERSION)
    assert row["dates_shifted"] is False


def test_sex_is_the_one_plausible_value_of_the_patient() -> None:
    tables, report = made_of(
        {"PatientID": "a", "PatientSex": "F"},
        {"PatientID": "a", "PatientSex": "0000"},
        {"PatientID": "a"},
        {"PatientID": "b", "PatientSex": "F"},
        {"PatientID": "b", "PatientSex": "M"},
        {"PatientID": "c", "PatientSex": "U"},
    )
    assert column(tables, "patient", "birth_sex") == [code("sex", "female"), None, None]
    sex = report_on(report, "sex")
    assert (sex.recorded, sex.contradictory, sex.not_recorded) == (1, 1, 1)
    assert sex.totals == {
        Outcome.MAPPED: 3,
        Outcome.UNMAPPED: 0,
        Outcome.IMPLAUSIBLE: 1,
        Outcome.MISSING: 2,
    }


def test_age_is_the_one_plausible_value_of_the_study() -> None:
    tables, report = made_of(
        {"StudyInstanceUID": "1.1", "PatientAge": "000Y"},
        {"StudyInstanceUID": "1.1", "PatientAge": "045Y"},
        {"StudyInstanceUID": "1.1", "PatientAge": "543M"},
        {"StudyInstanceUID": "1.2", "PatientAge": "045Y"},
        {"StudyInstanceUID": "1.2", "PatientAge": "046Y"},
        {"StudyInstanceUID": "1.3", "PatientAge": "90"},
    )
    assert column(tables, "image_study", "age_at_imaging") == [45, None, None]
    age = report_on(report, "age_at_imaging")
    assert (age.recorded, age.contradictory, age.not_recorded) == (1, 1, 1)


def test_age_at_imaging_is_never_age_at_diagnosis() -> None:
    tables, report = dataset_tables(
        series_table({"PatientAge": "045Y"}), sample_description(), condition_of(collection())
    )
    (condition,) = tables["cancer_condition"].to_pylist()
    assert {name: value for name, value in condition.items() if value is not None} == {
        "cancer_condition_id": 1,
        "patient_id": 1,
        "code": code("condition", "lung_cancer"),
    }
    assert report_on(report, "condition").recorded == 1


def test_an_unknown_condition_is_not_recorded_and_the_report_says_why() -> None:
    several = condition_of(collection(cancer_types=("Lung Cancer", "Non-Cancer")))
    tables, report = dataset_tables(series_table({}, {}), sample_description(), several)
    assert tables["cancer_condition"].num_rows == 0
    assert report_on(report, "condition").not_recorded == 1
    assert "which patient has which" in report.notes[0]
    assert [spelling.raw for spelling in report_on(report, "condition").spellings] == [
        "Lung Cancer, Non-Cancer"
    ]


def test_the_earliest_plausible_day_stands() -> None:
    tables, report = made_of(
        *[{"StudyInstanceUID": f"1.0{number}", "StudyDate": "2001-01-01"} for number in range(100)],
        {"StudyInstanceUID": "1.2", "StudyDate": "2024-02-17"},
        {"StudyInstanceUID": "1.2", "StudyDate": "1900-01-01"},
        {"StudyInstanceUID": "1.2", "StudyDate": "2010-04-20"},
        {"StudyInstanceUID": "1.3"},
    )
    assert column(tables, "image_study", "study_date")[-2:] == [date(2010, 4, 20), None]
    assert column(tables, "image_study", "year_of_imaging")[-2:] == [2010, None]
    assert column(tables, "dataset", "dates_shifted") == [False]
    assert "1 study carries several dates; the earliest plausible one stands." in report.notes


def test_the_notes_count_studies_with_several_dates() -> None:
    rows = [
        {"StudyInstanceUID": f"1.{study}", "StudyDate": f"200{day}-01-01"}
        for study in (1, 2)
        for day in (1, 2)
    ]
    _, report = made_of(*rows)
    assert report.notes[0].startswith("2 studies carry several dates")


@pytest.mark.parametrize(("studies", "shifted"), [(100, False), (99, True)])
def test_more_than_one_study_in_a_hundred_means_shifted_dates(studies: int, shifted: bool) -> None:
    rows = [{"StudyInstanceUID": f"1.{number:03}", "StudyDate": "2001-01-01"} for number in range(1, studies)]
    tables, report = made_of({"StudyInstanceUID": "1.000", "StudyDate": "1959-07-01"}, *rows)
    years = column(tables, "image_study", "year_of_imaging")
    assert column(tables, "dataset", "dates_shifted") == [shifted]
    assert years == [None] + [None if shifted else 2001] * (studies - 1)
    assert column(tables, "image_study", "study_date")[0] == date(1959, 7, 1)
    assert any("shifted" in note for note in report.notes) == shifted
    implausible = studies if shifted else 1
    assert report_on(report, "year_of_imaging").totals[Outcome.IMPLAUSIBLE] == implausible


@pytest.mark.parametrize(("modality", "segmented"), [("SEG", True), ("RTSTRUCT", True), ("SR", False)])
def test_a_segmentation_marks_its_study_alone(modality: str, segmented: bool) -> None:
    tables, _ = made_of(
        {"StudyInstanceUID": "1.1"},
        {"StudyInstanceUID": "1.1", "Modality": modality},
        {"StudyInstanceUID": "1.2"},
    )
    assert column(tables, "image_study", "has_segmentation") == [segmented, False]


def test_series_values_are_mapped_and_counted() -> None:
    tables, report = made_of(
        {"Modality": "MR", "BodyPartExamined": "Left Breast", "Manufacturer": "SIEMENS NM"},
        {"Modality": "XYZ", "BodyPartExamined": "PHANTOM", "Manufacturer": "QIICR"},
    )
    assert column(tables, "image_series", "modality") == [code("modality", "MR"), None]
    assert column(tables, "image_series", "body_part") == [code("body_part", "breast"), None]
    assert column(tables, "image_series", "manufacturer") == [code("manufacturer", "siemens"), None]
    for variable in ("modality", "body_part", "manufacturer"):
        assert (report_on(report, variable).recorded, report_on(report, variable).not_recorded) == (1, 1)


def test_the_tables_satisfy_the_model() -> None:
    rows = series_table({"PatientSex": "F"}, {"StudyInstanceUID": "1.2", "StudyDate": "2001-01-01"})
    tables, _ = dataset_tables(rows, sample_description(), Decision(Outcome.MISSING))
    assert check(tables) == ()
