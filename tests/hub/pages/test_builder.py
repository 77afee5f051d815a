"""Search bars: from texts, through chips and drafts, to one question, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caimera.cohort import EVERYTHING, And, Condition, Not, Or, QuestionError, Range, parse, to_text
from caimera.hub.search.builder import Bar, Bars, negated, read, split
from caimera.hub.search.drafts import Choice, Draft, chips_of, choices, nothing
from caimera.hub.search.groups import GroupKind, group_of
from caimera.vocabulary import VOCABULARY, Operator

MODALITY = VOCABULARY.variable("modality")
SEX = VOCABULARY.variable("sex")
AGE = VOCABULARY.variable("age_at_imaging")
SEGMENTATION = VOCABULARY.variable("has_segmentation")
CONDITION = VOCABULARY.variable("condition")
PSA = VOCABULARY.variable("psa")


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
        ("not modality = CT", MODALITY, Draft(Choice.EXCEPT, ("CT",))),
        ("not modality in (MR, CT)", MODALITY, Draft(Choice.EXCEPT, ("CT", "MR"))),
        (
            "condition = lung_cancer with descendants",
            CONDITION,
            Draft(Choice.IS, ("lung_cancer",), kinds=True),
        ),
        (
            "not condition in (melanoma, lung_cancer) with descendants",
            CONDITION,
            Draft(Choice.EXCEPT, ("lung_cancer", "melanoma"), kinds=True),
        ),
        ("age_at_imaging < 40", AGE, Draft(Choice.LESS, high="40")),
        ("psa > 62.5", PSA, Draft(Choice.MORE, low="62.5")),
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


def test_nested_chips_and_complements_of_numbers_belong_to_no_variable() -> None:
    one = bar("not sex != male and (sex = female or modality = CT) and not age_at_imaging < 40")
    assert one.about("age_at_imaging") == ()
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


@pytest.mark.parametrize(
    ("draft", "text"),
    [
        (Draft(Choice.LESS, high="40"), "age_at_imaging < 40"),
        (Draft(Choice.LESS, low="40"), "age_at_imaging < 40"),
        (Draft(Choice.MORE, low="40"), "age_at_imaging > 40"),
        (Draft(Choice.MORE, high="40"), "age_at_imaging > 40"),
        (Draft(Choice.MORE), ""),
    ],
)
def test_less_and_more_leave_the_number_out(draft: Draft, text: str) -> None:
    assert Bar(chips_of(AGE, draft)).text == text


def test_what_a_name_contains_is_spelled_out() -> None:
    (chip,) = chips_of(MODALITY, Draft(Choice.CONTAINS, words="computed"))
    assert chip == parse("modality contains computed")
    assert bar(to_text(chip)).mirror(MODALITY) is not None
    with pytest.raises(QuestionError):
        chips_of(MODALITY, Draft(Choice.CONTAINS, words="banana"))


def test_none_of_takes_no_kinds_and_says_what_does() -> None:
    with pytest.raises(QuestionError, match="is not recorded as any of"):
        chips_of(CONDITION, Draft(Choice.IS_NOT, ("lung_cancer",), kinds=True))


GROUPS = {
    "sex = male or modality = CT": (GroupKind.ANY, False),
    "not (sex = male or modality = CT)": (GroupKind.ANY, True),
    "not (sex = male and modality = CT)": (GroupKind.ALL, True),
    "some series (sex = male and modality = CT)": (GroupKind.PATIENT, False),
    "some series of the study (modality = CT)": (GroupKind.STUDY, False),
    "not some series (modality = CT)": (GroupKind.PATIENT, True),
}


@pytest.mark.parametrize("text", GROUPS)
def test_a_group_is_taken_apart_and_put_together_again(text: str) -> None:
    chip = parse(text)
    group = group_of(chip)
    assert group is not None
    assert (group.kind, group.negated) == GROUPS[text]
    assert group.chip == chip


@pytest.mark.parametrize("text", ["sex = male", "not sex = male", "sex is recorded"])
def test_a_condition_is_a_group_only_where_one_has_begun(text: str) -> None:
    assert group_of(parse(text)) is None
    begun = group_of(parse(text), GroupKind.ANY)
    assert begun is not None
    assert begun.chip == parse(text)


def said(bars: Bars, text: str) -> Bars:
    """The bars after the form says one chip more where it points."""
    return bars.fill(bars.current.with_chip(parse(text)))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("any", "sex = male and (modality = CT or modality = MR)"),
        ("patient", "sex = male and some series (modality = CT and modality = MR)"),
        ("study", "sex = male and some series of the study (modality = CT and modality = MR)"),
    ],
)
def test_a_group_begins_with_its_first_chip_and_grows(kind: str, text: str) -> None:
    bars, _ = read(["sex = male"], 0, kind)
    assert bars.new_group is not None
    begun = said(bars, "modality = CT")
    assert (str(begun.into), begun.new_group) == (f"{kind}.1", None)
    again, _problems = read([one.text for one in begun.bars], 0, str(begun.into))
    grown = said(again, "modality = MR")
    assert grown.text == text
    assert grown.current.mirror(SEX) == nothing(SEX)


def test_a_group_that_is_emptied_goes_and_may_begin_anew() -> None:
    bars, _ = read(["sex = male and some series (modality = CT)"], 0, "patient.1")
    after, _problems = bars.apply({"modality": nothing(MODALITY)})
    assert (after.text, str(after.into)) == ("sex = male", "patient")


def test_none_of_several_is_one_alternative() -> None:
    bars, _ = read(["sex = male or modality = CT"], 0, "any.0")
    after, _problems = bars.apply({"body_part": Draft(Choice.IS_NOT, ("chest", "breast"))})
    assert after.question == parse(
        "sex = male or modality = CT or (body_part != chest and body_part != breast)"
    )


@pytest.mark.parametrize(
    ("path", "text", "into"),
    [
        ((0, 0), "some series (modality = CT and body_part = chest)", "patient.0"),
        ((0, 1), "sex = male", "None"),
        ((0, 1, 0), "sex = male and some series (body_part = chest)", "patient.1"),
    ],
)
def test_taking_a_chip_away_keeps_the_form_where_it_was(path: tuple[int, ...], text: str, into: str) -> None:
    bars, _ = read(["sex = male and some series (modality = CT and body_part = chest)"], 0, "patient.1")
    after = bars.put(path, None)
    assert (after.text, str(after.into)) == (text, into)


@pytest.mark.parametrize("path", [(), (0,), (0, 9), (9, 0), (0, 0, 0), (0, 1, 9), (0, 1, 0, 0)])
def test_there_is_no_chip_where_there_is_none(path: tuple[int, ...]) -> None:
    bars, _ = read(["sex = male and some series (modality = CT)"])
    assert bars.chip_at(path) is None


@pytest.mark.parametrize("into", ["nonsense", "any.9", "patient.0", "any.x", "all.²"])
def test_an_address_that_names_no_group_points_at_the_bar_or_a_new_one(into: str) -> None:
    bars, _ = read(["sex = male"], 0, into)
    assert bars.into is None or bars.into.place in (None, 0)
    assert said(bars, "modality = CT").text.startswith("sex = male")


def test_a_chip_is_turned_round_and_back() -> None:
    chip = parse("sex = male")
    assert negated(chip) == Not(chip)
    assert negated(negated(chip)) == chip


@pytest.mark.parametrize(("low", "high"), [("70", "40"), ("forty", ""), ("", "nan"), ("inf", ""), ("-1", "")])
def test_bounds_out_of_place_are_refused_with_the_fix(low: str, high: str) -> None:
    with pytest.raises(QuestionError) as caught:
        chips_of(AGE, Draft(Choice.BETWEEN, low=low, high=high))
    assert caught.value.problems[0].fix


def test_every_choice_is_one_the_variable_can_answer() -> None:
    assert choices(MODALITY) == (
        Choice.IS,
        Choice.IS_NOT,
        Choice.EXCEPT,
        Choice.CONTAINS,
        Choice.MISSING,
        Choice.RECORDED,
    )
    assert choices(AGE) == (Choice.BETWEEN, Choice.LESS, Choice.MORE, Choice.MISSING, Choice.RECORDED)
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
