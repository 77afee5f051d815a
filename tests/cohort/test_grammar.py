"""The text form: read, written, and refused with the place and the remedy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caimera.cohort import (
    EVERYTHING,
    MAX_BYTES,
    And,
    Condition,
    Not,
    Operator,
    Or,
    Problem,
    Question,
    QuestionError,
    Range,
    SomeSeries,
    canonical,
    parse,
    to_text,
)
from caimera.vocabulary import Level
from tests.cohort.strategies import questions, written_questions

CT = Condition("modality", Operator.EQUALS, "CT")
FEMALE = Condition("sex", Operator.EQUALS, "female")
MISSING = Condition("sex", Operator.MISSING)


def _ages(low: float | None, high: float | None) -> Condition:
    return Condition("age_at_imaging", Operator.BETWEEN, Range(low, high))


READ = {
    "modality = CT": CT,
    "MODALITY = ct AND Sex = Female": And((CT, FEMALE)),
    "modality = CT or modality = CT and sex = female": Or((CT, And((CT, FEMALE)))),
    "(modality = CT or sex = female) and modality = CT": And((Or((CT, FEMALE)), CT)),
    "not modality = CT and sex = female": And((Not(CT), FEMALE)),
    "not (modality = CT and sex = female)": Not(And((CT, FEMALE))),
    "((modality = CT))": CT,
    "": EVERYTHING,
    "  \n ": EVERYTHING,
    "everything": EVERYTHING,
    "'body part' = \"chest, abdomen and pelvis\"": Condition(
        "body_part", Operator.EQUALS, "chest_abdomen_pelvis"
    ),
    "modality <> CT": Condition("modality", Operator.NOT_EQUALS, "CT"),
    "modality in (CT, 'MR', PET, CT)": Condition("modality", Operator.IN, ("CT", "MR", "PT")),
    "modality not in (CT, MR)": Not(Condition("modality", Operator.IN, ("CT", "MR"))),
    "age_at_imaging between 40 and 70": _ages(40.0, 70.0),
    "age_at_imaging between 40 and *": _ages(40.0, None),
    "age_at_imaging between * and 62": _ages(None, 62.0),
    "age_at_imaging >= 40": _ages(40.0, None),
    "age_at_imaging <= 70": _ages(None, 70.0),
    "age_at_imaging not between 40 and 70": Not(_ages(40.0, 70.0)),
    "age_at_imaging = 40": Condition("age_at_imaging", Operator.EQUALS, 40.0),
    "sex is missing": MISSING,
    "sex is not recorded": MISSING,
    "sex is recorded": Not(MISSING),
    "sex is not missing": Not(MISSING),
    "sex = unknown": MISSING,
    "sex != SNOMEDCT261665006": Not(MISSING),
    "sex in (female, unknown)": Or((Condition("sex", Operator.IN, ("female",)), MISSING)),
    "sex in (unknown)": MISSING,
    "psa < 4.5": Condition("psa", Operator.LOWER_THAN, 4.5),
    "psa > 4": Condition("psa", Operator.GREATER_THAN, 4.0),
    "modality contains 'Radiography'": Condition("modality", Operator.IN, ("CR", "DX")),
    "modality not contains radiography": Not(Condition("modality", Operator.IN, ("CR", "DX"))),
    "condition = lung_cancer with descendants": Condition(
        "condition", Operator.EQUALS, "lung_cancer", descendants=True
    ),
    "sex in (female, unknown) with descendants": Or(
        (Condition("sex", Operator.IN, ("female",), descendants=True), MISSING)
    ),
    "sex = unknown with descendants": MISSING,
    "some series (modality = CT) and not Some Series of the study (sex = female)": And(
        (SomeSeries(CT), Not(SomeSeries(FEMALE, Level.STUDY)))
    ),
    "some series of the patient (modality = CT)": SomeSeries(CT),
    "has_segmentation = true": Condition("has_segmentation", Operator.EQUALS, True),
    "has_segmentation != NO": Condition("has_segmentation", Operator.NOT_EQUALS, False),
    "SNOMEDCT263495000 = SNOMEDCT248152002": FEMALE,
    "RID10311 = DCM:CT": CT,
    "manufacturer = 3dhistech": Condition("manufacturer", Operator.EQUALS, "3dhistech"),
}

_PIECES = (
    *("modality", "age_at_imaging", "sex", "=", "!=", ">=", "in", "between", "and", "or", "not", "is"),
    *("missing", "recorded", "everything", "(", ")", ",", "*", "CT", "male", "40", "'MR'", "unknown"),
    *("<", ">", "contains", "with descendants", "some series (", "of the study"),
)

REFUSED = {
    "modalty = CT": (
        "column 1",
        "“modalty” is not a variable that can be searched.",
        "Did you mean modality?",
    ),
    "colour = red": (
        "column 1",
        "“colour” is not a variable that can be searched.",
        "Use one of sex, condition",
    ),
    "sex = femal": ("column 7", "“femal” is not a value of sex.", "Did you mean female?"),
    "sex = xyz": ("column 7", "“xyz” is not a value of sex.", "Write for example female or male."),
    "sex = 7": ("column 7", "“7” is not a value of sex.", "Write for example female or male."),
    "modality > 3": ("column 10", "modality cannot be compared with GREATER_THAN.", "Use one of EQUALS"),
    "modality == CT": ("column 10", "“==” is not an operator.", "Write =."),
    "modality contains zzz": ("column 19", "No value of modality is called anything", "shorter piece"),
    "sex != male with descendants": ("column 13", "sex takes no descendants here.", "put not before"),
    "psa > 4 with descendants": ("column 9", "psa takes no descendants here.", "put not before"),
    "sex = male with all": ("column 17", "“descendants” is missing before “all”.", "with descendants"),
    "some study (sex = male)": ("column 6", "“series” is missing before “study”.", "some series (…)"),
    "some series sex = male": ("column 13", "“(” is missing before “sex”.", "in brackets"),
    "some series of study (sex = male)": ("column 16", "“the” is missing before “study”.", "of the study"),
    "some series of the node (sex = male)": ("column 20", "“patient” is missing before", "of the study"),
    "some series (some series (sex = male))": ("column 14", "A group stands inside a group.", "side by side"),
    "modality": ("column 9", "the end is not an operator.", "Use =, !=, in (…)"),
    "modality not = CT": ("column 14", "“=” is not an operator.", "Write !=, or put not before"),
    "modality >= 3": ("column 10", "modality cannot be compared with BETWEEN.", "Use one of EQUALS"),
    "has_segmentation in (true)": ("column 18", "has_segmentation cannot be compared with IN.", "Use one of"),
    "has_segmentation = perhaps": ("column 20", "has_segmentation is true or false.", "Write true or false."),
    "age_at_imaging = forty": (
        "column 18",
        "age_at_imaging takes a number.",
        "Write digits, without quotes.",
    ),
    "age_at_imaging = '40'": ("column 18", "age_at_imaging takes a number.", "Write digits, without quotes."),
    "age_at_imaging >= forty": ("column 19", "A number should stand here, not “forty”.", "Write digits"),
    "age_at_imaging = 965": (
        "column 18",
        "age_at_imaging lies between 0 and 130.",
        "Use such a number",
    ),
    "age_at_imaging = -1": ("column 18", "age_at_imaging lies between 0 and 130.", "Use such a number"),
    f"age_at_imaging = {'9' * 400}": (
        "column 18",
        "age_at_imaging lies between 0 and 130.",
        "Use such a number",
    ),
    "year_of_imaging = 2010.5": ("column 19", "year_of_imaging is a whole number.", "Write 2010."),
    "age_at_imaging between 70 and 40": ("column 24", "The range begins at 70, after its end 40.", "Swap"),
    "age_at_imaging between * and *": (
        "column 24",
        "The range has no end at all.",
        "age_at_imaging is recorded",
    ),
    "age_at_imaging between 40 or 70": ("column 27", "“and” is missing before “or”.", "* for an open one"),
    "sex = missing": ("column 7", "“missing” is not a value.", "Write is missing."),
    "sex = and": ("column 7", "A value should stand here, not “and”.", "in quotes"),
    "sex is female": ("column 8", "“missing” is missing before “female”.", "is missing or is recorded"),
    "modality in CT": ("column 13", "“(” is missing before “CT”.", "in (CT, MR)"),
    "modality in (CT MR)": ("column 17", "“)” is missing before “MR”.", "commas"),
    "modality in ()": ("column 14", "A value should stand here, not “)”.", "in quotes"),
    "condition = prostate cancer": (
        "column 13",
        "“prostate” is not a value of condition.",
        "prostate_cancer?",
    ),
    "modality = CT sex = male": ("column 15", "The question ends before “sex”.", "Join conditions"),
    "(modality = CT": ("column 15", "“)” is missing before the end.", "Close the bracket."),
    "modality = CT)": ("column 14", "The question ends before “)”.", "Join conditions"),
    "modality = CT and": ("column 18", "A condition should begin here, not the end.", "modality = CT"),
    "and": ("column 1", "A condition should begin here, not “and”.", "modality = CT"),
    "sex = 'male": ("column 7", "A quote opens here and never closes.", "Close it."),
    "sex = male & modality = CT": ("column 12", "“&” has no meaning here.", "in quotes"),
    "sex = male\nand modality = XT": ("line 2, column 16", "“XT” is not a value of modality.", "Write for"),
}


@pytest.mark.parametrize(("text", "question"), READ.items())
def test_read(text: str, question: Question) -> None:
    assert parse(text) == question


@pytest.mark.parametrize("text", REFUSED)
def test_refused_with_place_and_remedy(text: str) -> None:
    with pytest.raises(QuestionError) as refusal:
        parse(text)
    place, message, fix = REFUSED[text]
    problem = refusal.value.problems[0]
    assert problem.path == place
    assert problem.message.startswith(message)
    assert fix in problem.fix


def test_all_wrong_words_are_reported_at_once() -> None:
    with pytest.raises(QuestionError) as refusal:
        parse("modalty = CT and sex = femal and not age_at_imaging = 965 or (colour is missing")
    assert [problem.path for problem in refusal.value.problems] == [
        "column 1",
        "column 24",
        "column 55",
        "column 63",
        "column 80",
    ]


def test_the_error_reads_as_sentences() -> None:
    with pytest.raises(QuestionError) as refusal:
        parse("sex = femal")
    assert str(refusal.value) == "At column 7: “femal” is not a value of sex. Did you mean female?"


def test_a_text_too_long_is_refused_unread() -> None:
    with pytest.raises(QuestionError, match="longer than 256 kB") as refusal:
        parse("x" * (MAX_BYTES + 1))
    assert refusal.value.problems[0].path == ""


def test_problems_are_reported_up_to_a_limit_and_long_words_cut() -> None:
    with pytest.raises(QuestionError) as refusal:
        parse(" or ".join(["colour = red"] * 500))
    assert len(refusal.value.problems) == 100
    with pytest.raises(QuestionError, match="“z{60}…” is not a value of sex"):
        parse(f"sex = {'z' * 1000}")


def test_brackets_beyond_measure_do_not_exhaust_the_reader() -> None:
    with pytest.raises(QuestionError, match="nested deeper than 16 levels"):
        parse("(" * 50_000 + "modality = CT" + ")" * 50_000)
    with pytest.raises(QuestionError, match="nested deeper than 16 levels"):
        parse("not " * 50_000 + "modality = CT")


def test_depth_and_number_of_conditions_are_limited() -> None:
    assert parse("not " * 16 + "modality = CT")
    with pytest.raises(QuestionError, match="nested deeper than 16 levels"):
        parse("not " * 17 + "modality = CT")
    assert parse(" or ".join(["modality = CT"] * 1000))
    with pytest.raises(QuestionError, match="more than 1,000 conditions"):
        parse(" or ".join(["modality = CT"] * 1001))


def test_a_question_may_not_outgrow_its_limit_once_values_are_named() -> None:
    names = " or ".join(["topography contains e"] * 200)
    with pytest.raises(QuestionError, match="longer than 256 kB, all values named"):
        parse(names)


def test_idle_brackets_do_not_count_as_depth() -> None:
    assert parse("(" * 30 + "modality = CT" + ")" * 30) == CT


@given(written_questions)
def test_text_gives_the_same_question_back(question: Question) -> None:
    assert parse(to_text(question)) == question


@given(questions)
def test_text_of_any_tree_gives_an_equal_question_back(question: Question) -> None:
    assert canonical(parse(to_text(question))) == canonical(question)


@given(st.floats(0, 1e6))
def test_numbers_keep_every_digit(psa: float) -> None:
    question = Condition("psa", Operator.EQUALS, psa)
    assert parse(to_text(question)) == question


@given(st.text(max_size=60) | st.lists(st.sampled_from(_PIECES), max_size=14).map(" ".join))
def test_any_text_is_read_or_refused_with_reasons(text: str) -> None:
    try:
        question = parse(text)
    except QuestionError as refusal:
        problems = refusal.problems
    else:
        problems = ()
        assert parse(to_text(question)) == question
    assert all(problem.path and problem.message and problem.fix for problem in problems)


def test_problems_without_a_place_read_well() -> None:
    assert str(Problem("", "The text is too long.", "Shorten it.")) == "The text is too long. Shorten it."
