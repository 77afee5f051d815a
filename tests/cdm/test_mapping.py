from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caimera.cdm import (
    ColumnMapping,
    Decision,
    MappingTableError,
    Outcome,
    Spelling,
    Type,
    coded_mapping,
    read_decisions,
    settle,
)
from tests.cdm.samples import code

TABLE = """\
raw,outcome,value,reason
F,mapped,female,
W,mapped,FEMALE,German
0000,implausible,,a number
U,missing,,said to be unknown
"""


def write_table(folder: Path, text: str) -> Path:
    path = folder / "sexes.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_each_spelling_gets_its_value_and_its_fate(tmp_path: Path) -> None:
    mapping = coded_mapping("sex", write_table(tmp_path, TABLE))
    mapped = mapping.apply(pa.array(["F", " F ", "W", None, "0000", "U", "Z", "  ", "F"]))
    female = code("sex", "female")
    assert mapped.values.to_pylist() == [female, female, female, None, None, None, None, None, female]
    assert mapped.spellings == (
        Spelling("F", Outcome.MAPPED, "female", "", 3),
        Spelling("", Outcome.MISSING, "", "", 2),
        Spelling("0000", Outcome.IMPLAUSIBLE, "", "a number", 1),
        Spelling("U", Outcome.MISSING, "", "said to be unknown", 1),
        Spelling("W", Outcome.MAPPED, "female", "German", 1),
        Spelling("Z", Outcome.UNMAPPED, "", "not listed in sexes.csv", 1),
    )


def test_dictionaries_and_chunks_are_read_like_plain_columns(tmp_path: Path) -> None:
    mapping = coded_mapping("sex", write_table(tmp_path, TABLE))
    plain = pa.array(["F", None, "Z"])
    chunked = pa.chunked_array([plain.slice(0, 1), plain.slice(1)])
    assert mapping.apply(plain.dictionary_encode()) == mapping.apply(plain)
    assert mapping.apply(chunked) == mapping.apply(plain)


def test_numbers_share_a_line_of_the_report() -> None:
    def decide(raw: str) -> Decision:
        return Decision(Outcome.MAPPED, int(raw), shown_as="a number")

    mapped = ColumnMapping("age_at_imaging", decide, Type.INTEGER).apply(pa.array(["1", "2", "2"]))
    assert mapped.values.to_pylist() == [1, 2, 2]
    assert mapped.spellings == (Spelling("a number", Outcome.MAPPED, count=3),)


def test_an_empty_column_maps_to_an_empty_column(tmp_path: Path) -> None:
    mapped = coded_mapping("sex", write_table(tmp_path, TABLE)).apply(pa.array([], pa.string()))
    assert (mapped.values.to_pylist(), mapped.spellings) == ([], ())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("raw,value\nF,female\n", "first line must be raw,outcome,value,reason"),
        ("raw,outcome,value,reason\nF,mapped,femail,\n", "line 2"),
        ("raw,outcome,value,reason\nF,mapped,female,\nF,mapped,female,\n", "line 3: 'F' is listed twice"),
        ("raw,outcome,value,reason\nF,guessed,female,\n", "the outcome is one of mapped"),
        ("raw,outcome,value,reason\nF,implausible,,\n", "a reason why"),
        ("raw,outcome,value,reason\nF,implausible,female,why\n", "has no value"),
    ],
)
def test_a_bad_table_says_where_and_what(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(MappingTableError, match=problem):
        read_decisions("sex", write_table(tmp_path, text))


def test_one_distinct_value_stands_and_two_contradict() -> None:
    groups = pa.array([1, 1, 1, 2, 2, 3, 4])
    values = pa.array(["x", None, "x", "x", "y", None, "y"])
    settled = settle(groups, values)
    assert settled.values.to_pylist() == ["x", None, None, "y"]
    assert (settled.recorded, settled.contradictory, settled.not_recorded) == (2, 1, 1)


@given(st.lists(st.tuples(st.integers(1, 5), st.one_of(st.none(), st.integers(0, 2))), max_size=40))
def test_settling_agrees_with_looking_at_each_group(pairs: list[tuple[int, int | None]]) -> None:
    pairs.sort(key=lambda pair: pair[0])
    given_values: dict[int, set[int]] = {}
    for group, value in pairs:
        given_values.setdefault(group, set()).update([] if value is None else [value])
    settled = settle(
        pa.array([group for group, _ in pairs], pa.int32()),
        pa.array([value for _, value in pairs], pa.int32()),
    )
    assert settled.values.to_pylist() == [
        min(values) if len(values) == 1 else None for values in given_values.values()
    ]
    assert settled.contradictory == sum(len(values) > 1 for values in given_values.values())
    assert settled.not_recorded == sum(not values for values in given_values.values())
