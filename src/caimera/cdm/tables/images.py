"""Imaging studies, their series, and how these were acquired."""

from __future__ import annotations

from caimera.cdm.tables.model import (
    OWNED_BY_PATIENT,
    PATIENT,
    ForeignKey,
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

STUDIES = Table(
    "image_study",
    "One imaging examination.",
    (
        key("study_id"),
        PATIENT,
        reference("procedure_id", "Procedure the study was made in, where known.", required=False),
        text("study_uid", "StudyInstanceUID (0020,000D).", required=True),
        integer("imaging_timepoint", "Which point in time of the imaging.", "imagingtimepoint"),
        *offset("study"),
        day("study_date", "StudyDate (0008,0020) as given, plausible or not.", added=True),
        integer("year_of_imaging", "Year of a plausible study date.", added=True),
        integer("age_at_imaging", "Patient's age in completed years.", added=True),
        boolean(
            "has_segmentation",
            "True when the study holds a series of modality SEG or RTSTRUCT.",
            added=True,
        ),
    ),
    key="study_id",
    foreign_keys=(*OWNED_BY_PATIENT, ForeignKey("procedure_id", "procedure")),
    pairs=dated("study_date"),
)

SERIES = Table(
    "image_series",
    "Images acquired together.",
    (
        key("series_id"),
        reference("study_id", "Study the series belongs to."),
        text("series_uid", "SeriesInstanceUID (0020,000E).", required=True),
        integer("number", "SeriesNumber (0020,0011).", "series_number"),
        text("description", "SeriesDescription (0008,103E).", "series_description"),
        text("modality", "Modality (0008,0060).", "series_modality"),
        text("body_part", "Body Part Examined (0018,0015).", "series_body_side_code"),
        text("body_part_location", "Which part of it.", "series_body_side_location"),
        text("body_part_laterality", "Which side.", "series_body_side_laterality"),
        text("manufacturer", "Maker of the device, Manufacturer (0008,0070).", "series_manufacturer"),
        day("acquisition_date", "AcquisitionDate (0008,0022).", "series_acquisition_date"),
    ),
    key="series_id",
    foreign_keys=(ForeignKey("study_id", "image_study"),),
)

ACQUISITION = Table(
    "image_modality",
    "A parameter of the acquisition, one row a parameter.",
    (
        key("modality_id"),
        reference("series_id", "Series the parameter belongs to."),
        text("code", "The parameter.", "acquisition_parameter_code"),
        text("value_as_code", "Its value as a code.", "acquisition_parameter_value_as_code"),
        number("value_as_number", "Its value as a number.", "acquisition_parameter_value_as_number"),
        text("value_unit", "Unit of the number, in UCUM.", "acquisition_parameter_value_unit"),
    ),
    key="modality_id",
    foreign_keys=(ForeignKey("series_id", "image_series"),),
)

TABLES = (STUDIES, SERIES, ACQUISITION)
