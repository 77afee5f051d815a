"""Search bars: from texts, through chips and drafts, to one question, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caimera.cohort import EVERYTHING, And, Condition, Not, Or, QuestionError, Range, parse, to_text
from caimera.hub.search.builder import Bar, Bars, Choice, Draft, chips_of, choices, nothing, read, split
from caimera.vocabulary import VOCABULARY, Operator

MODALITY = VOCABULARY.variable("modality")
SEX = VOCABULARY.variable("sex")
AGE = VOCABULARY.variable("age_at_imaging")
SEGMENTATION = VOCABULARY.variable("has_segmentation")
CONDITION = VOCABULARY.variable("condition")


def bar(text: str) -> Bar:
    return read([text])[0].bars[0]


def test_one_bar_is_its_chips_joined_by_and() -> None:
    bars, problems = read(["modality = CT and sex = male"])
    assert problems == {}
    assert [to_text(chip) for chip in bars.bars[0].chips] == ["modality = CT", "sex = male"]
    assert bars.question == parse("modality = CT and sex = male")


def test_several_bars_are_joined_by_or() -> None:
    bars, _ = read(["modality = CT and sex = male", "modality = MR"])
    assert bars.question == parse("modality = CT and sex = male or modality = MR")


def test_empty_bars_ask_nothing_and_do_not_widen_the_question() -> None:
    assert read(["modality = CT", "", "  "])[0].question == parse("modality = CT")
    assert read(["", ""])[0].question == EVERYTHING
    assert read([])[0].bars == (Bar(),)


def test_a_bar_that_cannot_be_read_is_named_by_its_place() -> None:
    bars, problems = read(["sex = male", "sex = purple"])
    assert [one.text for one in bars.bars] == ["sex = male"]
    assert list(problems) == [1]
    assert "purple" in str(problems[1])


def test_an_or_within_a_bar_is_one_chip() -> None:
    assert bar("modality = CT or modality = MR").chips == (parse("modality = CT or modality = MR"),)


def test_bars_become_an_address_and_come_back() -> None:
    bars, _ = read(["modality = CT and (sex = male or sex is missing)", "age_at_imaging between 40 and *"], 1)
    query = bars.query()
    assert query[-1] == ("active", "2")
    again, problems = read([text for name, text in query if name == "bar"], 1)
    assert problems == {}
    assert again == bars


@pytest.mark.parametrize(("active", "place"), [(-5, 0), (0, 0), (1, 1), (7, 1)])
def test_the_active_bar_is_one_that_is_there(active: int, place: int) -> None:
    assert read(["sex = male", "sex = female"], active)[0].active == place


@pytest.mark.parametrize(
    ("text", "variable", "draft"),
    [
        ("modality = CT", MODALITY, Draft(Choice.IS, ("CT",))),
        ("modality in (MR, CT)", MODALITY, Draft(Choice.IS, ("CT", "MR"))),
        ("modality != CT", MODALITY, Draft(Choice.IS_NOT, ("CT",))),
        ("modality != MR and modality != CT", MODALITY, Draft(Choice.IS_NOT, ("CT", "MR"))),
        ("modality is missing", MODALITY, Draft(Choice.MISSING)),
        ("modality is recorded", MODALITY, Draft(Choice.RECORDED)),
        ("age_at_imaging between 40 and 70", AGE, Draft(Choice.BETWEEN, low="40", high="70")),
        ("age_at_imaging >= 40", AGE, Draft(Choice.BETWEEN, low="40")),
        ("age_at_imaging <= 70", AGE, Draft(Choice.BETWEEN, high="70")),
        ("has_segmentation = true", SEGMENTATION, Draft(Choice.YES)),
        ("has_segmentation = false", SEGMENTATION, Draft(Choice.NO)),
        ("has_segmentation is missing", SEGMENTATION, Draft(Choice.MISSING)),
        ("sex = male", MODALITY, Draft(Choice.IS)),
        ("sex = male", SEGMENTATION, Draft(Choice.ANY)),
    ],
)
def test_the_form_mirrors_what_a_bar_says(text: str, variable: object, draft: Draft) -> None:
    assert bar(text).mirror(variable) == draft  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "variable"),
    [
        ("modality = CT and modality = MR", MODALITY),
        ("modality = CT and modality != MR", MODALITY),
        ("condition = lung_cancer and condition = breast_cancer", CONDITION),
        ("age_at_imaging = 50", AGE),
        ("age_at_imaging in (50, 60)", AGE),
        ("age_at_imaging != 50", AGE),
        ("has_segmentation is recorded", SEGMENTATION),
        ("has_segmentation != true", SEGMENTATION),
    ],
)
def test_what_the_form_cannot_show_it_leaves_alone(text: str, variable: object) -> None:
    one = bar(text)
    assert one.mirror(variable) is None  # type: ignore[arg-type]
    said = Draft(Choice.MISSING)
    assert one.say(variable, said).chips[: len(one.chips)] == one.chips  # type: ignore[arg-type]


def test_negated_and_nested_chips_belong_to_no_variable() -> None:
    one = bar("not sex = male and (sex = female or modality = CT)")
    assert one.about("sex") == ()
    assert one.mirror(SEX) == nothing(SEX)


def test_a_changed_draft_changes_the_chip_in_its_place() -> None:
    before = bar("modality = CT and sex = male and age_at_imaging >= 40")
    after = before.say(SEX, Draft(Choice.IS, ("female", "male")))
    assert after.text == "modality = CT and sex in (female, male) and age_at_imaging >= 40"


def test_a_new_draft_goes_to_the_end() -> None:
    assert bar("modality = CT").say(SEX, Draft(Choice.IS, ("male",))).text == "modality = CT and sex = male"


def test_an_emptied_draft_takes_its_chip_away() -> None:
    assert bar("modality = CT and sex = male").say(SEX, Draft(Choice.IS)).text == "modality = CT"


def test_a_chip_said_twice_stands_once() -> None:
    one = bar("condition = lung_cancer and condition = breast_cancer")
    again = one.say(CONDITION, Draft(Choice.IS, ("lung_cancer",)))
    assert again.text == "condition = breast_cancer and condition = lung_cancer"


def test_none_of_several_values_is_a_chip_for_each() -> None:
    assert chips_of(MODALITY, Draft(Choice.IS_NOT, ("CT", "MR"))) == (
        Condition("modality", Operator.NOT_EQUALS, "CT"),
        Condition("modality", Operator.NOT_EQUALS, "MR"),
    )


def test_recorded_is_the_complement_of_missing() -> None:
    assert chips_of(SEX, Draft(Choice.RECORDED)) == (Not(Condition("sex", Operator.MISSING)),)


@pytest.mark.parametrize(("choice", "text"), [(Choice.YES, "true"), (Choice.NO, "false")])
def test_yes_and_no_are_truth_values(choice: Choice, text: str) -> None:
    assert chips_of(SEGMENTATION, Draft(choice)) == (parse(f"has_segmentation = {text}"),)
    assert chips_of(SEGMENTATION, Draft(Choice.ANY)) == ()


def test_bounds_are_numbers_and_may_be_open() -> None:
    assert chips_of(AGE, Draft(Choice.BETWEEN, low="40")) == (
        Condition("age_at_imaging", Operator.BETWEEN, Range(40, None)),
    )


@pytest.mark.parametrize(("low", "high"), [("70", "40"), ("forty", ""), ("", "nan"), ("inf", ""), ("-1", "")])
def test_bounds_out_of_place_are_refused_with_the_fix(low: str, high: str) -> None:
    with pytest.raises(QuestionError) as caught:
        chips_of(AGE, Draft(Choice.BETWEEN, low=low, high=high))
    assert caught.value.problems[0].fix


def test_every_choice_is_one_the_variable_can_answer() -> None:
    assert choices(MODALITY) == (Choice.IS, Choice.IS_NOT, Choice.MISSING, Choice.RECORDED)
    assert choices(AGE) == (Choice.BETWEEN, Choice.MISSING, Choice.RECORDED)
    assert choices(SEGMENTATION) == (Choice.ANY, Choice.YES, Choice.NO, Choice.MISSING)


def test_applying_changes_only_what_differs() -> None:
    bars, _ = read(["modality = CT and sex = male"])
    drafts = {
        "modality": Draft(Choice.IS, ("CT",)),
        "sex": Draft(Choice.IS, ("female",)),
        "age_at_imaging": Draft(Choice.BETWEEN, low="70", high="40"),
    }
    after, problems = bars.apply(drafts)
    assert after.current.text == "modality = CT and sex = female"
    assert list(problems) == ["age_at_imaging"]


def test_a_draft_of_what_cannot_be_shown_is_added() -> None:
    bars, _ = read(["condition = lung_cancer and condition = breast_cancer"])
    after, _problems = bars.apply({"condition": Draft(Choice.IS, ("melanoma",))})
    assert after.current.text.endswith("and condition = melanoma")
    assert bars.apply({"condition": nothing(CONDITION)}) == (bars, {})


def test_more_gives_an_empty_active_bar_and_never_two() -> None:
    more = read(["sex = male"])[0].more()
    assert (len(more.bars), more.active, more.number) == (2, 1, 2)
    assert more.turn(0).more() == more


def test_dropping_keeps_the_active_bar_where_it_can() -> None:
    bars, _ = read(["sex = male", "sex = female", "sex = other"], 2)
    assert bars.drop(0).current.text == "sex = other"
    assert bars.drop(2).current.text == "sex = female"
    assert bars.turn(0).drop(2).current.text == "sex = male"
    assert read(["sex = male"])[0].drop(0) == Bars()


def test_a_question_splits_into_its_bars() -> None:
    bars = split(parse("modality = CT and sex = male or modality = MR"))
    assert [one.text for one in bars.bars] == ["modality = CT and sex = male", "modality = MR"]
    assert bars.alone is False


def test_the_empty_question_is_one_empty_bar() -> None:
    assert split(EVERYTHING) == Bars()
    assert Bars().alone is True


_NAMES = st.lists(st.sampled_from(["CT", "MR", "PT", "MG"]), min_size=1, max_size=3, unique=True)
_CHIPS = st.one_of(
    _NAMES.map(lambda names: chips_of(MODALITY, Draft(Choice.IS, tuple(sorted(names))))[0]),
    st.sampled_from(["male", "female"]).map(lambda name: parse(f"not sex = {name}")),
    st.integers(0, 120).map(lambda years: parse(f"age_at_imaging >= {years}")),
    st.just(parse("(has_segmentation = true or sex is missing)")),
)
_BARS = st.lists(st.lists(_CHIPS, max_size=4, unique=True).map(lambda chips: Bar(tuple(chips))), min_size=1)


@given(_BARS)
def test_any_bars_survive_the_address_and_the_question(bars: list[Bar]) -> None:
    whole = Bars(tuple(bars))
    again, problems = read([text for name, text in whole.query() if name == "bar"])
    assert problems == {}
    assert again.question == whole.question
    filled = Bars(tuple(one for one in bars if one.chips) or (Bar(),))
    lone_or = len(filled.bars) == 1 and len(filled.bars[0].chips) == 1 and isinstance(filled.question, Or)
    assert lone_or or split(whole.question) == filled


@given(_BARS)
def test_mirroring_and_applying_changes_nothing(bars: list[Bar]) -> None:
    whole = Bars(tuple(bars))
    drafts = {one.name: whole.current.mirror(one) or nothing(one) for one in VOCABULARY.variables}
    assert whole.apply(drafts) == (whole, {})


def test_and_of_ands_keeps_its_meaning() -> None:
    assert split(And((parse("sex = male and modality = CT"),))).question == parse(
        "sex = male and modality = CT"
    )
