"""Cancers: diagnosis, grade, stage, procedures, tumors, and the episodes of their course."""

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
    reference,
    text,
)

_CONDITION = reference("cancer_condition_id", "Condition the row is about.")
_CONDITION_IF_KNOWN = reference(
    "cancer_condition_id", "Condition the row is about, where known.", required=False
)
_OF_CONDITION = ForeignKey("cancer_condition_id", "cancer_condition")

CONDITIONS = Table(
    "cancer_condition",
    "A disease a patient has, cancer in nearly all datasets.",
    (
        key("cancer_condition_id"),
        PATIENT,
        text("identifier", "Identifier at the source."),
        number(
            "age_at_diagnosis", "Age when it was diagnosed, in years.", "cancer_condition_age_at_diagnosis"
        ),
        text("age_at_diagnosis_unit", "Unit of that age: a, for years.", "cancer_condition_age_unit"),
        day("asserted_date", "Day of the diagnosis.", "cancer_condition_asserted_date"),
        *offset("cancer_condition", name="offset_from_primary"),
        text("code", "The condition.", "cancer_condition_code"),
        text("type", "Primary, secondary or recurrent.", "cancer_condition_type"),
        text("histology_morphology", "What the tissue looks like.", "cancer_condition_histology_morphology"),
        text("topography", "Where it arose, as an ICD-O-3 site.", "cancer_condition_topography"),
    ),
    key="cancer_condition_id",
    foreign_keys=OWNED_BY_PATIENT,
    pairs=dated("asserted_date", "offset_from_primary"),
)

GRADES = Table(
    "histologic_grade",
    "How far the tissue departs from what is healthy.",
    (
        key("histologic_grade_id"),
        PATIENT,
        _CONDITION_IF_KNOWN,
        text("scoring_system", "System the grade belongs to.", "histologic_grade_scoring_system"),
        text("code", "Scale, as an EUCAIM code.", "histologic_grade_code"),
        text("value_as_concept", "The grade.", "histologic_grade_value_as_concept"),
    ),
    key="histologic_grade_id",
    foreign_keys=(*OWNED_BY_PATIENT, _OF_CONDITION),
    pairs=(Pair(Rule.NEEDS, "value_as_concept", "code"),),
)

STAGES = Table(
    "cancer_stage",
    "How far a cancer has spread.",
    (
        key("cancer_stage_id"),
        _CONDITION,
        text("code", "Category, as an EUCAIM code.", "cancer_stage_code"),
        text("scoring_system", "System the stage belongs to.", "cancer_stage_scoring_system"),
        text("as_concept", "The stage.", "cancer_stage_as_concept"),
    ),
    key="cancer_stage_id",
    foreign_keys=(_OF_CONDITION,),
    pairs=(Pair(Rule.NEEDS, "as_concept", "code"),),
)

PROCEDURES = Table(
    "procedure",
    "An examination: a biopsy, an imaging study.",
    (
        key("procedure_id"),
        _CONDITION,
        text("identifier", "Identifier at the source.", "procedureidentifier"),
        text("code", "The procedure.", "procedure_code"),
        text("category", "Which kind of procedure.", "procedure_category"),
        text("evaluation_finding", "What was found.", "procedure_evaluation_finding"),
        *offset("procedure"),
        day("date", "Day of the procedure.", "procedure_date"),
        integer("imaging_timepoint", "Which point in time of the imaging.", "imagingtimepoint"),
    ),
    key="procedure_id",
    foreign_keys=(_OF_CONDITION,),
    pairs=(Pair(Rule.NEEDS, "code", "category"), *dated("date")),
)

TUMORS = Table(
    "tumor",
    "One lesion of a cancer.",
    (
        key("tumor_id"),
        PATIENT,
        _CONDITION_IF_KNOWN,
        text("identifier", "Identifier at the source."),
        boolean("is_index", "True for the lesion that decides.", "tumor_is_index"),
        text("histology_morphology", "What the tissue looks like.", "tumor_histology_morphology"),
        number("volume", "Volume.", "tumor_volume"),
        text("volume_unit", "Unit of the volume, in UCUM.", "tumor_volume_unit"),
        text("size_method", "How it was measured.", "tumor_size_method"),
        number("maximum_dimension", "Longest diameter.", "tumor_size_maximum_dimension"),
        number("other_dimension", "Another diameter.", "tumor_size_other_dimension"),
        text("dimension_unit", "Unit of the diameters, in UCUM.", "tumor_size_dimension_unit"),
        text("body_site", "Where, as a code.", "tumor_body_site"),
        text("body_site_location", "Which part of it.", "tumor_body_site_location"),
        text("body_site_laterality", "Which side.", "tumor_body_site_laterality"),
    ),
    key="tumor_id",
    foreign_keys=(*OWNED_BY_PATIENT, _OF_CONDITION),
    pairs=(
        Pair(Rule.NEEDS, "volume", "volume_unit"),
        Pair(Rule.NEEDS, "maximum_dimension", "dimension_unit"),
        Pair(Rule.NEEDS, "other_dimension", "dimension_unit"),
    ),
)


def _judged(name: str, help: str, code_help: str) -> Table:
    """A table of judgements about a tumor."""
    return Table(
        name,
        help,
        (
            key(f"{name}_id"),
            PATIENT,
            reference("tumor_id", "Tumor the row is about, where known.", required=False),
            text("code", code_help, f"{name}_code"),
            text("value_unit", "Unit of the number, in UCUM.", f"{name}_value_unit"),
            text("value_as_concept", "The result as a code.", f"{name}_value_as_concept"),
            number("value_as_number", "The result as a number.", f"{name}_value_as_number"),
        ),
        key=f"{name}_id",
        foreign_keys=(*OWNED_BY_PATIENT, ForeignKey("tumor_id", "tumor")),
        pairs=(Pair(Rule.NEEDS, "value_as_concept", "code"),),
    )


RISKS = _judged("risk_assessment", "How dangerous a tumor is taken to be.", "What was assessed.")
OBSERVATIONS = _judged(
    "tumor_observation", "What was seen of a tumor, such as BI-RADS.", "Assessment, as an EUCAIM code."
)

EPISODES = Table(
    "episode",
    "A stretch of a disease's course: diagnosis, treatment, progression, relapse, remission, surveillance.",
    (
        key("episode_id"),
        PATIENT,
        text("type_code", "Kind of episode.", "episode_type_code"),
        integer("number", "Which of its kind.", "episode_number"),
        day("start_date", "First day.", "episode_start_date"),
        day("end_date", "Last day.", "episode_end_date"),
        *offset("episode"),
        reference("parent_id", "Episode this one is part of.", required=False),
    ),
    key="episode_id",
    foreign_keys=(*OWNED_BY_PATIENT, ForeignKey("parent_id", "episode")),
    pairs=(*dated("start_date"), Pair(Rule.BEFORE, "start_date", "end_date")),
)

EPISODE_EVENTS = Table(
    "episode_event",
    "What belongs to an episode: any number of rows of other tables.",
    (
        key("episode_event_id", added=True),
        reference("episode_id", "Episode the event belongs to."),
        text("event_table_name", "Table the event stands in.", required=True),
        integer("event_table_id", "Key of the event in that table.", required=True),
    ),
    key="episode_event_id",
    foreign_keys=(ForeignKey("episode_id", "episode"),),
)

TABLES = (CONDITIONS, GRADES, STAGES, PROCEDURES, TUMORS, RISKS, OBSERVATIONS, EPISODES, EPISODE_EVENTS)
