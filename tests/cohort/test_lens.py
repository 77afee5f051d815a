"""Questions of Samply Lens: both envelopes, every operand, type and spelling, and back without loss."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caimera.cohort import (
    And,
    Condition,
    Dialect,
    Operator,
    Question,
    QuestionError,
    Range,
    canonical,
    from_json,
    from_lens,
    holds,
    is_lens,
    parse,
    to_json,
    to_lens,
)
from tests.cohort.strategies import patients, questions, written_questions

# The query of Focus' own tests (samply/focus 2fc7515, src/intermediate_rep.rs), member for member.
FOCUS: dict[str, Any] = {
    "ast": {
        "operand": "OR",
        "children": [
            {
                "operand": "AND",
                "children": [
                    {
                        "operand": "OR",
                        "children": [{"key": key, "system": system, "type": "EQUALS", "value": value}],
                    }
                    for key, system, value in (
                        ("SNOMEDCT263495000", "", "SNOMEDCT248153007"),
                        ("SNOMEDCT439401001", "urn:snomed-org/sct", "SNOMEDCT399068003"),
                        ("RID10311", "urn:oid:2.16.840.1.113883.6.256", "RID10312"),
                        ("SNOMEDCT123037004", "urn:snomed-org/sct", "SNOMEDCT76752008"),
                        ("C25392", "http://bioontology.org/projects/ontologies/birnlex", "birnlex_3065"),
                    )
                ],
            }
        ],
    },
    "id": "66b8bbf4-ded2-4f94-87ab-3a3ca2f4edc0__search__66b8bbf4-ded2-4f94-87ab-3a3ca2f4edc0",
}
FOCUS_QUESTION = (
    "sex = male and condition = prostate_cancer and modality = MR"
    " and body_part = breast and manufacturer = philips"
)

SEX, AGE, BODY, MAKER = "SNOMEDCT263495000", "SNOMEDCT423493009", "SNOMEDCT123037004", "C25392"
BI_RADS = "EUCAIM_Hyper-Ontology_V1.0.IMG1005459"
UNKNOWN = "SNOMEDCT261665006"


def _is(key: str, value: object, kind: str = "EQUALS") -> dict[str, Any]:
    return {"key": key, "type": kind, "value": value}


def _of(operand: str, *children: object, **more: str) -> dict[str, Any]:
    return {"operand": operand, "children": list(children), **more}


MALE, FEMALE = _is(SEX, "SNOMEDCT248153007"), _is(SEX, "SNOMEDCT248152002")

READ = {
    # Types
    "NOT_EQUALS": (_is(SEX, "SNOMEDCT248153007", "NOT_EQUALS"), "sex != male"),
    "IN": (_is(SEX, ["SNOMEDCT248153007", "SNOMEDCT248152002"], "IN"), "sex in (male, female)"),
    "a list for EQUALS": (_is(SEX, ["SNOMEDCT248153007"]), "sex = male"),
    "BETWEEN": (_is(AGE, {"min": 40, "max": 70}, "BETWEEN"), "age_at_diagnosis between 40 and 70"),
    "BETWEEN, open above": (_is(AGE, {"min": 40}, "BETWEEN"), "age_at_diagnosis >= 40"),
    "BETWEEN, open below": (_is(AGE, {"min": None, "max": 70}, "BETWEEN"), "age_at_diagnosis <= 70"),
    "LOWER_THAN": (_is(AGE, 40, "LOWER_THAN"), "age_at_diagnosis < 40"),
    "LOWER_THAN takes max": (_is(AGE, {"max": 40}, "LOWER_THAN"), "age_at_diagnosis < 40"),
    "GREATER_THAN": (_is(AGE, 40, "GREATER_THAN"), "age_at_diagnosis > 40"),
    "GREATER_THAN takes min": (_is(AGE, {"min": 40, "max": 70}, "GREATER_THAN"), "age_at_diagnosis > 40"),
    "CONTAINS": (_is("RID10311", "radiography", "CONTAINS"), "modality contains radiography"),
    "a number": (_is(AGE, 40), "age_at_diagnosis = 40"),
    "a truth value": (_is("CAIMERA:has_segmentation", True), "has_segmentation = true"),
    # Operands
    "everything": (_of("OR"), "everything"),
    "an empty bar": (_of("OR", _of("AND")), "everything"),
    "NOT": (_of("NOT", MALE), "not sex = male"),
    "XOR": (
        _of("XOR", MALE, _is("RID10311", "RID10321")),
        "sex = male and not modality = CT or not sex = male and modality = CT",
    ),
    "two bars": (
        _of("OR", _of("AND", MALE), _of("AND", _is("RID10311", "RID10321"))),
        "sex = male or modality = CT",
    ),
    "values of a chip": (_of("OR", MALE, FEMALE, FEMALE), "sex in (male, female)"),
    "group": (_of("SOME_SERIES", _is("RID10311", "RID10321")), "some series (modality = CT)"),
    "group of the study": (
        _of("SOME_SERIES", _is("RID10311", "RID10321"), of="study"),
        "some series of the study (modality = CT)",
    ),
    # Missing
    "unknown": (_is(SEX, UNKNOWN), "sex is missing"),
    "unknown number": (_is(AGE, UNKNOWN), "age_at_diagnosis is missing"),
    "not unknown": (_is(SEX, UNKNOWN, "NOT_EQUALS"), "sex is recorded"),
    "unknown among others": (_is(SEX, ["SNOMEDCT248153007", UNKNOWN], "IN"), "sex = male or sex is missing"),
    "unknown in a chip": (_of("OR", MALE, _is(SEX, UNKNOWN)), "sex = male or sex is missing"),
    # Spellings
    "bare codes": (_is("263495000", "248153007"), "sex = male"),
    "CURIEs": (_is("SCT:263495000", "EUCAIM:COM1001366"), "sex = male"),
    "IRIs": (
        _is(
            "https://cancerimage.eu/ontology/EUCAIM#IMG1000009",
            "https://cancerimage.eu/ontology/EUCAIM#IMG1000026",
        ),
        "modality = CT",
    ),
    "another version of the ontology": (
        _is("EUCAIM_Hyper-Ontology_V1.2.CLIN1045815", "COM1001310"),
        "er_status = positive",
    ),
    # Shared and doubled codes
    "PI-RADS under the key of BI-RADS": (
        _is(BI_RADS, "EUCAIM_Hyper-Ontology_V1.0.IMG1005477"),
        "pi_rads = pi_rads_3",
    ),
    "BI-RADS under its own": (_is(BI_RADS, "EUCAIM_Hyper-Ontology_V1.0.IMG1005466"), "bi_rads = bi_rads_3"),
    "PI-RADS under its own": (_is("EUCAIM:IMG1005457", "IMG1005477"), "pi_rads = pi_rads_3"),
    "other than a PI-RADS": (_is(BI_RADS, "IMG1005477", "NOT_EQUALS"), "pi_rads != pi_rads_3"),
    "both RADS in a list": (
        _is(BI_RADS, ["IMG1005466", "IMG1005477"], "IN"),
        "bi_rads = bi_rads_3 or pi_rads = pi_rads_3",
    ),
    "both RADS in a chip": (
        _of("OR", _is(BI_RADS, "IMG1005466"), _is(BI_RADS, "IMG1005477"), _is(BI_RADS, "IMG1005476")),
        "bi_rads = bi_rads_3 or pi_rads in (pi_rads_3, pi_rads_4)",
    ),
    "pelvis of the form": (_is(BODY, "SNOMEDCT12921003"), "body_part = pelvis"),
    "pelvis of the nodes": (_is(BODY, "SNOMEDCT816092008"), "body_part = pelvis"),
    "three Siemens": (
        _is(MAKER, ["C200140", "birnlex_3066", "EUCAIM:IMG1000044"], "IN"),
        "manufacturer = siemens",
    ),
}


@pytest.mark.parametrize(("tree", "text"), READ.values(), ids=READ)
def test_what_is_read(tree: dict[str, Any], text: str) -> None:
    assert canonical(from_lens({"ast": tree, "id": "1"})) == canonical(parse(text))
    assert canonical(from_lens(tree)) == canonical(parse(text))


def _base64(document: object) -> str:
    return base64.b64encode(json.dumps(document).encode()).decode()


def test_the_query_of_focus_in_every_wrapping() -> None:
    expected = canonical(parse(FOCUS_QUESTION))
    payload = {"lang": "ast", "payload": _base64(FOCUS)}
    query = {"lang": "ast", "query": _base64(FOCUS)}
    for document in (
        FOCUS,
        payload,
        query,
        _base64(query),
        _base64(payload),
        json.dumps(FOCUS),
        json.dumps(query),
    ):
        assert canonical(from_lens(document)) == expected


def test_written_as_the_explorer_writes_it() -> None:
    def chips(document: dict[str, Any]) -> list[tuple[str, str]]:
        (bar,) = document["ast"]["children"]
        values = [chip["children"][0] for chip in bar["children"]]
        return sorted((value["key"], value["type"], value["value"]) for value in values)

    assert chips(to_lens(parse(FOCUS_QUESTION), Dialect.BARE)) == chips(FOCUS)
    assert to_lens(parse("everything"), Dialect.BARE, id="a")["ast"] == {"operand": "OR", "children": []}
    assert to_lens(parse("sex in (male, female) or psa > 4"), Dialect.BARE, id="a") == {
        "ast": _of(
            "OR",
            _of("AND", _of("OR", _is("EUCAIM_Hyper-Ontology_V1.0.CLIN1033410", 4, "GREATER_THAN"))),
            _of("AND", _of("OR", FEMALE, MALE)),
        ),
        "id": "a",
    }


def test_the_id_is_the_same_for_equal_questions() -> None:
    one, other = parse("sex = male and psa > 4"), parse("psa > 4 and sex = M")
    assert to_lens(one) == to_lens(other)
    assert "__search__" in to_lens(one, Dialect.BARE)["id"]


@given(questions, st.sampled_from(Dialect))
def test_every_question_comes_back(question: Question, dialect: Dialect) -> None:
    document = json.loads(json.dumps(to_lens(question, dialect)))
    assert is_lens(document)
    assert canonical(from_lens(document)) == canonical(question)


@given(written_questions, patients)
def test_text_json_and_tree_mean_the_same(question: Question, series: list[dict[str, object]]) -> None:
    read = (from_lens(to_lens(question)), from_json(to_json(question)))
    for one in series:
        assert {holds(form, one, series) for form in read} == {holds(question, one, series)}


@given(written_questions)
def test_our_own_form_is_never_taken_for_lens(question: Question) -> None:
    assert not is_lens(to_json(question))


WRONG = {
    "unknown key": (_of("AND", MALE, _is("SNOMEDCT1", "x")), "/ast/children/1/key", "cannot|not a variable"),
    "unknown value": (_is(SEX, "SNOMEDCT1"), "/ast/value", "not a value of sex"),
    "unknown type": (_is(SEX, "M", "LIKE"), "/ast/type", "not an operator"),
    "a type of ours": (_is(SEX, None, "MISSING"), "/ast/type", "SNOMEDCT261665006"),
    "unknown operand": (_of("NAND", MALE), "/ast/operand", "not an operand"),
    "an extra member": ({**MALE, "descendants": True}, "/ast", "neither an operation nor a condition"),
    "no range": (_is(AGE, 40, "BETWEEN"), "/ast/value", "min, max or both"),
    "a range without ends": (_is(AGE, {}, "BETWEEN"), "/ast/value", "no end at all"),
    "a range turned round": (_is(AGE, {"min": 70, "max": 40}, "BETWEEN"), "/ast/value", "Swap"),
    "a range on words": (_is(SEX, {"min": 1}, "BETWEEN"), "/ast/type", "cannot be compared with BETWEEN"),
    "an empty or inside": (_of("AND", MALE, _of("OR")), "/ast/children/1", "without children"),
    "not of two": (_of("NOT", MALE, FEMALE), "/ast/children", "NOT takes one child"),
    "xor of three": (_of("XOR", MALE, FEMALE, MALE), "/ast/children", "XOR takes two"),
    "a group in a group": (
        _of("SOME_SERIES", _of("SOME_SERIES", MALE)),
        "/ast/children/0/children",
        "another",
    ),
    "a group of the series": (_of("SOME_SERIES", MALE, of="series"), "/ast/of", "patient or of the study"),
    "no condition": (_of("AND", "male"), "/ast/children/0", "neither"),
    "a value of neither RADS": (_is(BI_RADS, "IMG1"), "/ast/value", "not a value of bi_rads"),
}


@pytest.mark.parametrize(("tree", "path", "message"), WRONG.values(), ids=WRONG)
def test_what_is_refused_says_where_and_why(tree: dict[str, Any], path: str, message: str) -> None:
    with pytest.raises(QuestionError, match=message) as refusal:
        from_lens({"ast": tree, "id": "1"})
    assert [problem.path for problem in refusal.value.problems] == [path]


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(QuestionError) as refusal:
        from_lens(_of("OR", _of("AND", _is(SEX, "x"), _is("y", 1)), _of("NAND")))
    places = ["/children/0/children/0/value", "/children/0/children/1/key", "/children/1/operand"]
    assert [problem.path for problem in refusal.value.problems] == places


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"lang": "cql", "payload": ""}, "“cql” is not a language"),
        ({"lang": "ast"}, "not a query of Lens"),
        ({"lang": "ast", "payload": "", "query": ""}, "not a query of Lens"),
        ({"lang": "ast", "payload": "%"}, "not base64"),
        ({"lang": "ast", "payload": "////"}, "not base64"),
        ({"lang": "ast", "payload": _base64("ast")}, "not a query of Lens"),
        ("", "not JSON"),
        ("{", "not JSON"),
        ('{"ast": NaN}', "not JSON"),
        ([], "not a query of Lens"),
        (None, "not a query of Lens"),
    ],
)
def test_no_query_at_all(document: object, message: str) -> None:
    with pytest.raises(QuestionError, match=message):
        from_lens(document)


def _nested(operand: str, levels: int) -> dict[str, Any]:
    tree = MALE
    for _ in range(levels):
        tree = _of(operand, tree)
    return tree


def test_depth_is_limited_where_it_means_something() -> None:
    assert from_lens(_nested("AND", 40)) == Condition("sex", Operator.EQUALS, "male")
    assert from_lens(_nested("NOT", 16))
    for tree in (_nested("NOT", 17), _nested("AND", 900)):
        with pytest.raises(QuestionError, match="nested deeper than 16 levels"):
            from_lens(tree)
    with pytest.raises(QuestionError, match="nested deeper than 16 levels"):
        from_lens('{"ast":' * 30_000 + "1" + "}" * 30_000)


def test_conditions_are_counted_as_they_will_stand() -> None:
    ages = [_is(AGE, number % 130, "LOWER_THAN") for number in range(1001)]
    assert from_lens(_of("OR", *ages[:1000]))
    with pytest.raises(QuestionError, match="more than 1,000 conditions"):
        from_lens(_of("OR", *ages))
    # Eight levels of XOR would make 256 conditions of each of these.
    tree = _of("AND", *ages[:10])
    for _ in range(8):
        tree = _of("XOR", tree, MALE)
    with pytest.raises(QuestionError, match="more than 1,000 conditions"):
        from_lens(tree)


def test_the_values_of_a_chip_count_once() -> None:
    psa = "EUCAIM:CLIN1033410"
    many = from_lens(_of("OR", *(_is(psa, number) for number in range(3000))))
    assert many == Condition("psa", Operator.IN, tuple(map(float, range(3000))))
    assert canonical(from_lens(to_lens(many))) == many


def test_size_is_limited_before_anything_is_decoded() -> None:
    for document in ("A" * 500_000, {"lang": "ast", "payload": "A" * 400_000}, "{" + " " * 500_000):
        with pytest.raises(QuestionError, match="longer than 256 kB"):
            from_lens(document)
    numbers = tuple(float(number) for number in range(20_000))
    with pytest.raises(QuestionError, match="longer than 256 kB"):
        to_lens(Condition("psa", Operator.IN, numbers))


def test_numbers_no_machine_can_hold_are_refused() -> None:
    for number in ("1e999", "-1e999", "9" * 4000, "9" * 5000):
        with pytest.raises(QuestionError, match="counted with|at least 0|not JSON"):
            from_lens(f'{{"ast": {{"key": "psa", "type": "EQUALS", "value": {number}}}}}')


def test_everything_is_and_of_nothing() -> None:
    assert from_lens(_of("OR")) == And(())
    assert from_lens(_is(AGE, {"max": 70}, "BETWEEN")) == Condition(
        "age_at_diagnosis", Operator.BETWEEN, Range(None, 70.0)
    )
