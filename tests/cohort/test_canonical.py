"""Equal questions have one text and one hash, and no question changes its meaning on the way."""

from __future__ import annotations

import hashlib
from random import Random
from unittest.mock import patch

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from caimera.cohort import (
    And,
    Condition,
    Not,
    Operator,
    Or,
    Question,
    Range,
    SomeSeries,
    canonical,
    canonical_text,
    conditions,
    from_json,
    holds,
    parse,
    question_hash,
    to_json,
)
from caimera.cohort.question import size
from caimera.vocabulary import VOCABULARY, Variable
from tests.cohort.strategies import literals, patients, questions, written_questions

EQUAL = {
    "order": ("modality = CT and sex = female", "sex = female and modality = CT"),
    "brackets": (
        "modality = CT and (sex = female and body_part = chest)",
        "(modality = CT and sex = female) and body_part = chest",
    ),
    "repetition": ("modality = CT or modality = CT", "modality = CT"),
    "or of equals is in": ("modality = CT or modality = MR", "modality in (MR, CT)"),
    "in of one": ("modality in (CT)", "modality = CT"),
    "words for one value": ("modality = PET or sex = womAn", "sex = SNOMEDCT248152002 or modality = PT"),
    "double not": ("not not sex = male", "sex = male"),
    "De Morgan": ("not (sex = male or modality = CT)", "not sex = male and not modality = CT"),
    "not of not equals": ("not sex != male", "sex = male or sex is missing"),
    "not equals": ("not sex = male and sex is recorded", "sex != male"),
    "not equals twice": ("sex != male and sex != female", "not sex in (male, female) and sex is recorded"),
    "missing or other": ("sex is missing or sex != male", "not sex = male"),
    "ends of a range": ("age_at_imaging >= 40 and age_at_imaging <= 70", "age_at_imaging between 40 and 70"),
    "open ends": ("age_at_imaging between 40 and *", "age_at_imaging >= 40.0"),
    "no range": ("age_at_imaging between 40 and 40", "age_at_imaging = 40"),
    "ranges that overlap": (
        "age_at_imaging between 40 and 60 or age_at_imaging between 50 and 70",
        "age_at_imaging between 40 and 70",
    ),
    "everything recorded": ("age_at_imaging <= 40 or age_at_imaging >= 30", "age_at_imaging is recorded"),
    "number inside a range": (
        "age_at_imaging in (20, 50) or age_at_imaging >= 40",
        "age_at_imaging = 20 or age_at_imaging >= 40",
    ),
    "number outside a range": ("age_at_imaging >= 40 and age_at_imaging != 20", "age_at_imaging >= 40"),
    "lists that meet": ("modality in (CT, MR) and modality in (MR, PT)", "modality = MR"),
    "list less a value": ("modality in (CT, MR) and not modality = CT", "modality = MR"),
    "flag": ("has_segmentation != true", "has_segmentation = false"),
    "both flags": ("has_segmentation = true or has_segmentation = false", "has_segmentation is recorded"),
    "neither flag": (
        "not has_segmentation = true and not has_segmentation = false",
        "has_segmentation is missing",
    ),
    "flag or missing": (
        "has_segmentation = false or has_segmentation is missing",
        "not has_segmentation = true",
    ),
    "absorbed under or": ("modality = CT or (modality = CT and sex = male)", "modality = CT"),
    "absorbed under and": ("modality = CT and (modality = CT or sex = male)", "modality = CT"),
    "idle recorded": ("sex = male and sex is recorded", "sex = male"),
    "idle missing": ("sex is missing and not sex = male", "sex is missing"),
    "everything and": ("everything and sex = male", "sex = male"),
    "everything or": ("everything or sex = male", "everything"),
    "nothing or": ("not everything or sex = male", "sex = male"),
    "nothing and": ("not everything and sex = male", "not everything"),
    "unknown": ("sex = unknown", "sex is missing"),
    "descendants": (
        "condition = non_small_cell_lung_cancer with descendants",
        "condition in (lung_squamous_cell_carcinoma, non_small_cell_lung_cancer, lung_adenocarcinoma)",
    ),
    "parts": ("body_part = uterus with descendants", "body_part in (cervix, uterus)"),
    "a modality with its kinds": ("modality = NM with descendants", "modality in (NM, PT)"),
    "no descendants": ("sex = male with descendants", "sex = male"),
    "contains": ("modality contains radiography", "modality in (DX, CR)"),
    "strict ends of whole numbers": ("year_of_imaging < 2010", "year_of_imaging <= 2009"),
    "whole numbers side by side": (
        "age_at_imaging <= 49 or age_at_imaging in (50, 51)",
        "age_at_imaging <= 51",
    ),
    "strict and open": ("age_at_imaging > 40 and age_at_imaging > 50", "age_at_imaging >= 51"),
    "strict and its end": ("age_at_imaging > 40 or age_at_imaging = 40", "age_at_imaging >= 40"),
    "end left out": ("age_at_imaging >= 40 and age_at_imaging != 40", "age_at_imaging >= 41"),
    "strict ends that meet": ("psa < 4 or psa >= 4", "psa is recorded"),
    "groups side by side": (
        "some series (modality = CT) or some series (modality = MR)",
        "some series (modality in (MR, CT))",
    ),
    "no such groups": (
        "not some series (modality = CT) and not some series (modality = MR)",
        "not some series (modality = CT or modality = MR)",
    ),
    "group on the patient": ("some series (sex = male)", "sex = male"),
    "group on the study": ("some series of the study (age_at_imaging > 40)", "age_at_imaging > 40"),
    "group of everything": ("some series (everything)", "everything"),
}

DIFFERENT = {
    "not equals and its complement": ("sex != male", "not sex = male"),
    "and and or": ("sex = male and modality = CT", "sex = male or modality = CT"),
    "several conditions at once": (
        "condition = lung_cancer and condition = breast_cancer",
        "condition in (lung_cancer, breast_cancer)",
    ),
    "one condition of two excluded": (
        "condition in (lung_cancer, breast_cancer) and not condition = lung_cancer",
        "condition = breast_cancer",
    ),
    "ranges apart": (
        "age_at_imaging <= 40 or age_at_imaging >= 50",
        "age_at_imaging is recorded",
    ),
    "several numbers at once": ("psa >= 4 and psa <= 10", "psa between 4 and 10"),
    "strict numbers apart": ("psa < 4 or psa > 4", "psa is recorded"),
    "group and series": ("some series (modality = CT)", "modality = CT"),
    "groups of patient and study": (
        "some series (modality = CT)",
        "some series of the study (modality = CT)",
    ),
    "both in one series": (
        "some series (modality = CT) and some series (body_part = chest)",
        "some series (modality = CT and body_part = chest)",
    ),
    "age and year": ("age_at_imaging >= 40", "year_of_imaging >= 2000"),
}


@pytest.mark.parametrize(("one", "other"), EQUAL.values(), ids=EQUAL)
def test_equal_questions_share_text_and_hash(one: str, other: str) -> None:
    assert canonical_text(parse(one)) == canonical_text(parse(other))
    assert question_hash(parse(one)) == question_hash(parse(other))


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
def test_different_questions_do_not(one: str, other: str) -> None:
    assert question_hash(parse(one)) != question_hash(parse(other))


def test_the_canonical_text_and_its_hash_are_pinned() -> None:
    question = parse("sex = female and modality in (MR, CT) and age_at_imaging between 40.0 and 70")
    text = "age_at_imaging between 40 and 70 and modality in (CT, MR) and sex = female"
    assert canonical_text(question) == text
    assert question_hash(question) == hashlib.sha256(text.encode()).hexdigest()


def test_contradictions_stay_recognisable() -> None:
    assert canonical_text(parse("modality = MR and modality = CT")) == "modality = CT and modality = MR"
    ages = "age_at_imaging >= 70 and age_at_imaging <= 40"
    assert canonical_text(parse(ages)) == "age_at_imaging <= 40 and age_at_imaging >= 70"


def test_conditions_built_by_hand_take_the_same_form() -> None:
    several = Condition("modality", Operator.EQUALS, ("MR", "CT"))
    assert canonical(several) == Condition("modality", Operator.IN, ("CT", "MR"))
    unbounded = Condition("age_at_imaging", Operator.BETWEEN, Range(None, None))
    assert canonical(Not(unbounded)) == Condition("age_at_imaging", Operator.MISSING)
    assert canonical(Or(())) == Not(And(()))


@given(questions)
def test_idempotent(question: Question) -> None:
    once = canonical(question)
    assert canonical(once) == once


@settings(deadline=None)
@given(questions, st.lists(patients, min_size=1, max_size=5))
def test_meaning_is_kept(question: Question, seen: list[list[dict[str, object]]]) -> None:
    form = canonical(question)
    assert [holds(form, one, series) for series in seen for one in series] == [
        holds(question, one, series) for series in seen for one in series
    ]


@given(questions, st.randoms(use_true_random=False))
def test_order_does_not_count(question: Question, random: Random) -> None:
    assert question_hash(_shuffled(question, random)) == question_hash(question)


@given(written_questions, st.randoms(use_true_random=False))
def test_renaming_does_not_count(question: Question, random: Random) -> None:
    assert question_hash(from_json(_renamed(to_json(question), random))) == question_hash(question)


@given(questions)
def test_a_second_not_and_idle_rows_do_not_count(question: Question) -> None:
    assert question_hash(Not(Not(question))) == question_hash(question)
    assert question_hash(And((question, And((Or((question,)),))))) == question_hash(question)


@given(literals, questions)
def test_absorption(one: Question, other: Question) -> None:
    assume(not _variables(one) & _variables(other))
    assert question_hash(Or((one, And((one, other))))) == question_hash(one)
    assert question_hash(And((one, Or((one, other))))) == question_hash(one)


@given(written_questions)
def test_what_is_within_the_limits_stays_within(question: Question) -> None:
    again = from_json(to_json(canonical(from_json(to_json(question)))))
    assert again == canonical(question)


@given(written_questions)
def test_never_larger_than_what_was_asked(question: Question) -> None:
    depth, count = size(canonical(question))
    assert depth <= size(question)[0]
    assert count <= size(question)[1]


@pytest.mark.parametrize(
    "text",
    [
        "age_at_imaging <= 40 or age_at_imaging >= 30 or sex = male",
        "has_segmentation is missing or has_segmentation = false or sex = male",
        "some series (modality = CT) or some series (body_part = lung) or psa > 4",
        "not some series (modality = CT) and not some series (body_part = lung) and psa > 4",
    ],
)
def test_what_joining_nests_deeper_was_counted_so(text: str) -> None:
    assert size(canonical(parse(text)))[0] <= size(parse(text))[0]


def test_long_rows_are_joined_but_not_absorbed() -> None:
    pairs = [f"(age_at_imaging = {number} and sex = male)" for number in range(120)]
    text = f"{' or '.join(pairs)} or sex = male or sex = female"
    form = canonical(parse(text))
    assert isinstance(form, Or)
    assert len(form.children) == len(pairs) + 1
    assert form == canonical(form)


def _variables(question: Question) -> set[str]:
    return {condition.variable for _, condition in conditions(question)}


def _shuffled(question: Question, random: Random) -> Question:
    match question:
        case And(parts) | Or(parts):
            mixed = [_shuffled(part, random) for part in parts]
            random.shuffle(mixed)
            return type(question)(tuple(mixed))
        case Not(child):
            return Not(_shuffled(child, random))
        case SomeSeries(child, level):
            return SomeSeries(_shuffled(child, random), level)
        case Condition(variable, Operator.IN, tuple(values), descendants):
            mixed_values = list(values)
            random.shuffle(mixed_values)
            return Condition(variable, Operator.IN, tuple(mixed_values), descendants)
        case _:
            return question


def _renamed(document: object, random: Random) -> object:
    """The document with every variable and value under any of its names, labels, synonyms and codes."""
    match document:
        case {"variable": str(name), **rest}:
            variable = VOCABULARY.variable(name)
            word = random.choice(list(variable.spellings()))
            return {
                "variable": word,
                **{key: _spelled(value, variable, random) for key, value in rest.items()},
            }
        case dict():
            return {key: _renamed(value, random) for key, value in document.items()}
        case list():
            return [_renamed(part, random) for part in document]
        case _:
            return document


def _spelled(value: object, variable: Variable, random: Random) -> object:
    names = {one.name: list(one.spellings()) for one in variable.values}
    match value:
        case str() if value in names:
            return random.choice(names[value]).upper()
        case list():
            return [_spelled(one, variable, random) for one in value]
        case _:
            return value


@given(questions)
def test_who_does_not_ask_for_kinds_gets_none_however_values_lie_within_each_other(
    question: Question,
) -> None:
    """So shared questions and remembered answers outlive a vocabulary with more kinds in it."""
    assume(not any(condition.descendants for _path, condition in conditions(question)))
    canonical.cache_clear()
    with patch.object(Variable, "narrower", side_effect=AssertionError("nobody asked for kinds")):
        said = canonical_text(question)
    assert "descendants" not in said
    assert said == canonical_text(parse(said))


@pytest.mark.parametrize("name", ["body_part", "modality"])
def test_each_value_alone_is_asked_for_as_before_there_were_kinds(name: str) -> None:
    for value in VOCABULARY.variable(name).values:
        assert canonical_text(parse(f"{name} = {value.name}")) == f"{name} = {value.name}"
