"""Chips, counts and states in words."""

from __future__ import annotations

import pytest

from caimera.cohort import parse
from caimera.hub.search.builder import read
from caimera.hub.search.results import ConditionState
from caimera.hub.search.states import State
from caimera.hub.search.templatetags import wording
from caimera.protocol.messages import Count, CountKind, Treatment
from caimera.web.templatetags.icons import ICONS


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("modality = CT", "Modality: CT (computed tomography)"),
        ("sex in (female, male)", "Sex: female or male"),
        ("sex != male", "Sex: recorded, not as male"),
        ("sex is missing", "Sex: not recorded"),
        ("sex is recorded", "Sex: recorded"),
        ("age_at_imaging between 40 and 70", "Age at imaging: 40 to 70 years"),
        ("age_at_imaging >= 40", "Age at imaging: 40 years or more"),
        ("year_of_imaging <= 2015", "Year of imaging: 2015 or less"),
        ("age_at_imaging = 50", "Age at imaging: 50 years"),
        ("has_segmentation = true", "Presence of segmentations: yes"),
        ("has_segmentation = false", "Presence of segmentations: no"),
        ("age_at_imaging < 40", "Age at imaging: less than 40 years"),
        ("not age_at_imaging > 40", "Age at imaging: not recorded as more than 40 years"),
        ("not sex = male", "Sex: not recorded as male"),
        ("not sex != male", "Sex: male or not recorded"),
        ("condition = lung_cancer with descendants", "Condition: lung cancer, with its kinds"),
        ("body_part = chest with descendants", "Body part: chest, with its parts"),
        ("clinical_t in (T0, T1, T2, T2a, T2b, T3)", "Clinical T (cT): cT0 or cT1 or cT2 or cT2a or 2 more"),
        ("sex = male or modality = CT", "At least one of: Sex: male; Modality: CT (computed tomography)"),
        ("not some series (sex = male)", "The patient has no series with all of: Sex: male"),
        ("everything", "everything"),
    ],
)
def test_a_chip_in_words(text: str, words: str) -> None:
    assert wording.chip_words(parse(text)) == words


def test_a_chip_without_a_variable_answers_with_its_text() -> None:
    assert wording.answer_words(parse("sex = male or sex = other")) == "sex = male or sex = other"


@pytest.mark.parametrize(
    ("count", "number", "note"),
    [
        (Count(kind=CountKind.EXACT, value=1234567), "1,234,567", ""),
        (Count(kind=CountKind.EXACT, value=0), "0", ""),
        (Count(kind=CountKind.ROUNDED, value=45, step=5), "45", "rounded to 5"),
        (Count(kind=CountKind.FEWER_THAN, bound=10), "", "fewer than 10"),
        (Count(kind=CountKind.WITHHELD), "", "not released"),
        (Count(kind=CountKind.APPROXIMATE, value=1234), "about 1,234", ""),
        (Count(kind=CountKind.APPROXIMATE, value=0), "", "none told"),
    ],
)
def test_a_count_says_its_kind(count: Count, number: str, note: str) -> None:
    assert wording.count_number(count) == number
    assert wording.count_note(count) == note


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_word_a_tone_and_an_icon(state: State) -> None:
    assert wording.state_word(state)
    assert wording.state_tone(state)
    assert state.value in ICONS


def test_tones_differ_so_that_colour_helps_too() -> None:
    assert len(set(wording.STATE_TONES.values())) == len(State)


def test_durations_are_in_seconds() -> None:
    assert wording.seconds(84.2) == "0.08 s"
    assert wording.seconds(3412) == "3.4 s"


def test_the_builder_is_found_with_its_bars() -> None:
    bars, _ = read(["sex = male", "modality = CT"], 1)
    assert wording.builder_address(bars) == "/search?bar=sex+%3D+male&bar=modality+%3D+CT&active=2"


def _condition(status: Treatment) -> ConditionState:
    return ConditionState(path="0", status=status, why="", text="sex = male")


def test_treatments_are_summed_up() -> None:
    applied, approximated = _condition(Treatment.APPLIED), _condition(Treatment.APPROXIMATED)
    assert wording.treatment_note([applied, applied]) == "all applied"
    assert wording.treatment_note([applied, approximated]) == "1 of 2 applied"
    assert wording.treatment_word(Treatment.UNSUPPORTED) == "Cannot be tested here"


def test_variables_by_their_labels_and_strange_ones_by_their_names() -> None:
    assert wording.variable_names(["age_at_imaging", "shoe_size"]) == "age at imaging, shoe_size"


def test_a_question_reads_as_a_sentence() -> None:
    assert wording.question_words("sex = male") == "Image series where sex is male."
