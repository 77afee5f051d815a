"""The JSON form and its schema."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caimera.cohort import (
    EVERYTHING,
    JSON_SCHEMA,
    And,
    Condition,
    Not,
    Operator,
    Or,
    Question,
    QuestionError,
    Range,
    SomeSeries,
    canonical,
    from_json,
    to_json,
)
from caimera.vocabulary import Level
from tests.cohort.strategies import questions, written_questions

SCHEMA = jsonschema.Draft202012Validator(JSON_SCHEMA)

CT = {"variable": "modality", "operator": "EQUALS", "value": "CT"}


def _ages(value: object) -> dict[str, object]:
    return {"variable": "age_at_imaging", "operator": "BETWEEN", "value": value}


READ: list[tuple[dict[str, Any], Question]] = [
    ({"and": []}, EVERYTHING),
    ({"not": {"and": []}}, Not(EVERYTHING)),
    (CT, Condition("modality", Operator.EQUALS, "CT")),
    ({"or": [CT]}, Or((Condition("modality", Operator.EQUALS, "CT"),))),
    (_ages({"min": 40, "max": 70}), Condition("age_at_imaging", Operator.BETWEEN, Range(40.0, 70.0))),
    (_ages({"min": 40}), Condition("age_at_imaging", Operator.BETWEEN, Range(40.0, None))),
    (_ages({"max": 70}), Condition("age_at_imaging", Operator.BETWEEN, Range(None, 70.0))),
    ({"variable": "sex", "operator": "MISSING"}, Condition("sex", Operator.MISSING)),
    (
        {"variable": "psa", "operator": "LOWER_THAN", "value": 4.5},
        Condition("psa", Operator.LOWER_THAN, 4.5),
    ),
    (
        {"variable": "psa", "operator": "GREATER_THAN", "value": 4},
        Condition("psa", Operator.GREATER_THAN, 4.0),
    ),
    (
        {"variable": "condition", "operator": "EQUALS", "value": "lung_cancer", "descendants": True},
        Condition("condition", Operator.EQUALS, "lung_cancer", descendants=True),
    ),
    ({"series": CT}, SomeSeries(Condition("modality", Operator.EQUALS, "CT"))),
    ({"series": CT, "of": "study"}, SomeSeries(Condition("modality", Operator.EQUALS, "CT"), Level.STUDY)),
    (
        {"variable": "modality", "operator": "IN", "value": ["CT", "MR"]},
        Condition("modality", Operator.IN, ("CT", "MR")),
    ),
    (
        {"variable": "has_segmentation", "operator": "EQUALS", "value": False},
        Condition("has_segmentation", Operator.EQUALS, False),
    ),
]

ALSO_READ: list[tuple[dict[str, Any], Question]] = [
    (
        {"variable": "modality", "operator": "CONTAINS", "value": "radiography"},
        Condition("modality", Operator.IN, ("CR", "DX")),
    ),
    ({"series": CT, "of": "patient"}, SomeSeries(Condition("modality", Operator.EQUALS, "CT"))),
    ({**CT, "descendants": False}, Condition("modality", Operator.EQUALS, "CT")),
    (
        {"variable": "SNOMEDCT439401001", "operator": "equals", "value": "SNOMEDCT363358000"},
        Condition("condition", Operator.EQUALS, "lung_cancer"),
    ),
    (
        {"variable": "modality", "operator": "EQUALS", "value": ["RID10321", "MRI"]},
        Condition("modality", Operator.IN, ("CT", "MR")),
    ),
    (
        {"variable": "sex", "operator": "EQUALS", "value": "SNOMEDCT261665006"},
        Condition("sex", Operator.MISSING),
    ),
    (
        {"variable": "year_of_imaging", "operator": "IN", "value": [2010, 2011.0]},
        Condition("year_of_imaging", Operator.IN, (2010.0, 2011.0)),
    ),
]

REFUSED: list[tuple[object, str, str, str]] = [
    (None, "", "This is not a question.", "Write one of and, or, not"),
    ([], "", "This is not a question.", "Write one of and, or, not"),
    ({"xor": []}, "", "This is not a question.", "Write one of and, or, not"),
    ({"and": [CT], "or": [CT]}, "", "This is not a question.", "Write one of and, or, not"),
    ({"and": [CT, {"not": 7}]}, "/and/1/not", "This is not a question.", "Write one of and"),
    ({"or": []}, "", "An empty “or” would find nothing.", '{"and": []}'),
    ({**CT, "system": ""}, "/system", "A condition has no such member.", "Take “system” away."),
    (
        {"not": {**CT, "variable": "modalty"}},
        "/not/variable",
        "“modalty” is not a variable that",
        "modality?",
    ),
    ({**CT, "operator": "EQUAL"}, "/operator", "“EQUAL” is not an operator.", "Did you mean EQUALS?"),
    ({**CT, "operator": "~"}, "/operator", "“~” is not an operator.", "Use one of EQUALS"),
    (
        {**CT, "operator": "LOWER_THAN"},
        "/operator",
        "modality cannot be compared with LOWER_THAN.",
        "CONTAINS",
    ),
    ({**CT, "operator": "CONTAINS", "value": 7}, "/value", "CONTAINS needs a piece of text.", "CT or MR"),
    ({**CT, "operator": "CONTAINS", "value": " "}, "/value", "No value of modality is called", "shorter"),
    ({**CT, "descendants": 1}, "/descendants", "Descendants are asked for with true.", "true or false"),
    (
        {**CT, "operator": "NOT_EQUALS", "descendants": True},
        "/descendants",
        "modality takes no descendants here.",
        "put not before the condition",
    ),
    ({"series": {"series": CT}}, "/series", "A group stands inside a group.", "side by side"),
    ({"series": CT, "of": "series"}, "", "A group has only series and of.", '"of": "study"'),
    ({"series": CT, "in": "study"}, "", "A group has only series and of.", '"of": "study"'),
    ({**CT, "value": "XT"}, "/value", "“XT” is not a value of modality.", "Write for example"),
    ({**CT, "value": 7}, "/value", "modality takes the name of a value.", "Write for example"),
    ({"variable": "modality", "operator": "EQUALS"}, "/value", "modality takes the name of", "Write for"),
    ({**CT, "operator": "MISSING"}, "/value", "MISSING takes no value.", "Take the value away."),
    ({**CT, "operator": "IN"}, "/value", "IN needs a list of at least one value.", "Write for example CT"),
    ({**CT, "operator": "IN", "value": []}, "/value", "IN needs a list of at least one value.", "Write"),
    ({**CT, "operator": "NOT_EQUALS", "value": ["CT"]}, "/value", "modality takes the name of a", "Write"),
    (_ages(40), "/value", "BETWEEN takes an object with min, max or both.", '{"min": 40, "max": 70}'),
    (_ages({"from": 40}), "/value", "BETWEEN takes an object with min, max or both.", '{"min": 40'),
    (_ages({}), "/value", "The range has no end at all.", "age_at_imaging is recorded"),
    (_ages({"min": "40"}), "/value", "age_at_imaging takes a number.", "Write digits"),
    (_ages({"min": True}), "/value", "age_at_imaging takes a number.", "Write digits"),
    (_ages({"min": float("nan")}), "/value", "age_at_imaging lies between 0 and 130.", "Use such a number"),
    (_ages({"max": 10**400}), "/value", "age_at_imaging lies between 0 and 130.", "Use such a number"),
    (
        {**CT, "operator": "BETWEEN", "value": {"min": 1}},
        "/operator",
        "modality cannot be compared",
        "EQUALS",
    ),
    ({"variable": "year_of_imaging", "operator": "IN", "value": "x"}, "/value", "IN needs a list", "2015"),
]


@pytest.mark.parametrize(("document", "question"), READ)
def test_read_and_written(document: dict[str, Any], question: Question) -> None:
    assert from_json(document) == question
    assert to_json(question) == document
    SCHEMA.validate(document)


@pytest.mark.parametrize(("document", "question"), ALSO_READ)
def test_other_words_are_read_too(document: dict[str, Any], question: Question) -> None:
    assert from_json(document) == question


@pytest.mark.parametrize(("document", "path", "message", "fix"), REFUSED)
def test_refused_with_pointer_and_remedy(document: object, path: str, message: str, fix: str) -> None:
    with pytest.raises(QuestionError) as refusal:
        from_json(document)
    (problem,) = refusal.value.problems
    assert problem.path == path
    assert problem.message.startswith(message)
    assert fix in problem.fix


def test_all_problems_are_reported_at_once() -> None:
    with pytest.raises(QuestionError) as refusal:
        from_json({"and": [{**CT, "value": "XT"}, CT, {"or": []}]})
    assert [problem.path for problem in refusal.value.problems] == ["/and/0/value", "/and/2"]


def test_problems_are_reported_up_to_a_limit() -> None:
    with pytest.raises(QuestionError) as refusal:
        from_json({"and": [{}] * 5000})
    assert len(refusal.value.problems) == 100


def test_nesting_is_limited_before_the_stack_is() -> None:
    document: dict[str, Any] = CT
    for _ in range(900):
        document = {"not": document}
    with pytest.raises(QuestionError, match="nested deeper than 16 levels"):
        from_json(document)


def test_numbers_are_written_without_needless_fractions() -> None:
    ages = Condition("age_at_imaging", Operator.IN, (40.0, 62.5))
    assert json.dumps(to_json(ages)["value"]) == "[40, 62.5]"


def test_nothing_is_written_as_not_everything() -> None:
    assert to_json(Or(())) == {"not": {"and": []}}


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(JSON_SCHEMA)
    assert json.loads(json.dumps(JSON_SCHEMA)) == JSON_SCHEMA


@given(written_questions)
def test_json_gives_the_same_question_back(question: Question) -> None:
    document = json.loads(json.dumps(to_json(question)))
    assert from_json(document) == question


@settings(deadline=None)
@given(questions)
def test_the_schema_accepts_what_is_written(question: Question) -> None:
    document = to_json(canonical(question))
    SCHEMA.validate(document)
    assert from_json(document) == canonical(question)


_conditions = st.fixed_dictionaries(
    {"variable": st.sampled_from(("modality", "age_at_imaging", "has_segmentation", "sex"))},
    optional={
        "operator": st.sampled_from(tuple(Operator)),
        "descendants": st.booleans(),
        "value": st.sampled_from(
            ("CT", 40, 40.5, True, ["CT"], [40], {"min": 1}, {"max": 3, "x": 1}, {}, [], None)
        ),
    },
)
_documents = st.recursive(
    _conditions | st.none() | st.integers(),
    lambda inner: st.lists(inner, max_size=3).flatmap(
        lambda parts: st.sampled_from(
            (
                {"and": parts},
                {"or": parts},
                *({word: parts[0] if parts else None} for word in ("not", "series")),
            )
        )
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(_documents)
def test_what_the_schema_accepts_is_read(document: object) -> None:
    accepted = SCHEMA.is_valid(document)
    try:
        read = SCHEMA.is_valid(to_json(from_json(document)))
    except QuestionError as refusal:
        # A schema cannot know which pieces of text are found in the vocabulary.
        read = all("is called anything with" in problem.message for problem in refusal.problems)
    assert read or not accepted


def test_rows_of_one_stay_rows() -> None:
    assert from_json({"and": [CT]}) == And((Condition("modality", Operator.EQUALS, "CT"),))
