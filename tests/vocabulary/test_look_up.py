"""How a word finds a variable or a value, and what is said when it does not."""

from __future__ import annotations

import pytest

from caimera.vocabulary import (
    VOCABULARY,
    Coding,
    UnknownValue,
    UnknownVariable,
    UnknownWord,
    Value,
    fold,
)

CONDITION = VOCABULARY.variable("condition")


@pytest.mark.parametrize(
    "word",
    [
        "lung_cancer",
        "Lung Cancer",
        " LUNG-CANCER ",
        "malignant tumor of lung",
        "SCT:363358000",
        "sct:363358000",
    ],
)
def test_a_value_answers_to_all_its_words(word: str) -> None:
    assert CONDITION.value(word).name == "lung_cancer"


@pytest.mark.parametrize(
    "word", ["age_at_imaging", "Age at imaging", "AGE-AT-IMAGING", "CAIMERA:age_at_imaging"]
)
def test_a_variable_answers_to_all_its_words(word: str) -> None:
    assert VOCABULARY.variable(word).name == "age_at_imaging"


def test_the_first_code_is_the_identity() -> None:
    assert VOCABULARY.variable("sex").value("male").code == "SCT:248153007"
    assert VOCABULARY.variable("modality").value("CT").code == "DCM:CT"
    assert VOCABULARY.variable("manufacturer").value("siemens").code == "EUCAIM:IMG1000044"


def test_an_unknown_value_brings_suggestions() -> None:
    with pytest.raises(UnknownValue) as unknown:
        CONDITION.value("lung canser")
    assert unknown.value.suggestions[0] == "lung_cancer"
    assert unknown.value.variable == "condition"
    assert str(unknown.value).startswith(
        "“lung canser” is not a value of condition. Did you mean lung_cancer"
    )


def test_the_beginning_of_a_name_brings_suggestions() -> None:
    with pytest.raises(UnknownValue) as unknown:
        CONDITION.value("glio")
    assert unknown.value.suggestions == ("glioma", "glioblastoma")


def test_a_word_like_no_other_brings_none() -> None:
    with pytest.raises(UnknownVariable) as unknown:
        VOCABULARY.variable("zzz")
    assert unknown.value.suggestions == ()
    assert unknown.value.hint == ""
    assert str(unknown.value) == "“zzz” is not a searchable variable."
    assert isinstance(unknown.value, UnknownWord)


def test_a_value_knows_its_own_words() -> None:
    value = Value("ct", "CT", (Coding("DCM", "CT"),), synonyms=("computed tomography",))
    assert value.answers_to("Computed-Tomography")
    assert not value.answers_to("MR")


def test_case_blanks_and_hyphens_do_not_count() -> None:
    assert fold("  Non-Small_cell   LUNG ") == "non small cell lung"


def test_codes_are_written_as_others_write_them() -> None:
    assert list(Coding("SCT", "1").spellings()) == ["SCT:1", "1", "SNOMEDCT1"]
    assert "EUCAIM_Hyper-Ontology_V1.0.X" in Coding("EUCAIM", "X").spellings()
    assert set(Coding("NCIT", "C1").spellings()) == {"NCIT:C1", "C1"}
    assert Coding("RADLEX", "RID1").eucaim == "RID1"
    assert Coding("DCM", "XA").eucaim == "DCM:XA"


def test_narrower_values_at_any_remove() -> None:
    narrower = [value.name for value in CONDITION.narrower("lung_cancer")]
    assert {"lung_cancer", "non_small_cell_lung_cancer", "lung_adenocarcinoma"} <= set(narrower)
    assert "breast_cancer" not in narrower
    assert [value.name for value in CONDITION.narrower("lung_adenocarcinoma")] == ["lung_adenocarcinoma"]


def test_a_piece_of_text_finds_the_values_called_so() -> None:
    modality = VOCABULARY.variable("modality")
    assert [value.name for value in modality.containing("Whole-Slide")] == ["SM"]
    assert [value.name for value in modality.containing("radiography")] == ["CR", "DX"]
    assert modality.containing("RID10312") == ()
    assert modality.containing(" - ") == ()
