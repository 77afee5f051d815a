"""Ages and years in bands: nothing that can be asked tells two members of one band apart."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from caimera.cohort import (
    Condition,
    Not,
    Operator,
    Question,
    banded,
    canonical,
    canonical_text,
    conditions,
    from_json,
    holds,
    parse,
    to_json,
    to_text,
)
from caimera.vocabulary import VOCABULARY
from tests.cohort.strategies import patients, questions, written_questions

AGE = "age_at_imaging"

BANDED = {
    "age_at_imaging = 62": "age_at_imaging between 60 and 64",
    "not age_at_imaging = 62": "not age_at_imaging between 60 and 64",
    "age_at_imaging != 62": "age_at_imaging is recorded and not age_at_imaging between 60 and 64",
    "age_at_imaging between 41 and 47": "age_at_imaging between 40 and 49",
    "not age_at_imaging between 41 and 47": "not age_at_imaging between 40 and 49",
    "age_at_imaging >= 62": "age_at_imaging >= 60",
    "age_at_imaging > 64": "age_at_imaging >= 65",
    "age_at_imaging > 63": "age_at_imaging >= 60",
    "age_at_imaging < 65": "age_at_imaging <= 64",
    "age_at_imaging < 66": "age_at_imaging <= 69",
    "age_at_imaging in (41, 44, 62)": "age_at_imaging between 40 and 44 or age_at_imaging between 60 and 64",
    "age_at_imaging in (44, 45)": "age_at_imaging between 40 and 49",
    "age_at_imaging = 3": "age_at_imaging <= 4",
    "age_at_imaging = 130": "age_at_imaging >= 130",
    "age_at_imaging between 0 and 130": "age_at_imaging is recorded",
    "age_at_imaging < 0": "not everything",
    "age_at_imaging is missing": "age_at_imaging is missing",
    "year_of_imaging = 1895": "year_of_imaging <= 1899",
    "year_of_diagnosis between 2003 and 2006": "year_of_diagnosis between 2000 and 2009",
    "age_at_diagnosis > 44 and age_at_diagnosis < 50": "age_at_diagnosis <= 49 and age_at_diagnosis >= 45",
    "some series (modality = MR and age_at_imaging = 62)": (
        "some series (age_at_imaging between 60 and 64 and modality = MR)"
    ),
    "psa < 4.5": "psa < 4.5",
    "modality = CT": "modality = CT",
}


@pytest.mark.parametrize(("asked", "answered"), BANDED.items())
def test_each_comparison_is_widened_to_whole_bands(asked: str, answered: str) -> None:
    assert to_text(banded(parse(asked)).question) == answered


def test_it_says_which_conditions_it_changed() -> None:
    text = (
        "age_at_imaging between 40 and 64 and (year_of_imaging = 2001 or not age_at_imaging < 33) and psa > 4"
    )
    assert banded(parse(text)).changed == ("1.0", "1.1.0")
    assert banded(parse("age_at_imaging = 62")).changed == ("",)
    assert banded(parse("age_at_imaging between 0 and 64")).changed == ()


def test_the_width_is_the_callers() -> None:
    assert (
        to_text(banded(parse("age_at_imaging = 62"), width=10).question) == "age_at_imaging between 60 and 69"
    )


@given(questions, st.sampled_from((2, 5, 10)))
def test_no_two_members_of_a_band_are_told_apart(question: Question, width: int) -> None:
    asked = banded(question, width).question
    for path, condition in conditions(asked):
        if VOCABULARY.variable(condition.variable).banded and condition.operator is not Operator.MISSING:
            for start in range(0, 2100, width):
                answers = {_holds_for(condition, start + further) for further in range(width)}
                assert len(answers) == 1, (path, condition, start)


def _holds_for(condition: Condition, number: int) -> bool:
    variable = VOCABULARY.variable(condition.variable)
    within = min(max(number, variable.minimum or 0), variable.maximum or number)
    return holds(condition, {condition.variable: (within,)})


@given(questions)
def test_banded_again_is_the_same(question: Question) -> None:
    once = banded(question)
    assert banded(once.question).question == once.question
    assert banded(once.question).changed == ()


@given(questions)
def test_equal_questions_are_equal_in_bands(question: Question) -> None:
    assert banded(canonical(question)).question == banded(question).question


@given(questions, patients)
def test_what_was_accepted_is_accepted_and_what_was_denied_is_denied(
    question: Question, series: list[dict[str, object]]
) -> None:
    assume(not _denies_banded(canonical(question)))
    wider = banded(question).question
    for one in series:
        assert holds(wider, one, series) or not holds(question, one, series)
        assert not holds(banded(Not(question)).question, one, series) or not holds(question, one, series)


def _denies_banded(question: Question, *, negated: bool = False) -> bool:
    match question:
        case Condition(variable, operator):
            changes = VOCABULARY.variable(variable).banded and operator is not Operator.MISSING
            return changes and (negated or operator is Operator.NOT_EQUALS)
        case Not(child):
            return _denies_banded(child, negated=not negated)
        case _:
            inner = getattr(question, "children", None) or (getattr(question, "child", None),)
            return any(_denies_banded(one, negated=negated) for one in inner if one is not None)


@given(written_questions)
def test_what_was_readable_stays_so(question: Question) -> None:
    asked = banded(from_json(to_json(question))).question
    assert from_json(to_json(asked)) == asked
    assert canonical_text(parse(to_text(asked))) == to_text(asked)
