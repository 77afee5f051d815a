from __future__ import annotations

import pyarrow as pa
import pytest

from caimera.cdm import TABLES, Type
from caimera.vocabulary import VOCABULARY, Kind

KIND_OF_TYPE = {Type.TEXT: Kind.CODED, Type.INTEGER: Kind.NUMBER, Type.BOOLEAN: Kind.BOOLEAN}


def test_every_vocabulary_variable_has_the_column_it_names() -> None:
    of_variable = {
        column.variable: (f"{table.name}.{column.name}", KIND_OF_TYPE[column.type])
        for table in TABLES.values()
        for column in table.columns
        if column.variable
    }
    assert of_variable == {variable.name: (variable.cdm, variable.kind) for variable in VOCABULARY.variables}


@pytest.mark.parametrize("name", TABLES)
def test_keys_and_references_are_columns_that_must_be_given(name: str) -> None:
    table = TABLES[name]
    required = {column.name for column in table.columns if column.required}
    assert {table.key, *(foreign.column for foreign in table.foreign_keys)} <= required


def test_parents_come_before_their_children() -> None:
    order = list(TABLES)
    links = [
        (order.index(foreign.table), order.index(name))
        for name, table in TABLES.items()
        for foreign in table.foreign_keys
    ]
    assert len(links) == 4
    assert all(parent < child for parent, child in links)


def test_the_schema_says_what_may_be_missing() -> None:
    schema = TABLES["image_study"].schema
    assert schema.field("study_uid") == pa.field("study_uid", pa.string(), nullable=False)
    assert schema.field("study_date") == pa.field("study_date", pa.date32())
    assert schema.field("age_at_imaging") == pa.field("age_at_imaging", pa.int32())


def test_age_at_imaging_and_age_at_diagnosis_are_different_columns() -> None:
    diagnosis = [column for column in TABLES["cancer_condition"].columns if column.name == "age_at_diagnosis"]
    assert [column.variable for column in diagnosis] == [None]


def test_every_column_explains_itself() -> None:
    helps = [column.help for table in TABLES.values() for column in table.columns]
    assert all(text.endswith(".") for text in helps)
