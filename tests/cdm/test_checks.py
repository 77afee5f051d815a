from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from caimera.cdm import TABLES, check
from tests.cdm.samples import code, rows, sound_tables, tables_of

Content = dict[str, list[dict[str, Any]]]


def test_a_sound_dataset_has_no_violations() -> None:
    assert check(sound_tables()) == ()


def test_an_empty_dataset_has_no_violations() -> None:
    assert check({name: table.schema.empty_table() for name, table in TABLES.items()}) == ()


def test_tables_and_columns_that_hold_nothing_may_be_left_out() -> None:
    tables = sound_tables()
    del tables["image_series"]
    tables["patient"] = tables["patient"].drop_columns("race")
    assert check(tables) == ()


def test_rows_without_their_owners_are_found() -> None:
    tables = sound_tables()
    del tables["patient"]
    found = {(violation.table, violation.rule) for violation in check(tables)}
    assert {("tumor_marker_test", "reference"), ("image_study", "reference")} <= found


def test_shape_is_told_table_by_table() -> None:
    tables = sound_tables()
    tables["toothache"] = pa.table({"tooth": [1]})
    tables["image_study"] = tables["image_study"].drop_columns("study_uid").append_column("mood", [["", ""]])
    numbers = tables["image_series"]["series_id"].cast(pa.int64())
    tables["image_series"] = tables["image_series"].set_column(0, "series_id", numbers)
    found = {(violation.table, violation.column, violation.rule) for violation in check(tables)}
    assert found == {
        ("toothache", "", "table"),
        ("image_study", "mood", "column"),
        ("image_study", "study_uid", "column"),
        ("image_series", "series_id", "type"),
    }


def _repeat_key(content: Content) -> None:
    content["image_series"][1]["series_id"] = 1


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


def _set(table: str, row: int, **values: object) -> Callable[[Content], None]:
    def damage(content: Content) -> None:
        content[table][row].update(values)

    return damage


@pytest.mark.parametrize(
    ("damage", "place"),
    [
        (_repeat_key, ("image_series", "series_id", "unique", 1)),
        (_lose_required, ("image_series", "series_uid", "required", 1)),
        (_unknown_code, ("patient", "birth_sex", "vocabulary", 1)),
        (_code_of_another_variable, ("image_series", "body_part", "vocabulary", 1)),
        (_impossible_age, ("image_study", "age_at_imaging", "range", 1)),
        (_age_beyond_limit, ("image_study", "age_at_imaging", "range", 1)),
        (_dangling, ("image_study", "patient_id", "reference", 1)),
        (_set("tumor", 0, cancer_condition_id=9), ("tumor", "cancer_condition_id", "reference", 1)),
        (_set("episode", 1, parent_id=9), ("episode", "parent_id", "reference", 1)),
        (
            _set("tumor_marker_test", 0, value_as_number=-1.0),
            ("tumor_marker_test", "value_as_number", "range", 1),
        ),
        (
            _set("tumor_marker_test", 0, value_as_number=float("nan")),
            ("tumor_marker_test", "value_as_number", "range", 1),
        ),
        (
            _set("tumor_marker_test", 2, value_as_concept=code("her2_status", "score_3")),
            ("tumor_marker_test", "value_as_concept", "vocabulary", 1),
        ),
        (_set("tumor_marker_test", 0, code=None), ("tumor_marker_test", "value_as_number", "needs", 1)),
        (
            _set("tumor_marker_test", 0, offset_from_diagnosis=2.0, offset_unit="d"),
            ("tumor_marker_test", "date", "either", 1),
        ),
        (
            _set("tumor_marker_test", 1, offset_unit=None),
            ("tumor_marker_test", "offset_from_diagnosis", "needs", 1),
        ),
        (_set("medical_history", 0, category=None), ("medical_history", "code", "needs", 1)),
        (
            _set("radiotherapy", 0, end_date=date(2001, 2, 28)),
            ("radiotherapy", "start_date", "before", 1),
        ),
        (
            _set("cancer_condition", 0, age_at_diagnosis=131.0),
            ("cancer_condition", "age_at_diagnosis", "range", 1),
        ),
        (
            _set("cancer_condition", 0, age_at_diagnosis_unit="mo"),
            ("cancer_condition", "age_at_diagnosis_unit", "unit", 1),
        ),
        (
            _set("cancer_condition", 0, asserted_date=date(1880, 1, 1)),
            ("cancer_condition", "asserted_date", "range", 1),
        ),
        (
            _set("cancer_condition", 0, topography="C34.1"),
            ("cancer_condition", "topography", "vocabulary", 1),
        ),
        (_set("cancer_stage", 0, as_concept="cT2a"), ("cancer_stage", "as_concept", "vocabulary", 1)),
        (_set("episode_event", 0, event_table_id=8), ("episode_event", "event_table_id", "reference", 1)),
        (
            _set("episode_event", 0, event_table_name="toothache"),
            ("episode_event", "event_table_name", "reference", 1),
        ),
        (
            _set("episode_event", 0, event_table_name="dataset"),
            ("episode_event", "event_table_name", "reference", 1),
        ),
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


def test_a_row_of_another_code_holds_what_it_likes() -> None:
    content = rows()
    content["tumor_marker_test"][2].update(code="CLIN9", value_as_concept="anything")
    assert check(tables_of(content)) == ()


def test_chunked_columns_are_checked_whole() -> None:
    tables = sound_tables()
    tables["image_series"] = pa.concat_tables([tables["image_series"], tables["image_series"]])
    (violation,) = check(tables)
    assert (violation.rule, violation.rows) == ("unique", 2)
