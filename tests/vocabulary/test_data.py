"""The data files: complete for this version, free of contradictions, and answering to what others write."""

from __future__ import annotations

import pytest

from caimera.vocabulary import VERSION, VOCABULARY, Kind, Level, Operator

SYSTEMS = {"SCT", "DCM", "DCMBPE", "EUCAIM", "RADLEX", "BIRNLEX", "NCIT", "ICDO3", "CAIMERA"}

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

# Clinical variables, of which a patient may have several values: name to EUCAIM key.
CLINICAL = {
    "age_at_diagnosis": "SNOMEDCT423493009",
    "year_of_diagnosis": "SNOMEDCT432213005",
    "topography": "CAIMERA:topography",
    "er_status": "EUCAIM_Hyper-Ontology_V1.0.CLIN1045815",
    "pr_status": "EUCAIM_Hyper-Ontology_V1.0.CLIN1046085",
    "psa": "EUCAIM_Hyper-Ontology_V1.0.CLIN1033410",
    "her2_status": "EUCAIM_Hyper-Ontology_V1.0.CLIN1045851",
    "ki67": "EUCAIM:CLIN1045913",
    "gleason_score": "EUCAIM:CLIN1037294",
    "isup_grade_group": "EUCAIM:CLIN1037300",
    "clinical_t": "EUCAIM_Hyper-Ontology_V1.0.CLIN1033379",
    "pathological_t": "EUCAIM_Hyper-Ontology_V1.0.CLIN1033391",
    "clinical_n": "EUCAIM_Hyper-Ontology_V1.0.CLIN1033358",
    "pathological_n": "EUCAIM_Hyper-Ontology_V1.0.CLIN1033368",
    "clinical_m": "EUCAIM_Hyper-Ontology_V1.0.CLIN1033341",
    "pathological_m": "EUCAIM_Hyper-Ontology_V1.0.CLIN1033349",
    "bi_rads": "EUCAIM_Hyper-Ontology_V1.0.IMG1005459",
    "pi_rads": "EUCAIM_Hyper-Ontology_V1.0.IMG1005457",
}

# What EUCAIM's search form sends (samply/eucaim-frontend, catalogue-eucaim.json) and its counterpart here.
EUCAIM_KEYS = {
    "SNOMEDCT263495000": "sex",
    "SNOMEDCT439401001": "condition",
    "RID10311": "modality",
    "SNOMEDCT123037004": "body_part",
    "C25392": "manufacturer",
    **{key: name for name, key in CLINICAL.items()},
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
    ("er_status", "EUCAIM_Hyper-Ontology_V1.0.COM1001310"): "positive",
    ("pr_status", "EUCAIM_Hyper-Ontology_V1.0.COM1001332"): "negative",
    ("her2_status", "EUCAIM_Hyper-Ontology_V1.0.COM1001882"): "score_3",
    ("her2_status", "0"): "score_0",
    ("her2_status", "1+"): "score_1",
    ("gleason_score", "CLIN1025725"): "gleason_10",
    ("gleason_score", "EUCAIM:CLIN1025818"): "gleason_2",
    ("isup_grade_group", "COM1001369"): "isup_5",
    ("clinical_t", "EUCAIM_Hyper-Ontology_V1.0.COM1000370"): "cT2a",
    ("clinical_t", "T2a"): "cT2a",
    ("pathological_t", "COM1001041"): "pT4",
    ("clinical_n", "COM1000300"): "cN1",
    ("pathological_n", "COM1000645"): "pN0",
    ("clinical_m", "COM1000271"): "cM1b",
    ("pathological_m", "COM1000615"): "pM1c",
    ("bi_rads", "EUCAIM_Hyper-Ontology_V1.0.IMG1005470"): "bi_rads_0",
    ("bi_rads", "IMG1005463"): "bi_rads_6",
    ("pi_rads", "EUCAIM_Hyper-Ontology_V1.0.IMG1005479"): "pi_rads_1",
    ("pi_rads", "IMG1005475"): "pi_rads_5",
    ("topography", "C504"): "C50.4",
    ("topography", "breast"): "C50",
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


_ONE_EACH = {"patient", "cancer_condition", "image_study", "image_series"}
"""Tables in which a column belongs to one variable."""

_NAMED_AS_PUBLISHED = ("modality", "topography", "clinical_", "pathological_")


def test_version_and_variables() -> None:
    assert VERSION == VOCABULARY.version == "2027.01"
    levels = {variable.name: variable.level for variable in VOCABULARY.variables}
    assert levels == LEVELS | dict.fromkeys(CLINICAL, Level.PATIENT)
    multiple = [variable.name for variable in VOCABULARY.variables if variable.multiple]
    assert multiple == ["condition", *CLINICAL]
    assert len(VOCABULARY.groups) == 7


def test_every_variable_of_the_eucaim_form_is_here() -> None:
    ours = {*CLINICAL, *LEVELS} - {"topography", "age_at_imaging", "year_of_imaging", "has_segmentation"}
    assert len(ours) == 22


@pytest.mark.parametrize("variable", VOCABULARY.variables, ids=lambda variable: variable.name)
def test_variables_that_share_a_column_are_told_apart(variable: object) -> None:
    sharing = [other for other in VOCABULARY.variables if other.cdm == variable.cdm]
    codes = {other.cdm_code for other in sharing}
    assert len(codes) == len(sharing)
    assert all(codes) == (variable.cdm.partition(".")[0] not in _ONE_EACH)
    assert variable.cdm_code in ("", variable.codes[0].code)


def test_operators_follow_the_kind() -> None:
    common = {Operator.EQUALS, Operator.NOT_EQUALS, Operator.MISSING}
    more = {
        Kind.BOOLEAN: set(),
        Kind.CODED: {Operator.IN, Operator.CONTAINS},
        Kind.NUMBER: {Operator.IN, Operator.BETWEEN, Operator.LOWER_THAN, Operator.GREATER_THAN},
    }
    assert all(set(variable.operators) == common | more[variable.kind] for variable in VOCABULARY.variables)


def test_pi_rads_has_a_key_of_its_own() -> None:
    assert VOCABULARY.variable("pi_rads").codes[0].code == "IMG1005457"
    assert VOCABULARY.variable("IMG1005459").name == "bi_rads"


def test_no_distant_spread_can_be_asked_for() -> None:
    clinical, pathological = VOCABULARY.variable("clinical_m"), VOCABULARY.variable("pathological_m")
    assert clinical.value("cM0").code == "EUCAIM:COM1001860"
    assert pathological.value("pM0").code == "EUCAIM:COM1001845"
    assert clinical.value("cM1c").code == "EUCAIM:COM1001876"


def test_the_two_codes_of_the_pelvis_are_one_value() -> None:
    body_part = VOCABULARY.variable("body_part")
    assert body_part.value("SCT:12921003") is body_part.value("SCT:816092008")


def test_pi_rads_of_patient_and_lesion_are_one_value() -> None:
    pi_rads = VOCABULARY.variable("pi_rads")
    assert [pi_rads.value(f"IMG{1005488 - number}").name for number in range(1, 6)] == [
        f"pi_rads_{number}" for number in range(1, 6)
    ]


def test_sites_lead_from_three_characters_to_four() -> None:
    topography = VOCABULARY.variable("topography")
    assert topography.value("ICDO3:C34.1").parent == "C34"
    assert [value.name for value in topography.narrower("C34")][:3] == ["C34", "C34.0", "C34.1"]
    assert all(value.name.startswith(value.parent or value.name) for value in topography.values)
    assert all(value.code == f"ICDO3:{value.name}" for value in topography.values)


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
        assert value.name == value.name.lower() or variable.name.startswith(_NAMED_AS_PUBLISHED)


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


def test_body_parts_lie_within_regions() -> None:
    body_part = VOCABULARY.variable("body_part")
    assert body_part.parts
    assert {value.name for value in body_part.narrower("chest")} == {"chest", "heart", "lung", "mediastinum"}
    assert {value.name for value in body_part.narrower("uterus")} == {"uterus", "cervix"}
    assert "cervix" in {value.name for value in body_part.narrower("pelvis")}
    assert "femur" in {value.name for value in body_part.narrower("extremity")}
    assert {value.name for value in body_part.narrower("spine")} >= {"cervical_spine", "coccyx"}


def test_combined_regions_and_what_passes_through_several_lie_within_none() -> None:
    values = VOCABULARY.variable("body_part").values
    combined = {
        value.name
        for value in values
        if " and " in value.label or value.name in {"whole_body", "breast", "aorta"}
    }
    assert len(combined) == 10
    assert not [value.name for value in values if value.name in combined and value.parent]
    assert not [value.name for value in values if value.parent in combined]


def test_pet_is_nuclear_medicine_and_no_modality_is_two() -> None:
    values = VOCABULARY.variable("modality").values
    assert {value.name: value.parent for value in values if value.parent} == {"PT": "NM"}
