from __future__ import annotations

import pytest

from caimera.cdm import PLACES, recorded
from tests.cdm.samples import code, rows, sound_tables, tables_of


def pairs(variable: str) -> list[tuple[object, object]]:
    found = recorded(variable, sound_tables())
    return [(row["owner"], row["value"]) for row in found.to_pylist()]


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("sex", [(1, code("sex", "male"))]),
        ("psa", [(1, 1043.5), (1, 0.04)]),
        ("er_status", [(2, code("er_status", "positive"))]),
        ("pr_status", []),
        ("year_of_diagnosis", [(1, 2001)]),
        ("age_at_diagnosis", [(1, 50.5)]),
        ("clinical_t", [(1, code("clinical_t", "cT2a"))]),
        ("pathological_t", []),
        ("pi_rads", [(1, code("pi_rads", "pi_rads_4"))]),
        ("has_segmentation", [(1, True), (2, False)]),
        ("age_at_imaging", [(1, 50)]),
        ("body_part", [(2, code("body_part", "chest"))]),
    ],
)
def test_what_is_recorded_is_found_with_whom_it_describes(
    variable: str, expected: list[tuple[object, object]]
) -> None:
    assert pairs(variable) == expected


@pytest.mark.parametrize("variable", PLACES)
def test_nothing_is_recorded_where_there_are_no_tables(variable: str) -> None:
    assert recorded(variable, {}).num_rows == 0


def test_a_stage_belongs_to_the_patient_of_its_condition() -> None:
    content = rows()
    content["cancer_condition"].append({"cancer_condition_id": 2, "patient_id": 2})
    content["cancer_stage"].append(
        {**content["cancer_stage"][0], "cancer_stage_id": 2, "cancer_condition_id": 2}
    )
    found = recorded("clinical_t", tables_of(content))
    assert found["owner"].to_pylist() == [1, 2]
