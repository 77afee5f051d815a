"""What an address with a pressed button does to the search bars."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from caimera.hub.search.drafts import Choice, Draft
from caimera.hub.search.forms import BuilderForm, VariableForm, read_drafts, receive
from caimera.vocabulary import VOCABULARY


def sent(address: str) -> BuilderForm:
    return receive(QueryDict(address))


def texts(form: BuilderForm) -> list[str]:
    return [bar.text for bar in form.bars.bars]


def variable(form: BuilderForm, name: str) -> VariableForm:
    found = [one for group in form.groups for one in group.variables if one.variable.name == name]
    assert len(found) == 1
    return found[0]


def test_nothing_sent_is_one_empty_bar_and_an_untouched_tree() -> None:
    form = sent("")
    assert texts(form) == [""]
    assert form.valid
    assert [group.group for group in form.groups] == list(VOCABULARY.groups)
    assert {group.used for group in form.groups} == {0}


def test_add_takes_everything_that_was_chosen() -> None:
    form = sent("do=add:modality&modality.is=is&modality=CT&age_at_imaging.is=between&age_at_imaging.from=40")
    assert texts(form) == ["age_at_imaging >= 40 and modality = CT"]
    assert (
        form.said
        == "Search bar 1 now says: Age at imaging: 40 years or more; Modality: CT (computed tomography)."
    )


def test_add_goes_to_the_active_bar() -> None:
    form = sent("bar=sex+%3D+male&bar=&active=2&do=add:sex&sex.is=is&sex=female")
    assert texts(form) == ["sex = male", "sex = female"]
    assert form.bars.number == 2


def test_add_without_a_choice_says_so() -> None:
    form = sent("do=add:sex&sex.is=is")
    assert texts(form) == [""]
    assert form.said == "Nothing changed: choose a value first."


def test_emptying_the_last_variable_leaves_an_empty_bar() -> None:
    form = sent("bar=sex+%3D+male&do=add:sex&sex.is=is")
    assert texts(form) == [""]
    assert form.said == "Search bar 1 now says: nothing."


def test_remove_takes_one_chip_and_keeps_what_was_chosen_besides() -> None:
    form = sent(
        "bar=modality+%3D+CT+and+sex+%3D+male&do=remove:0.0&sex.is=is&sex=female&modality.is=is&modality=MR"
    )
    assert texts(form) == ["sex = female"]
    assert form.said == "Removed: Modality: CT (computed tomography)."
    assert form.focus == "bar-1"


def test_remove_from_another_bar_than_the_active_one() -> None:
    form = sent("bar=sex+%3D+male&bar=modality+%3D+CT+and+sex+is+missing&do=remove:1.1&sex.is=is&sex=male")
    assert texts(form) == ["sex = male", "modality = CT"]


@pytest.mark.parametrize("which", ["5.0", "0.5", "x.y", "0", "", "-1.0", "²"])
def test_remove_of_what_is_not_there_changes_nothing(which: str) -> None:
    form = sent(f"bar=sex+%3D+male&do=remove:{which}")
    assert texts(form) == ["sex = male"]
    assert form.said == ""


def test_drop_removes_a_bar_and_what_was_being_chosen_for_it() -> None:
    form = sent("bar=sex+%3D+male&bar=sex+%3D+female&do=drop:0&modality.is=is&modality=CT")
    assert texts(form) == ["sex = female"]
    assert form.said == "Search bar removed."


def test_more_keeps_what_was_chosen_in_the_bar_it_was_chosen_for() -> None:
    form = sent("bar=sex+%3D+male&do=more&modality.is=is&modality=CT")
    assert texts(form) == ["sex = male and modality = CT", ""]
    assert (form.bars.number, form.focus) == (2, "bar-2")


def test_turn_makes_another_bar_the_active_one() -> None:
    form = sent("bar=sex+%3D+male&bar=modality+%3D+CT&do=turn:1")
    assert form.bars.number == 2
    assert variable(form, "modality").draft == Draft(Choice.IS, ("CT",))
    assert variable(form, "sex").in_bar is False


def test_an_unknown_button_changes_nothing() -> None:
    assert texts(sent("bar=sex+%3D+male&do=explode:1")) == ["sex = male"]


def test_bounds_out_of_order_stay_in_the_form_with_what_is_wrong() -> None:
    form = sent("do=add:age_at_imaging&age_at_imaging.is=between&age_at_imaging.from=70&age_at_imaging.to=40")
    age = variable(form, "age_at_imaging")
    assert not form.valid
    assert (age.draft.low, age.draft.high) == ("70", "40")
    assert age.problem.startswith("The range begins at 70, after its end 40.")
    assert form.said == ""


def test_text_replaces_the_bars() -> None:
    form = sent("bar=sex+%3D+male&do=text&text=modality+%3D+CT+or+modality+%3D+MR")
    assert texts(form) == ["modality = CT", "modality = MR"]
    assert form.focus == "bar-1"


def test_text_that_cannot_be_read_keeps_bars_and_text_and_says_where() -> None:
    form = sent("bar=sex+%3D+male&do=text&text=modality+%3D+CAT")
    assert texts(form) == ["sex = male"]
    assert form.text == "modality = CAT"
    assert form.text_problems[0].path
    assert not form.valid


def test_a_bar_in_the_address_that_cannot_be_read_is_offered_as_text() -> None:
    form = sent("bar=sex+%3D+male&bar=sex+%3D+purple")
    assert texts(form) == ["sex = male"]
    assert form.text == "sex = purple"
    assert "purple" in form.text_problems[0].message


def test_words_nobody_offered_are_passed_over() -> None:
    drafts = read_drafts(QueryDict("sex.is=is&sex=male&sex=purple&modality.is=between&year_of_imaging.is=is"))
    assert drafts == {"sex": Draft(Choice.IS, ("male",))}


def test_long_lists_show_what_is_ticked_first() -> None:
    form = variable(sent("bar=body_part+%3D+thyroid"), "body_part")
    assert form.long
    assert [ticked for _value, ticked in form.options][:2] == [True, False]
    short = variable(sent("bar=sex+%3D+other"), "sex")
    assert [(value.name, ticked) for value, ticked in short.options] == [
        ("female", False),
        ("male", False),
        ("other", True),
    ]


def test_a_variable_tells_what_the_bar_says_of_it_or_what_may_be_said() -> None:
    form = sent("bar=modality+%3D+CT+and+age_at_imaging+between+40+and+70")
    notes = {one.variable.name: one.note for group in form.groups for one in group.variables}
    assert notes["modality"] == "CT (computed tomography)"
    assert notes["age_at_imaging"] == "40 to 70 years"
    assert notes["sex"] == "female, male, other"
    assert notes["has_segmentation"] == "yes or no"
    assert notes["year_of_imaging"] == "a range"
    assert notes["condition"].endswith("values")


def test_yes_or_no_is_answered_by_its_comparisons_alone() -> None:
    form = variable(sent("bar=has_segmentation+%3D+false"), "has_segmentation")
    assert form.kind == "boolean"
    assert [(value, chosen) for value, _words, chosen in form.answers] == [
        ("any", False),
        ("yes", False),
        ("no", True),
        ("missing", False),
    ]
