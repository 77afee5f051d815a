from __future__ import annotations

import pytest

from caimera.cdm import check, in_the_models_codes
from tests.cdm.samples import code, marker, rows, sound_tables, tables_of


def test_tables_in_the_models_codes_stay_as_they_are() -> None:
    tables = sound_tables()
    assert in_the_models_codes(tables) == tables


@pytest.mark.parametrize("spelling", ["COM1001366", "EUCAIM:COM1001366", "Male", "SNOMEDCT248153007"])
def test_any_spelling_of_a_code_becomes_the_models(spelling: str) -> None:
    content = rows()
    content["patient"][0]["birth_sex"] = spelling
    recoded = in_the_models_codes(tables_of(content))
    assert recoded["patient"]["birth_sex"].to_pylist() == [code("sex", "male"), None]


def test_a_value_is_read_by_the_variable_its_row_speaks_of() -> None:
    content = rows()
    content["tumor_marker_test"] = [
        marker(1, 1, "her2_status", value_as_concept="3+"),
        marker(2, 1, "er_status", value_as_concept="3+"),
        {**marker(3, 1, "er_status", value_as_concept="Positive"), "code": "EUCAIM:CLIN1045815"},
        {"tumor_marker_test_id": 4, "patient_id": 1, "code": "CLIN9", "value_as_concept": "3+"},
    ]
    recoded = in_the_models_codes(tables_of(content))
    assert recoded["tumor_marker_test"]["value_as_concept"].to_pylist() == [
        code("her2_status", "score_3"),
        "3+",
        code("er_status", "positive"),
        "3+",
    ]
    (violation,) = check(recoded)
    assert (violation.rule, violation.rows) == ("vocabulary", 1)
