"""The dataset, its patients, and what is known of a patient apart from the cancer."""

from __future__ import annotations

from caimera.cdm.tables.model import (
    OWNED_BY_PATIENT,
    PATIENT,
    ForeignKey,
    Pair,
    Rule,
    Table,
    boolean,
    dated,
    day,
    integer,
    key,
    number,
    offset,
    text,
)

DATASET = Table(
    "dataset",
    "What the dataset is.",
    (
        text("dataset_id", "UUID of the dataset, the same for all its versions.", required=True),
        text("title", "Title as the provider gives it.", "dataset_title", required=True),
        text("description", "What the dataset holds, in plain text.", "dataset_description"),
        text("version", "Version of the dataset this row describes.", added=True),
        text("provider", "Who provides the dataset.", added=True),
        text("licence", "SPDX licence expression of the data.", added=True),
        text("doi", "Digital object identifier of the source, without address.", added=True),
        text("vocabulary", "Version of the vocabulary the codes are taken from.", added=True),
        boolean(
            "dates_shifted",
            "True when de-identification visibly moved the study dates: no year is recorded.",
            added=True,
        ),
    ),
    key="dataset_id",
)

PATIENTS = Table(
    "patient",
    "Who was imaged.",
    (
        integer(
            "patient_id", "Number of the patient within this version, in order of identifier.", required=True
        ),
        text("dataset_id", "Dataset the patient belongs to.", required=True),
        text("patient_identifier", "PatientID (0010,0020) as in the source.", "patient_id", required=True),
        day("birth_date", "Day of birth.", "patient_birth_date"),
        text("birth_sex", "Sex recorded for the patient.", "patient_birth_sex"),
        text("gender", "Gender the patient identifies with.", "patient_gender"),
        text("race", "Race.", "patient_race"),
        text("ethnicity", "Ethnicity.", "patient_ethnicity"),
        text("managing_organization", "Who looks after the patient.", "patient_managing_organization"),
        text("diagnostic_category", "Case or control.", "patient_diagnostic_category"),
        boolean("deceased", "True when the patient is known to have died.", "patient_deceased"),
        day("date_of_last_contact", "Day the patient was last heard of.", "patient_date_of_last_contact"),
        text("cause_of_death", "What the patient died of.", "patient_cause_of_death"),
    ),
    key="patient_id",
    foreign_keys=(ForeignKey("dataset_id", "dataset"),),
    pairs=(Pair(Rule.BEFORE, "birth_date", "date_of_last_contact"),),
)

HEALTH_STATUS = Table(
    "health_status_assessment",
    "How well a patient is, such as an ECOG performance status.",
    (
        key("assessment_id"),
        PATIENT,
        text("code", "What was assessed.", "assessment_code"),
        number("value_as_number", "The result as a number.", "assesment_value_as_number"),
        text("value_as_concept", "The result as a code.", "assesment_value_as_concept"),
        text("value_unit", "Unit of the number, in UCUM.", "assesment_value_unit"),
        text("interpretation", "What the result means.", "assesment_interpretation"),
    ),
    key="assessment_id",
    foreign_keys=OWNED_BY_PATIENT,
)

TUMOR_MARKERS = Table(
    "tumor_marker_test",
    "A tumor marker measured: a receptor in tissue, PSA in blood.",
    (
        key("tumor_marker_test_id"),
        PATIENT,
        text("category", "Kind of test.", "tumor_marker_test_category"),
        text("code", "Marker, as an EUCAIM code.", "tumor_marker_test_code"),
        number("value_as_number", "The result as a number.", "tumor_marker_test_as_number"),
        text("value_as_concept", "The result as a code.", "tumor_marker_test_as_concept"),
        text("value_unit", "Unit of the number, in UCUM.", "tumor_marker_test_as_unit"),
        day("date", "Day of the test.", "tumor_marker_date"),
        *offset("tumor_marker"),
    ),
    key="tumor_marker_test_id",
    foreign_keys=OWNED_BY_PATIENT,
    pairs=(Pair(Rule.NEEDS, "value_as_number", "code"), *dated("date")),
)

FAMILY_HISTORY = Table(
    "family_member_history",
    "A disease in the patient's family.",
    (
        key("family_member_history_id"),
        PATIENT,
        text("relationship", "Which relative.", "family_member_relationship"),
        text("condition_code", "The disease.", "family_member_condition_code"),
        boolean("condition_present", "Whether the relative has it.", "family_member_condition_present"),
        number("onset_age", "Age of the relative when it began.", "family_member_onset_age"),
        text("onset_age_unit", "Unit of the age, in UCUM.", "family_member_onset_age_unit"),
    ),
    key="family_member_history_id",
    foreign_keys=OWNED_BY_PATIENT,
    pairs=(Pair(Rule.NEEDS, "onset_age", "onset_age_unit"),),
)

LAB_TESTS = Table(
    "lab_test_result",
    "Any other laboratory test.",
    (
        key("lab_test_id"),
        PATIENT,
        text("code", "What was tested.", "lab_test_code"),
        text("value_as_concept", "The result as a code.", "lab_test_value_as_concept"),
        number("value_as_number", "The result as a number.", "lab_test_value_as_number"),
        text("value_unit", "Unit of the number, in UCUM.", "lab_test_value_unit"),
        day("date", "Day of the test.", "lab_test_date"),
        *offset("lab_test"),
    ),
    key="lab_test_id",
    foreign_keys=OWNED_BY_PATIENT,
    pairs=dated("date"),
)

MEDICAL_HISTORY = Table(
    "medical_history",
    "Earlier and other diseases, habits.",
    (
        key("medical_history_id"),
        PATIENT,
        text("code", "The disease or habit.", "medical_history_code"),
        text("category", "Which kind of thing the code names.", "medical_history_category"),
        number("onset_age", "Age of the patient when it began.", "medical_history_onset_age"),
        text("onset_age_unit", "Unit of the age, in UCUM.", "medical_history_onset_age_unit"),
        text("value_as_concept", "The finding as a code.", "medical_history_value_as_concept"),
        number("value_as_number", "The finding as a number.", "medical_history_value_as_number"),
        text("value_unit", "Unit of the number, in UCUM.", "medical_history_value_unit"),
    ),
    key="medical_history_id",
    foreign_keys=OWNED_BY_PATIENT,
    pairs=(Pair(Rule.NEEDS, "code", "category"), Pair(Rule.NEEDS, "onset_age", "onset_age_unit")),
)

TABLES = (
    DATASET,
    PATIENTS,
    HEALTH_STATUS,
    TUMOR_MARKERS,
    FAMILY_HISTORY,
    LAB_TESTS,
    MEDICAL_HISTORY,
)
