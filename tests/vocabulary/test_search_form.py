"""Every code of EUCAIM's search form and of the systems that answer it names exactly one value here.

`search_form.csv` holds the form's 22 variables and their values, with the codes of the hyper-ontology and
of Focus beside them, and by hand what each is called here. Sources: samply/eucaim-frontend 9b12115,
chaimeleon-eu/dataset-service d0c41ab, samply/focus 2fc7515, EUCAIM/etl-toolset 7a69a4b.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from caimera.cohort import Condition, Dialect, Operator, QuestionError, from_lens, to_lens
from caimera.vocabulary import VOCABULARY, UnknownValue

ROWS = list(csv.DictReader(Path(__file__).with_name("search_form.csv").read_text().splitlines()))
CODED = [row for row in ROWS if row["value"]]

CORRECTED = {
    # Focus' SQL has codes that its ontology does not: variable and code, then the code the ontology has.
    ("sex", "COM1000180"): "COM1001366",
    ("sex", "COM1000177"): "COM1001370",
    # EGA's schema has a code for cancer of the rectum that is no class of the ontology.
    ("condition", "CLIN1000185"): "CLIN1000077",
}
LEFT_OUT = {
    # Kinds of CT that DICOM's Modality does not tell from CT: nothing records them.
    ("modality", "IMG1000085"),
    ("modality", "IMG1000086"),
    # “BI-RADS N/A” says that nothing was assessed: that is asked for with “is missing”.
    ("bi_rads", "IMG1005461"),
}
TWO_FOR_ONE = {
    ("body_part", "pelvis"): ("SCT:12921003", "SCT:816092008"),
    ("manufacturer", "siemens"): ("NCIT:C200140", "BIRNLEX:birnlex_3066", "EUCAIM:IMG1000044"),
    ("modality", "MR"): ("EUCAIM:IMG1000022", "EUCAIM:IMG1000038"),
    ("modality", "CT"): ("EUCAIM:IMG1000026", "EUCAIM:IMG1000042"),
    ("modality", "PT"): ("EUCAIM:IMG1000037", "EUCAIM:IMG1000062"),
    ("modality", "US"): ("EUCAIM:IMG1000035", "EUCAIM:IMG1000040"),
}
ADDED = {
    "modality": ("MG", "US", "CR", "DX", "RF", "XA", "SM"),
    "condition": ("liver_cancer", "pancreatic_cancer", "kidney_cancer", "bladder_cancer"),
    "body_part": ("chest", "brain", "liver", "kidney"),
    "clinical_m": ("cM0", "cM1c"),
    "pathological_m": ("pM0",),
}
"""What the form lacks and the ontology or the data have."""


def _asked(key: str, value: str) -> object:
    return from_lens({"key": key, "type": "EQUALS", "value": value})


def test_all_22_variables_and_their_values() -> None:
    assert len({row["form"] for row in ROWS}) == 22
    assert len({row["variable"] for row in ROWS}) == 22
    assert len(CODED) == 91


@pytest.mark.parametrize("row", CODED, ids=lambda row: f"{row['form']}-{row['label']}")
def test_every_code_of_the_form_asks_for_one_value(row: dict[str, str]) -> None:
    expected = Condition(row["variable"], Operator.EQUALS, row["value"])
    for code in filter(None, (row["value_key"], row["eucaim_code"])):
        assert _asked(row["key"], code) == expected
        assert [value.name for value in _values(row["variable"]) if value.answers_to(code)] == [row["value"]]


@pytest.mark.parametrize("row", CODED, ids=lambda row: f"{row['form']}-{row['label']}")
def test_what_is_written_the_form_could_have_sent(row: dict[str, str]) -> None:
    (bar,) = to_lens(Condition(row["variable"], Operator.EQUALS, row["value"]), Dialect.BARE)["ast"][
        "children"
    ]
    (condition,) = bar["children"][0]["children"]
    same = [
        other for other in CODED if (other["variable"], other["value"]) == (row["variable"], row["value"])
    ]
    # PI-RADS is written under its own key, BI-RADS' being the form's mistake.
    assert condition["key"] == row["key"] or row["variable"] == "pi_rads"
    assert condition["value"] in {other["value_key"] for other in same}


@pytest.mark.parametrize("row", CODED, ids=lambda row: f"{row['form']}-{row['label']}")
def test_codes_of_focus_are_known_or_corrected(row: dict[str, str]) -> None:
    code = row["focus_code"]
    right = CORRECTED.get((row["variable"], code), code)
    assert not right or VOCABULARY.variable(row["variable"]).value(right).name == row["value"]


@pytest.mark.parametrize(("variable", "code"), [*CORRECTED, *LEFT_OUT])
def test_codes_that_are_wrong_or_say_nothing_are_refused(variable: str, code: str) -> None:
    with pytest.raises(UnknownValue):
        VOCABULARY.variable(variable).value(code)


@pytest.mark.parametrize(("variable", "value"), TWO_FOR_ONE)
def test_several_codes_for_one_thing_are_one_value(variable: str, value: str) -> None:
    for code in TWO_FOR_ONE[variable, value]:
        assert VOCABULARY.variable(variable).value(code).name == value


@pytest.mark.parametrize("variable", ADDED)
def test_what_the_form_lacks_is_here(variable: str) -> None:
    form = {row["value"] for row in CODED if row["variable"] == variable}
    for name in ADDED[variable]:
        assert name not in form
        assert VOCABULARY.variable(variable).value(name).name == name


def test_a_code_of_one_rads_is_none_of_the_other() -> None:
    bi_rads, pi_rads = _values("bi_rads"), _values("pi_rads")
    codes = [{coding.curie for value in values for coding in value.codes} for values in (bi_rads, pi_rads)]
    assert codes[0].isdisjoint(codes[1])
    with pytest.raises(QuestionError):
        _asked("EUCAIM:IMG1005457", "IMG1005466")


def _values(variable: str) -> tuple[object, ...]:
    return VOCABULARY.variable(variable).values
