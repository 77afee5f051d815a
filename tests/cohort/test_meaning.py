"""The reference meaning: missing is its own answer, several conditions are looked through one by one."""

from __future__ import annotations

import pytest
from hypothesis import given

from caimera.cohort import Condition, Not, Operator, Or, Question, SomeSeries, conditions, holds, parse
from caimera.vocabulary import Level
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
    "age_at_imaging between 50 and 61",
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


PATIENT = (
    {"study_id": 1, "modality": "CT", "body_part": "chest"},
    {"study_id": 1, "modality": "PT", "body_part": "abdomen"},
    {"study_id": 2, "modality": "MR", "body_part": "chest"},
)


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("some series (modality = CT) and some series (modality = PT)", [True, True, True]),
        ("some series (modality = PT and body_part = chest)", [False, False, False]),
        ("some series of the study (modality = PT)", [True, True, False]),
        ("modality = MR and not some series of the study (modality = CT)", [False, False, True]),
    ],
)
def test_other_series_of_the_patient_count(text: str, answers: list[bool]) -> None:
    assert [holds(parse(text), record, PATIENT) for record in PATIENT] == answers


def test_a_record_alone_is_its_own_sibling() -> None:
    assert holds(parse("some series (modality = CT)"), {"modality": "CT"})


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("psa < 4", [False, True, True]),
        ("psa > 4", [False, True, False]),
        ("psa != 10", [False, False, True]),
        ("psa between 9 and 10", [False, True, False]),
        ("psa is missing", [True, False, False]),
    ],
)
def test_of_several_numbers_one_has_to_fit(text: str, answers: list[bool]) -> None:
    records: list[dict[str, object]] = [{"psa": ()}, {"psa": (3.0, 10.0)}, {"psa": (3.0,)}]
    assert [holds(parse(text), record) for record in records] == answers


def test_descendants_are_kinds_at_any_remove() -> None:
    question = parse("condition = lung_cancer with descendants")
    assert holds(question, {"condition": ("lung_adenocarcinoma",)})
    assert not holds(parse("condition = lung_cancer"), {"condition": ("lung_adenocarcinoma",)})


def test_conditions_and_groups_that_make_no_sense_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="read into IN"):
        Condition("modality", Operator.CONTAINS, "C")
    with pytest.raises(ValueError, match="Only EQUALS and IN"):
        Condition("modality", Operator.NOT_EQUALS, "CT", descendants=True)
    with pytest.raises(ValueError, match="of a patient or of a study"):
        SomeSeries(Condition("modality", Operator.EQUALS, "CT"), Level.SERIES)


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


def test_ages_count_in_completed_years() -> None:
    for recorded in (44.5, (30.0, 44.9)):
        record = {"age_at_diagnosis": recorded}
        assert holds(parse("age_at_diagnosis between 40 and 44"), record)
        assert holds(parse("age_at_diagnosis = 44"), record)
        assert not holds(parse("age_at_diagnosis > 44"), record)
