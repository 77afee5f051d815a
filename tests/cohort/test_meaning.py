"""The reference meaning: missing is its own answer, several conditions are looked through one by one."""

from __future__ import annotations

import pytest
from hypothesis import given

from caimera.cohort import Not, Or, Question, conditions, holds, parse
from tests.cohort.strategies import questions, records

RECORD = {
    "sex": "female",
    "condition": ("lung_cancer", "breast_cancer"),
    "age_at_imaging": 62,
    "modality": "CT",
    "manufacturer": None,
    "has_segmentation": False,
}

HOLD = (
    "everything",
    "sex = female",
    "sex != male",
    "not sex = male",
    "sex is recorded",
    "sex in (male, female)",
    "modality = CT and sex = female",
    "modality = MR or sex = female",
    "condition = lung_cancer",
    "condition = lung_cancer and condition = breast_cancer",
    "condition in (sarcoma, breast_cancer)",
    "condition != colon_cancer",
    "age_at_imaging between 62 and 62",
    "age_at_imaging >= 62",
    "age_at_imaging <= 62",
    "age_at_imaging in (61, 62)",
    "age_at_imaging = 62.0",
    "has_segmentation = false",
    "has_segmentation != true",
    "manufacturer is missing",
    "not manufacturer = siemens",
    "body_part is missing",
    "not year_of_imaging >= 1990",
)
FAIL = (
    "not everything",
    "sex = male",
    "sex is missing",
    "condition != lung_cancer",
    "not condition in (sarcoma, breast_cancer)",
    "condition is missing",
    "age_at_imaging between 63 and 70",
    "age_at_imaging between 50 and 61.99",
    "has_segmentation = true",
    "manufacturer = siemens",
    "manufacturer != siemens",
    "manufacturer in (siemens, ge)",
    "manufacturer is recorded",
    "body_part != chest",
    "year_of_imaging >= 1990",
    "year_of_imaging != 1990",
)


@pytest.mark.parametrize("text", HOLD)
def test_holds(text: str) -> None:
    assert holds(parse(text), RECORD)


@pytest.mark.parametrize("text", FAIL)
def test_does_not_hold(text: str) -> None:
    assert not holds(parse(text), RECORD)


@pytest.mark.parametrize("nothing", [None, (), [], frozenset()])
def test_no_recorded_condition_is_missing(nothing: object) -> None:
    assert holds(parse("condition is missing and not condition = lung_cancer"), {"condition": nothing})
    assert not holds(parse("condition != lung_cancer"), {"condition": nothing})


def test_a_word_where_a_number_is_asked_for_is_not_in_range() -> None:
    assert not holds(parse("age_at_imaging >= 0"), {"age_at_imaging": "62"})


@given(questions, records)
def test_not_is_the_plain_complement(question: Question, record: dict[str, object]) -> None:
    assert holds(Not(question), record) is not holds(question, record)


@given(records)
def test_other_than_is_never_missing(record: dict[str, object]) -> None:
    for name in ("sex", "modality", "condition"):
        value = {"sex": "male", "modality": "CT", "condition": "lung_cancer"}[name]
        other, equal = parse(f"{name} != {value}"), parse(f"{name} = {value}")
        missing = parse(f"{name} is missing")
        assert [holds(other, record), holds(equal, record), holds(missing, record)].count(True) == 1


def test_paths_of_conditions() -> None:
    question = parse("modality = CT and not (sex = male or sex is missing) and age_at_imaging >= 40")
    found = {path: condition.variable for path, condition in conditions(question)}
    assert found == {"0": "modality", "1.0.0": "sex", "1.0.1": "sex", "2": "age_at_imaging"}
    assert [path for path, _ in conditions(parse("modality = CT"))] == [""]
    assert list(conditions(Or(()))) == []
