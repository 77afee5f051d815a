from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pytest

from caimera.cdm import PLACES, TABLES, Type
from caimera.vocabulary import VOCABULARY, Kind, Variable

KINDS_OF_TYPE = {
    Type.TEXT: {Kind.CODED},
    Type.INTEGER: {Kind.NUMBER},
    Type.NUMBER: {Kind.NUMBER},
    Type.DATE: {Kind.NUMBER},
    Type.BOOLEAN: {Kind.BOOLEAN},
}
EUCAIM_TABLES = {
    *("dataset", "patient", "health_status_assessment", "tumor_marker_test", "family_member_history"),
    *("lab_test_result", "medical_history", "treatment", "radiotherapy", "surgical_procedure"),
    *("medication_administration", "adverse_event", "cancer_condition", "histologic_grade", "cancer_stage"),
    *("procedure", "tumor", "risk_assessment", "tumor_observation", "episode", "episode_event"),
    *("image_study", "image_series", "image_modality"),
}


def test_every_table_of_the_eucaim_model_is_there() -> None:
    assert set(TABLES) == EUCAIM_TABLES


@pytest.mark.parametrize("variable", VOCABULARY.variables, ids=lambda variable: variable.name)
def test_every_vocabulary_variable_has_a_column_of_its_kind(variable: Variable) -> None:
    place = PLACES[variable.name]
    assert f"{place.table}.{place.column}" == variable.cdm
    assert variable.kind in KINDS_OF_TYPE[TABLES[place.table].column(place.column).type]


def test_variables_that_share_a_column_are_told_apart_by_the_code_of_the_row() -> None:
    columns = Counter((place.table, place.column) for place in PLACES.values())
    shared = {column for column, times in columns.items() if times > 1}
    assert ("tumor_marker_test", "value_as_concept") in shared
    codes = [place.code for place in PLACES.values() if (place.table, place.column) in shared]
    assert len(set(codes)) == len(codes)
    assert "" not in codes
    assert all(TABLES[place.table].column("code") for place in PLACES.values() if place.code)


@pytest.mark.parametrize("name", TABLES)
def test_keys_and_owners_are_columns_that_must_be_given(name: str) -> None:
    table = TABLES[name]
    required = {column.name for column in table.columns if column.required}
    assert {table.key, *(foreign.column for foreign in table.foreign_keys[:1])} <= required


@pytest.mark.parametrize("name", [name for name in TABLES if name != "dataset"])
def test_every_row_belongs_to_a_patient_of_the_dataset(name: str) -> None:
    above = [name]
    while TABLES[above[-1]].foreign_keys:
        above.append(TABLES[above[-1]].foreign_keys[0].table)
    assert "patient" in above
    assert above[-1] == "dataset"


def test_rules_speak_of_columns_that_are_there() -> None:
    for table in TABLES.values():
        for pair in table.pairs:
            assert {pair.first, pair.second} <= set(table.schema.names)


def test_no_two_columns_of_a_table_share_a_name() -> None:
    for table in TABLES.values():
        assert len(set(table.schema.names)) == len(table.columns)


def test_parents_come_before_their_children() -> None:
    order = list(TABLES)
    links = [
        (order.index(foreign.table), order.index(name))
        for name, table in TABLES.items()
        for foreign in table.foreign_keys
    ]
    assert len(links) == 29
    # An episode may be part of an episode.
    assert all(parent < child for parent, child in links if order[parent] != order[child])


def test_the_schema_says_what_may_be_missing() -> None:
    schema = TABLES["image_study"].schema
    assert schema.field("study_uid") == pa.field("study_uid", pa.string(), nullable=False)
    assert schema.field("study_date") == pa.field("study_date", pa.date32())
    assert schema.field("age_at_imaging") == pa.field("age_at_imaging", pa.int32())


def test_age_at_imaging_and_age_at_diagnosis_are_different_columns() -> None:
    imaging, diagnosis = PLACES["age_at_imaging"], PLACES["age_at_diagnosis"]
    assert (imaging.table, diagnosis.table) == ("image_study", "cancer_condition")


def test_every_column_explains_itself() -> None:
    helps = [column.help for table in TABLES.values() for column in table.columns]
    assert all(text.endswith(".") for text in helps)
