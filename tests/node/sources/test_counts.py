"""What is counted, case by case; that every question is counted as it is meant is in `test_contract.py`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from caimera.cohort import And, Not, Or, Question, parse
from caimera.node.sources import IndexedSource, SourceCount
from tests.node.crates import Holding, random_federation


@pytest.fixture
def source(tmp_path: Path) -> Iterator[IndexedSource]:
    made = IndexedSource(tmp_path / "index")
    yield made
    made.close()


def numbers(counts: tuple[SourceCount, ...]) -> list[tuple[int, int, int]]:
    return [(count.subjects, count.studies, count.series) for count in counts]


def counted(
    source: IndexedSource, folder: Path, question: Question, *holdings: Holding
) -> list[tuple[int, int, int]]:
    return numbers(source.count(question, [holding.write(folder) for holding in holdings], wait=30))


def test_everything_and_nothing(tmp_path: Path, source: IndexedSource) -> None:
    holdings = random_federation(patients=50, datasets=5)
    releases = [holding.write(tmp_path) for holding in holdings]
    everything = source.count(And(()), releases, wait=30)
    assert [count.series for count in everything] == [len(holding.series) for holding in holdings]
    assert numbers(source.count(Or(()), releases, wait=30)) == [(0, 0, 0)] * 5


def test_a_question_and_its_complement_make_up_everything(tmp_path: Path, source: IndexedSource) -> None:
    holdings = random_federation(patients=50, datasets=5)
    releases = [holding.write(tmp_path) for holding in holdings]
    question = parse("condition = lung_cancer or age_at_imaging between 40 and 70")
    parts = [source.count(asked, releases, wait=30) for asked in (question, Not(question))]
    together = [left.series + right.series for left, right in zip(*parts, strict=True)]
    assert together == [len(holding.series) for holding in holdings]


def test_results_come_in_the_order_of_the_releases(tmp_path: Path, source: IndexedSource) -> None:
    releases = [holding.write(tmp_path) for holding in random_federation(patients=50, datasets=5)]
    counts = source.count(And(()), releases[::-1], wait=30)
    assert [count.dataset_id for count in counts] == [release.dataset_id for release in releases[::-1]]


def test_conditions_speak_of_the_same_series(tmp_path: Path, source: IndexedSource) -> None:
    holding = Holding(1)
    study = holding.add_study(holding.add_patient())
    holding.add_series(study, modality="CT", body_part="abdomen")
    holding.add_series(study, modality="MR", body_part="chest")
    one, apart = (
        parse("modality = CT and body_part = chest"),
        parse("some series (modality = CT) and body_part = chest"),
    )
    assert counted(source, tmp_path, one, holding) == [(0, 0, 0)]
    assert counted(source, tmp_path / "again", apart, holding) == [(1, 1, 1)]


def test_some_series_of_the_study_is_not_one_of_the_patients_other_study(
    tmp_path: Path, source: IndexedSource
) -> None:
    holding = Holding(1)
    patient = holding.add_patient()
    for modality in ("CT", "MR"):
        holding.add_series(holding.add_study(patient), modality=modality)
    asked = parse("some series of the study (modality = CT) and some series (modality = MR)")
    assert counted(source, tmp_path, asked, holding) == [(1, 1, 1)]


def test_patients_and_studies_are_counted_once(tmp_path: Path, source: IndexedSource) -> None:
    holding = Holding(1)
    patient = holding.add_patient(sex="female", conditions=("lung_cancer", "breast_cancer"))
    for _ in range(2):
        study = holding.add_study(patient)
        for _ in range(3):
            holding.add_series(study, modality="CT")
    assert counted(source, tmp_path, parse("condition in (lung_cancer, breast_cancer)"), holding) == [
        (1, 2, 6)
    ]


def test_one_recorded_number_must_fit_not_two_together(tmp_path: Path, source: IndexedSource) -> None:
    holding = Holding(1)
    patient = holding.add_patient()
    for value in (2.0, 12.0):
        holding.record(patient, psa=value)
    holding.add_series(holding.add_study(patient), modality="MR")
    assert counted(source, tmp_path, parse("psa between 4 and 10"), holding) == [(0, 0, 0)]
    assert counted(source, tmp_path / "again", parse("psa >= 4 and psa <= 10"), holding) == [(1, 1, 1)]


def test_the_same_patient_number_in_two_datasets_is_two_patients(
    tmp_path: Path, source: IndexedSource
) -> None:
    holdings = [Holding(1), Holding(2)]
    for holding in holdings:
        holding.add_series(holding.add_study(holding.add_patient(sex="male", identifier="P1")), modality="CT")
    assert counted(source, tmp_path, parse("sex = male"), *holdings) == [(1, 1, 1), (1, 1, 1)]


def test_contributions_say_who_brings_how_much(tmp_path: Path, source: IndexedSource) -> None:
    holding = Holding(1)
    for studies, series in ((1, 1), (2, 3), (0, 0), (1, 2)):
        patient = holding.add_patient()
        for _ in range(studies):
            study = holding.add_study(patient)
            for _ in range(series):
                holding.add_series(study, modality="CT")
            holding.add_series(study, modality="MR")
    release = holding.write(tmp_path)
    found = source.contributions(parse("modality = CT"), release, wait=30)
    assert found.studies.tolist() == [1, 2, 1]
    assert found.series.tolist() == [1, 6, 2]
    nobody = source.contributions(parse("modality = US"), release, wait=30)
    assert nobody.studies.tolist() == nobody.series.tolist() == [0, 0, 0]
