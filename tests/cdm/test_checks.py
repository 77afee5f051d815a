from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from caimera.cdm import TABLES, check
from tests.cdm.samples import rows, sound_tables, tables_of

Content = dict[str, list[dict[str, Any]]]


def test_a_sound_dataset_has_no_violations() -> None:
    assert check(sound_tables()) == ()


def test_an_empty_dataset_has_no_violations() -> None:
    assert check({name: table.schema.empty_table() for name, table in TABLES.items()}) == ()


def test_shape_is_told_table_by_table() -> None:
    tables = sound_tables()
    del tables["patient"]
    tables["toothache"] = pa.table({"tooth": [1]})
    tables["image_study"] = tables["image_study"].drop_columns("study_uid").append_column("mood", [["", ""]])
    numbers = tables["image_series"]["series_id"].cast(pa.int64())
    tables["image_series"] = tables["image_series"].set_column(0, "series_id", numbers)
    found = {(violation.table, violation.column, violation.rule) for violation in check(tables)}
    assert found == {
        ("toothache", "", "table"),
        ("patient", "", "table"),
        ("image_study", "mood", "column"),
        ("image_study", "study_uid", "column"),
        ("image_series", "series_id", "type"),
    }


def _repeat_key(content: Content) -> None:
    content["patient"][1]["patient_id"] = 1
    content["image_study"][1]["patient_id"] = 1


def _lose_required(content: Content) -> None:
    content["image_series"][0]["series_uid"] = None


def _unknown_code(content: Content) -> None:
    content["patient"][0]["birth_sex"] = "male"


def _code_of_another_variable(content: Content) -> None:
    content["image_series"][0]["body_part"] = content["image_series"][0]["modality"]


def _impossible_age(content: Content) -> None:
    content["image_study"][0]["age_at_imaging"] = -1


def _age_beyond_limit(content: Content) -> None:
    content["image_study"][0]["age_at_imaging"] = 131


def _dangling(content: Content) -> None:
    content["image_study"][1]["patient_id"] = 3


@pytest.mark.parametrize(
    ("damage", "place"),
    [
        (_repeat_key, ("patient", "patient_id", "unique", 1)),
        (_lose_required, ("image_series", "series_uid", "required", 1)),
        (_unknown_code, ("patient", "birth_sex", "vocabulary", 1)),
        (_code_of_another_variable, ("image_series", "body_part", "vocabulary", 1)),
        (_impossible_age, ("image_study", "age_at_imaging", "range", 1)),
        (_age_beyond_limit, ("image_study", "age_at_imaging", "range", 1)),
        (_dangling, ("image_study", "patient_id", "reference", 1)),
    ],
)
def test_each_damage_is_found_where_it_is(
    damage: Callable[[Content], None], place: tuple[str, str, str, int]
) -> None:
    content = rows()
    damage(content)
    (violation,) = check(tables_of(content))
    assert (violation.table, violation.column, violation.rule, violation.rows) == place
    assert violation.message.endswith(".")


def test_chunked_columns_are_checked_whole() -> None:
    tables = sound_tables()
    tables["image_series"] = pa.concat_tables([tables["image_series"], tables["image_series"]])
    (violation,) = check(tables)
    assert (violation.rule, violation.rows) == ("unique", 2)
