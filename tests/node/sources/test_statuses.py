"""What a source says it did with each condition."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from caimera.cohort import And, Condition, Question, Range, parse
from caimera.node.sources import IndexedSource
from caimera.protocol.messages import ConditionStatus, Treatment
from caimera.vocabulary import Operator
from tests.node.crates import Holding

Ask = Callable[..., tuple[ConditionStatus, ...]]


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    source = IndexedSource(tmp_path / "index")

    def statuses(question: Question, *holdings: Holding) -> tuple[ConditionStatus, ...]:
        return source.statuses(question, [holding.write(tmp_path) for holding in holdings])

    yield statuses
    source.close()


def holding(number: int = 1, *, dates_shifted: bool = False, year: int | None = None) -> Holding:
    made = Holding(number, dates_shifted=dates_shifted)
    patient = made.add_patient(sex="male", conditions=["lung_cancer"])
    made.add_series(made.add_study(patient, year=year), modality="CT")
    return made


def test_a_condition_on_recorded_data_is_applied(ask: Ask) -> None:
    (status,) = ask(parse("modality = CT"), holding())
    assert status == ConditionStatus(path="", status=Treatment.APPLIED)


def test_every_condition_is_named_by_its_path(ask: Ask) -> None:
    question = parse("modality = CT and (sex = male or not condition = lung_cancer)")
    assert {status.path for status in ask(question, holding())} == {"0", "1.0", "1.1.0"}


def test_what_no_dataset_records_is_said(ask: Ask) -> None:
    (status,) = ask(parse("age_at_imaging >= 40"), holding())
    assert status.status is Treatment.APPROXIMATED
    assert status.why == "No dataset here records age at imaging."


def test_what_one_dataset_records_is_applied(ask: Ask) -> None:
    (status,) = ask(parse("year_of_imaging >= 2000"), holding(1), holding(2, year=2015))
    assert status.status is Treatment.APPLIED


def test_shifted_dates_are_said(ask: Ask) -> None:
    (status,) = ask(parse("year_of_imaging >= 2000"), holding(1, year=2015), holding(2, dates_shifted=True))
    assert status.status is Treatment.APPROXIMATED
    assert status.why == "Dates were shifted in 1 of 2 datasets; their series have no year."


def test_shifted_dates_do_not_matter_to_other_variables(ask: Ask) -> None:
    (status,) = ask(parse("modality = CT"), holding(1, dates_shifted=True))
    assert status.status is Treatment.APPLIED


@pytest.mark.parametrize(
    "condition",
    [
        Condition("tumour_stage", Operator.EQUALS, "II"),
        Condition("modality", Operator.BETWEEN, Range(1, 2)),
    ],
)
def test_an_unknown_variable_or_operator_is_unsupported_never_false(ask: Ask, condition: Condition) -> None:
    applied, unsupported = ask(And((parse("modality = CT"), condition)), holding())
    assert applied.status is Treatment.APPLIED
    assert unsupported.status is Treatment.UNSUPPORTED
    assert unsupported.why == f"This node does not answer {condition.operator} on {condition.variable}."
