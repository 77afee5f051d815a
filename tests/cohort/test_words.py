"""A question in words: one sentence, unambiguous, translatable phrase by phrase."""

from __future__ import annotations

import pytest
from hypothesis import given

from caimera.cohort import And, Condition, Not, Operator, Or, Question, Range, in_words, parse
from tests.cohort.strategies import questions

SENTENCES = {
    "": "All image series.",
    "modality = CT and body_part = chest": (
        "Image series where modality is CT (computed tomography) and body part is chest."
    ),
    "sex = female and (body_part in (chest, lung, liver) or modality != MR)": (
        "Image series where sex is female and (body part is chest, lung or liver "
        "or modality is recorded as other than MR (magnetic resonance imaging))."
    ),
    "age_at_imaging between 40 and 62": "Image series where age at imaging is between 40 and 62 years.",
    "age_at_imaging >= 40": "Image series where age at imaging is at least 40 years.",
    "age_at_imaging <= 70": "Image series where age at imaging is at most 70 years.",
    "age_at_imaging in (40, 41)": "Image series where age at imaging is 40 or 41 years.",
    "year_of_imaging = 2010": "Image series where year of imaging is 2010.",
    "modality in (CT)": "Image series where modality is CT (computed tomography).",
    "sex is missing": "Image series where sex is not recorded.",
    "sex is recorded": "Image series where sex is recorded.",
    "not sex = male": "Image series where sex is not recorded as male.",
    "not sex != male": "Image series where sex is male or not recorded.",
    "condition != lung_cancer": "Image series where condition is recorded and never as lung cancer.",
    "condition = sarcoma": "Image series where condition is sarcoma.",
    "has_segmentation = true": "Image series where presence of segmentations is yes.",
    "not has_segmentation = false": "Image series where presence of segmentations is not recorded as no.",
    "not (sex = male and modality = CT)": (
        "Image series where it does not hold that (sex is male and modality is CT (computed tomography))."
    ),
    "not everything": "No image series.",
    "psa < 4": "Image series where prostate-specific antigen (PSA) is less than 4 ng/mL.",
    "not age_at_imaging > 40": "Image series where age at imaging is not recorded as more than 40 years.",
    "condition = lung_cancer with descendants": (
        "Image series where condition is lung cancer (narrower values included)."
    ),
    "not condition in (pancreatic_cancer, brain_cancer) with descendants": (
        "Image series where condition is not recorded as pancreatic cancer (narrower values included) "
        "or brain cancer."
    ),
    "condition in (lung_adenocarcinoma, non_small_cell_lung_cancer, lung_squamous_cell_carcinoma, glioma)": (
        "Image series where condition is non-small cell lung cancer (narrower values included) or glioma."
    ),
    "sex = male with descendants": "Image series where sex is male.",
    "modality contains radiography": (
        "Image series where modality is CR (computed radiography) or DX (digital radiography)."
    ),
    "psa between 4 and * and not ki67 between * and 20": (
        "Image series where prostate-specific antigen (PSA) is at least 4 ng/mL "
        "and Ki-67 is not recorded as at most 20 %."
    ),
    "some series (body_part = chest) and not some series (body_part = lung)": (
        "Image series where the patient has a series where (body part is chest) "
        "and the patient has no series where (body part is lung)."
    ),
    "some series of the study (body_part = chest) or not some series of the study (body_part = lung)": (
        "Image series where the study has a series where (body part is chest) "
        "or the study has no series where (body part is lung)."
    ),
}


@pytest.mark.parametrize("text", SENTENCES)
def test_sentence(text: str) -> None:
    assert in_words(parse(text)) == SENTENCES[text]


def test_trees_nobody_writes_have_words_too() -> None:
    assert in_words(Or(())) == "No image series."
    assert in_words(Not(Or(()))) == "Image series where it does not hold that nothing holds."
    assert in_words(Or((And(()), Or(())))) == "Image series where anything holds or nothing holds."
    male = Condition("sex", Operator.EQUALS, "male")
    assert in_words(Not(Or((And((male, male)),)))).endswith("that (sex is male and sex is male).")
    unbounded = Condition("age_at_imaging", Operator.BETWEEN, Range(None, None))
    assert in_words(Not(unbounded)) == "Image series where age at imaging is not recorded."


def test_every_phrase_can_be_translated() -> None:
    asked: list[str] = []

    def upper(phrase: str) -> str:
        asked.append(phrase)
        return phrase if "{" in phrase else phrase.upper()

    sentence = in_words(parse("sex = female and age_at_imaging >= 40"), upper)
    assert sentence == "Image series where SEX is FEMALE AND AGE AT IMAGING is at least 40 YEARS."
    assert "at least {number}" in asked


@given(questions)
def test_every_question_has_words(question: Question) -> None:
    sentence = in_words(question)
    assert sentence.endswith(".")
    assert "{" not in sentence
    assert sentence.count("(") == sentence.count(")")
