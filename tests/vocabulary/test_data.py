"""The data files: complete for this version, free of contradictions, and answering to what others write."""

from __future__ import annotations

import pytest

from caimera.vocabulary import VERSION, VOCABULARY, Kind, Level, Operator

SYSTEMS = {"SCT", "DCM", "DCMBPE", "EUCAIM", "RADLEX", "BIRNLEX", "NCIT", "CAIMERA"}

LEVELS = {
    "sex": Level.PATIENT,
    "condition": Level.PATIENT,
    "age_at_imaging": Level.STUDY,
    "year_of_imaging": Level.STUDY,
    "has_segmentation": Level.STUDY,
    "modality": Level.SERIES,
    "body_part": Level.SERIES,
    "manufacturer": Level.SERIES,
}

# What EUCAIM's search form sends (samply/eucaim-frontend, catalogue-eucaim.json) and its counterpart here.
EUCAIM_KEYS = {
    "SNOMEDCT263495000": "sex",
    "SNOMEDCT439401001": "condition",
    "RID10311": "modality",
    "SNOMEDCT123037004": "body_part",
    "C25392": "manufacturer",
}
EUCAIM_VALUES = {
    ("sex", "SNOMEDCT248153007"): "male",
    ("sex", "SNOMEDCT248152002"): "female",
    ("sex", "SNOMEDCT74964007"): "other",
    ("condition", "SNOMEDCT363406005"): "colon_cancer",
    ("condition", "SNOMEDCT254837009"): "breast_cancer",
    ("condition", "SNOMEDCT363358000"): "lung_cancer",
    ("condition", "SNOMEDCT363484005"): "pelvic_cancer",
    ("condition", "SNOMEDCT399068003"): "prostate_cancer",
    ("condition", "SNOMEDCT363351006"): "rectal_cancer",
    ("condition", "EUCAIM:CLIN1000065"): "lung_cancer",
    ("condition", "EUCAIM_Hyper-Ontology_V1.0.CLIN1000060"): "breast_cancer",
    ("modality", "RID10312"): "MR",
    ("modality", "RID10337"): "PT",
    ("modality", "RID10334"): "NM",
    ("modality", "RID10321"): "CT",
    ("body_part", "SNOMEDCT76752008"): "breast",
    ("body_part", "SNOMEDCT71854001"): "colon",
    ("body_part", "SNOMEDCT39607008"): "lung",
    ("body_part", "SNOMEDCT12921003"): "pelvis",
    ("body_part", "SNOMEDCT816092008"): "pelvis",
    ("body_part", "SNOMEDCT41216001"): "prostate",
    ("body_part", "SNOMEDCT818981001"): "abdomen",
    ("body_part", "SNOMEDCT69536005"): "head",
    ("manufacturer", "C200140"): "siemens",
    ("manufacturer", "birnlex_3066"): "siemens",
    ("manufacturer", "birnlex_12833"): "ge",
    ("manufacturer", "birnlex_3065"): "philips",
    ("manufacturer", "birnlex_3067"): "toshiba",
}

# What occurs in the index of the Imaging Data Commons (idc-index-data 25.0.5).
MODALITIES = (
    *("CT", "SR", "SEG", "MR", "SM", "MG", "RTSTRUCT", "CR", "ANN", "PT", "DX", "M3D", "US", "PR", "OT"),
    *("RTDOSE", "RTPLAN", "NM", "REG", "XA", "KO", "RWV", "FUSION", "RF", "XC"),
)
BODY_PARTS = (
    *("CHEST", "BREAST", "ABDOMEN", "PROSTATE", "LUNG", "PELVIS", "LIVER", "KIDNEY", "COLON", "WHOLEBODY"),
    *("BRAIN", "CHESTABDPELVIS", "HEAD", "HEADNECK", "THIGH", "CHESTABDOMEN", "EXTREMITY", "LSPINE"),
    *("BLADDER", "OVARY", "UTERUS", "TSPINE", "ABDOMENPELVIS", "CERVIX", "PANCREAS", "STOMACH", "SKULL"),
    *("NECK", "LEG", "CSPINE", "SPINE", "MEDIASTINUM", "SHOULDER", "CALF", "ADRENAL", "ESOPHAGUS"),
    *("BONYPELVIS", "KNEE", "ELBOW", "NECKCHESTABDPELV", "NECKCHESTABDOMEN", "RECTUM", "TLSPINE"),
    *("THYROID", "HIP", "FEMUR", "LOWERLIMB", "IAC", "HEART", "AORTA", "NECKCHEST", "FOOT", "ANKLE"),
    *("LSSPINE", "COCCYX", "EYE", "SSPINE", "EAR", "BODY", "CTSPINE", "OPTICCANAL", "FEMORALA", "THORAX"),
)


def test_version_and_variables() -> None:
    assert VERSION == VOCABULARY.version == "2026.11"
    assert {variable.name: variable.level for variable in VOCABULARY.variables} == LEVELS
    assert [variable.name for variable in VOCABULARY.variables if variable.multiple] == ["condition"]


@pytest.mark.parametrize("variable", VOCABULARY.variables, ids=lambda variable: variable.name)
def test_a_variable_explains_itself(variable: object) -> None:
    assert variable.help.endswith(".")
    assert variable.group in {group.name for group in VOCABULARY.groups}
    assert Operator.MISSING in variable.operators
    assert variable.cdm.count(".") == 1
    assert bool(variable.values) == (variable.kind is Kind.CODED)


@pytest.mark.parametrize("variable", VOCABULARY.variables, ids=lambda variable: variable.name)
def test_values_are_named_and_coded(variable: object) -> None:
    codes = [value.code for value in variable.values]
    assert len(set(codes)) == len(codes)
    for value in variable.values:
        assert value.label
        assert value.help.endswith(".") or not value.help
        assert {coding.system for coding in value.codes} <= SYSTEMS
        assert value.name == value.name.lower() or variable.name == "modality"


@pytest.mark.parametrize("key", EUCAIM_KEYS)
def test_keys_of_the_eucaim_form(key: str) -> None:
    assert VOCABULARY.variable(key).name == EUCAIM_KEYS[key]


@pytest.mark.parametrize(("variable", "key"), EUCAIM_VALUES)
def test_values_of_the_eucaim_form(variable: str, key: str) -> None:
    assert VOCABULARY.variable(variable).value(key).name == EUCAIM_VALUES[variable, key]


@pytest.mark.parametrize("word", ["SNOMEDCT261665006", "unknown", "Not Recorded", "EUCAIM:COM1001289"])
def test_words_for_missing(word: str) -> None:
    assert VOCABULARY.missing.answers_to(word)


def test_missing_is_no_value_of_any_variable() -> None:
    missing = {spelling.casefold() for spelling in VOCABULARY.missing.spellings()}
    taken = {
        spelling.casefold()
        for variable in VOCABULARY.variables
        for value in variable.values
        for spelling in value.spellings()
    }
    assert not missing & taken


@pytest.mark.parametrize("code", MODALITIES)
def test_every_modality_in_the_data(code: str) -> None:
    value = VOCABULARY.variable("modality").value(code)
    assert value.name == code
    assert value.code in (f"DCM:{code}", f"CAIMERA:{code}")


@pytest.mark.parametrize("term", BODY_PARTS)
def test_every_body_part_in_the_data(term: str) -> None:
    assert VOCABULARY.variable("body_part").value(term).codes[0].system in ("SCT", "DCMBPE")


def test_kinds_of_cancer_lead_to_broader_ones() -> None:
    condition = VOCABULARY.variable("condition")
    chain = ["lung_adenocarcinoma"]
    while parent := condition.value(chain[-1]).parent:
        chain.append(parent)
    assert chain == ["lung_adenocarcinoma", "non_small_cell_lung_cancer", "lung_cancer"]
