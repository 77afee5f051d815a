"""How patients were treated, and what that did."""

from __future__ import annotations

from caimera.cdm.tables.model import (
    OWNED_BY_PATIENT,
    PATIENT,
    ForeignKey,
    Pair,
    Rule,
    Table,
    dated,
    day,
    integer,
    key,
    number,
    offset,
    reference,
    text,
)

_TREATMENT = reference("treatment_id", "Treatment the row belongs to.")
_OWNED_BY_TREATMENT = (ForeignKey("treatment_id", "treatment"),)

TREATMENTS = Table(
    "treatment",
    "One course of treatment; radiotherapy, surgery and medication have a row of their own beside it.",
    (
        key("treatment_id"),
        PATIENT,
        text("type", "Kind of treatment.", "treatment_type"),
        text("response", "How the cancer responded.", "treatment_response"),
        text("intent", "What it was meant to achieve.", "treatment_intent"),
        text("identifier", "Identifier at the source.", "treatmentidentifier"),
    ),
    key="treatment_id",
    foreign_keys=OWNED_BY_PATIENT,
)

RADIOTHERAPY = Table(
    "radiotherapy",
    "A course of radiotherapy, one row a treatment.",
    (
        _TREATMENT,
        text("modality", "Kind of radiation.", "radiotherapy_modality"),
        text("technique", "How it was given.", "radiotherapy_technique"),
        day("start_date", "First day.", "radiotherapy_start_date"),
        day("end_date", "Last day.", "radiotherapy_end_date"),
        *offset("radiotherapy"),
        integer("number_of_sessions", "Sessions.", "radiotherapy_number_of_sessions"),
        number("total_dose", "Whole dose.", "radiotherapy_total_dose"),
        number("dose_to_volume", "Dose to the target volume.", "radiotherapy_dose_to_volume"),
        integer("fractions_delivered", "Fractions given.", "radiotherapy_fractions_delivered"),
        text("dose_unit", "Unit of the doses, in UCUM.", "radiotherapy_dose_unit"),
    ),
    key="treatment_id",
    foreign_keys=_OWNED_BY_TREATMENT,
    pairs=(
        *dated("start_date"),
        Pair(Rule.BEFORE, "start_date", "end_date"),
        Pair(Rule.NEEDS, "total_dose", "dose_unit"),
    ),
)

SURGERY = Table(
    "surgical_procedure",
    "An operation, one row a treatment.",
    (
        _TREATMENT,
        text("code", "The operation.", "surgical_procedure_code"),
        text("body_site_code", "Where, as a code.", "surgical_procedure_body_site_code"),
        text("body_site_location", "Which part of it.", "surgical_procedure_body_site_location"),
        text("body_site_laterality", "Which side.", "surgical_procedure_body_site_laterality"),
        *offset("surgical_procedure", unit="surgical_procedure_offset_from_diagnosis_unit"),
        day("date", "Day of the operation.", "surgical_procedure_date"),
    ),
    key="treatment_id",
    foreign_keys=_OWNED_BY_TREATMENT,
    pairs=dated("date"),
)

MEDICATION = Table(
    "medication_administration",
    "A medication given, one row a treatment.",
    (
        _TREATMENT,
        text("code", "The medication.", "medication_code"),
        integer("identifier", "Identifier at the source.", "medication_id"),
        day("start_date", "First day.", "medication_start_date"),
        day("end_date", "Last day.", "medication_end_date"),
        *offset("medication"),
        integer("number_of_sessions", "Sessions.", "medication_number_of_sessions"),
        number("total_dose", "Whole dose.", "medication_total_dose"),
        text("dose_unit", "Unit of the dose, in UCUM.", "medication_dose_unit"),
        number("effective_period", "How long it works.", "medication_effective_period"),
        text("effective_period_unit", "Unit of that period, in UCUM.", "medication_effective_period_unit"),
    ),
    key="treatment_id",
    foreign_keys=_OWNED_BY_TREATMENT,
    pairs=(
        *dated("start_date"),
        Pair(Rule.BEFORE, "start_date", "end_date"),
        Pair(Rule.NEEDS, "total_dose", "dose_unit"),
        Pair(Rule.NEEDS, "effective_period", "effective_period_unit"),
    ),
)

ADVERSE_EVENTS = Table(
    "adverse_event",
    "Harm a treatment did.",
    (
        key("adverse_event_id"),
        _TREATMENT,
        text("resulting_effect", "What happened.", "adverse_event_resulting_effect"),
        day("date", "Day it happened.", "adverse_event_date"),
    ),
    key="adverse_event_id",
    foreign_keys=_OWNED_BY_TREATMENT,
)

TABLES = (TREATMENTS, RADIOTHERAPY, SURGERY, MEDICATION, ADVERSE_EVENTS)
