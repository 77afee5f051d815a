"""The index counts what the question's reference meaning counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from caimera.cohort import And, Condition, Not, Or, Question, Range, parse
from caimera.node.sources import IndexedSource, SourceRelease
from caimera.vocabulary import Operator
from tests.node.crates import Holding, random_federation
from tests.node.questions import questions


class Bench:
    """A source over crates, with the records they were written from."""

    def __init__(
        self, holdings: tuple[Holding, ...], releases: list[SourceRelease], source: IndexedSource
    ) -> None:
        self.holdings = holdings
        self.releases = releases
        self.source = source

    def differences(self, question: Question) -> list[tuple[object, object]]:
        """Where the source's counts are not those of the reference meaning."""
        counted = self.source.count(question, self.releases, wait=30)
        expected = [holding.count(question) for holding in self.holdings]
        return [(got, right) for got, right in zip(counted, expected, strict=True) if got != right]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("a node's crates")
    holdings = random_federation(patients=200, datasets=5)
    source = IndexedSource(folder / "index", threads=1)
    yield Bench(holdings, [holding.write(folder) for holding in holdings], source)
    source.close()


@given(question=questions)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counts_are_those_of_the_reference_meaning(bench: Bench, question: Question) -> None:
    assert bench.differences(question) == []


@pytest.mark.parametrize(
    "text",
    [
        "modality = CT and body_part = chest and sex = male and age_at_imaging between 40 and 70",
        "sex != male",
        "not sex = male",
        "sex is missing",
        "sex is recorded",
        "condition = lung_cancer",
        "condition != lung_cancer",
        "not condition = lung_cancer",
        "condition in (lung_cancer, breast_cancer)",
        "condition is missing",
        "age_at_imaging >= 40",
        "not age_at_imaging >= 40",
        "age_at_imaging is missing",
        "year_of_imaging != 2015",
        "has_segmentation = true",
        "has_segmentation != true",
        "modality = US",
        "not modality = US",
        "modality != US",
        "condition != glioma",
    ],
)
def test_every_kind_of_condition_counts_as_it_is_meant(bench: Bench, text: str) -> None:
    assert bench.differences(parse(text)) == []


def test_everything_and_nothing(bench: Bench) -> None:
    everything = bench.source.count(And(()), bench.releases, wait=30)
    assert [count.series for count in everything] == [len(holding.series) for holding in bench.holdings]
    nothing = bench.source.count(Or(()), bench.releases, wait=30)
    assert {(count.subjects, count.studies, count.series) for count in nothing} == {(0, 0, 0)}


def test_a_question_and_its_complement_make_up_everything(bench: Bench) -> None:
    question = parse("condition = lung_cancer or age_at_imaging between 40 and 70")
    parts = [bench.source.count(asked, bench.releases, wait=30) for asked in (question, Not(question))]
    together = [left.series + right.series for left, right in zip(*parts, strict=True)]
    assert together == [len(holding.series) for holding in bench.holdings]


def test_results_come_in_the_order_of_the_releases(bench: Bench) -> None:
    backwards = list(reversed(bench.releases))
    counts = bench.source.count(And(()), backwards, wait=30)
    assert [count.dataset_id for count in counts] == [release.dataset_id for release in backwards]


def test_a_range_without_ends_asks_for_what_is_recorded(bench: Bench) -> None:
    question = Condition("age_at_imaging", Operator.BETWEEN, Range(None, None))
    recorded = Not(Condition("age_at_imaging", Operator.MISSING))
    assert bench.source.count(question, bench.releases, wait=30) == bench.source.count(
        recorded, bench.releases, wait=30
    )


def test_conditions_speak_of_the_same_series(tmp_path: Path) -> None:
    holding = Holding(1)
    study = holding.add_study(holding.add_patient())
    holding.add_series(study, modality="CT", body_part="abdomen")
    holding.add_series(study, modality="MR", body_part="chest")
    source = IndexedSource(tmp_path / "index")
    (count,) = source.count(parse("modality = CT and body_part = chest"), [holding.write(tmp_path)], wait=30)
    source.close()
    assert (count.subjects, count.studies, count.series) == (0, 0, 0)


def test_patients_and_studies_are_counted_once(tmp_path: Path) -> None:
    holding = Holding(1)
    patient = holding.add_patient(sex="female", conditions=("lung_cancer", "breast_cancer"))
    for _ in range(2):
        study = holding.add_study(patient)
        for _ in range(3):
            holding.add_series(study, modality="CT")
    source = IndexedSource(tmp_path / "index")
    (count,) = source.count(
        parse("condition in (lung_cancer, breast_cancer)"), [holding.write(tmp_path)], wait=30
    )
    source.close()
    assert (count.subjects, count.studies, count.series) == (1, 2, 6)


def test_the_same_patient_number_in_two_datasets_is_two_patients(tmp_path: Path) -> None:
    holdings = [Holding(1), Holding(2)]
    for holding in holdings:
        holding.add_series(holding.add_study(holding.add_patient(sex="male")), modality="CT")
    source = IndexedSource(tmp_path / "index")
    counts = source.count(parse("sex = male"), [holding.write(tmp_path) for holding in holdings], wait=30)
    source.close()
    assert [count.subjects for count in counts] == [1, 1]
