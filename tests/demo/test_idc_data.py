"""All 164 crates of the real index, held against counts that share no code with them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from caimera.cdm import ColumnMapping
from caimera.crate import Crate, open_crate, verify
from caimera.demo.idc import build_crates, installed_index
from caimera.demo.idc.readings import BODY_PART, MANUFACTURER, SEX
from caimera.vocabulary import VOCABULARY
from tests.independent import idc_counts

pytestmark = pytest.mark.data

NODES = {
    "trials": ("nci_trials", "nctn"),
    "genomics": ("tcga", "cptac", "cgci", "hcmi", "apollo", "ccdi", "htan", "midi", "cddp_eagle"),
    "community": ("*",),
}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Path]]:
    """The crates of every node."""
    home = tmp_path_factory.mktemp("idc home")
    return build_crates(home=home, nodes=NODES, signers=None, progress=lambda done, total, title: None)


@pytest.fixture(scope="session")
def crates(built: Mapping[str, list[Path]]) -> Mapping[str, Crate]:
    """Every crate by collection."""
    return {path.name: open_crate(path) for paths in built.values() for path in paths}


def counted(
    crates: Mapping[str, Crate], *, modality: str, body_part: str, sex: str, ages: tuple[int, int]
) -> dict[str, idc_counts.Counts]:
    """What fits, from each crate's own tables."""
    codes = [
        VOCABULARY.variable(variable).value(word).code
        for variable, word in (("modality", modality), ("body_part", body_part), ("sex", sex))
    ]
    asked = {
        **dict(zip(("modality", "body_part", "sex"), codes, strict=True)),
        "youngest": ages[0],
        "oldest": ages[1],
    }
    found = {}
    with duckdb.connect(config={"threads": 1}) as database:
        for name, crate in crates.items():
            tables = {table: str(crate.table(table)) for table in ("image_series", "image_study", "patient")}
            numbers = database.execute(_COUNT, {**tables, **asked}).fetchone()
            found[name] = idc_counts.Counts(*(numbers or ()))
    return found


_COUNT = """
SELECT count(DISTINCT patient_id), count(DISTINCT study_id), count(*)
FROM read_parquet($image_series) AS series
JOIN read_parquet($image_study) AS study USING (study_id)
JOIN read_parquet($patient) AS patient USING (patient_id)
WHERE modality = $modality AND body_part = $body_part AND birth_sex = $sex
    AND age_at_imaging BETWEEN $youngest AND $oldest
"""


def test_each_node_holds_its_collections_some_open_and_some_protected(
    built: Mapping[str, list[Path]], crates: Mapping[str, Crate]
) -> None:
    assert {node: len(paths) for node, paths in built.items()} == {
        "trials": 10,
        "genomics": 61,
        "community": 93,
    }
    for paths in built.values():
        assert {crates[path.name].description.policy_hint for path in paths} == {"open", "protected"}


def test_every_crate_is_sound_and_titled_as_in_the_index(crates: Mapping[str, Crate]) -> None:
    assert {name: crate.description.title for name, crate in crates.items()} == idc_counts.titles()
    assert [name for name, crate in crates.items() if verify(crate.path)] == []


def test_the_question_of_the_walk_counts_the_same_from_the_index(crates: Mapping[str, Crate]) -> None:
    expected = idc_counts.counts()
    found = counted(crates, modality="CT", body_part="chest", sex="male", ages=(40, 70))
    assert found == expected
    assert sum(counts.series for counts in expected.values()) > 1000


@pytest.mark.parametrize(
    ("modality", "body_part", "raw", "sex", "raw_sex", "ages"),
    [
        ("MR", "breast", ("BREAST", "Left Breast", "Right Breast"), "female", "F", (30, 50)),
        ("PT", "whole_body", ("WHOLEBODY", "BODY"), "male", "M", (0, 130)),
        ("CT", "abdomen", ("ABDOMEN", "BD CT ABD WO_W C"), "other", "O", (0, 40)),
        ("CT", "chest_abdomen_pelvis", ("CHESTABDPELVIS",), "female", "F", (0, 1)),
    ],
)
def test_other_questions_count_the_same_too(
    crates: Mapping[str, Crate],
    modality: str,
    body_part: str,
    raw: tuple[str, ...],
    sex: str,
    raw_sex: str,
    ages: tuple[int, int],
) -> None:
    expected = idc_counts.counts(modality=modality, body_parts=raw, sex=raw_sex, ages=ages)
    found = counted(crates, modality=modality, body_part=body_part, sex=sex, ages=ages)
    assert found == expected


def test_no_row_is_lost_and_dates_are_told_shifted(crates: Mapping[str, Crate]) -> None:
    files = {
        name: [str(crate.table(name)) for crate in crates.values()]
        for name in ("patient", "image_study", "image_series")
    }
    with duckdb.connect() as database:
        rows = {
            name: database.execute("SELECT count(*) FROM read_parquet(?)", [paths]).fetchall()[0][0]
            for name, paths in files.items()
        }
        shifted = database.execute(
            "SELECT title FROM read_parquet(?) WHERE dates_shifted ORDER BY title",
            [[str(crate.table("dataset")) for crate in crates.values()]],
        ).fetchall()
    assert rows == {"patient": 85_592, "image_study": 165_075, "image_series": 1_036_548}
    assert ("COVID-19-NY-SBU",) in shifted
    assert ("TCGA-LUAD",) not in shifted


@pytest.mark.parametrize(
    ("column", "reading"),
    [("Manufacturer", MANUFACTURER), ("BodyPartExamined", BODY_PART), ("PatientSex", SEX)],
)
def test_every_spelling_in_the_index_has_a_line_in_its_table(column: str, reading: ColumnMapping) -> None:
    path = str(installed_index().folder / "idc_index.parquet")
    with duckdb.connect() as database:
        rows = database.execute(f"SELECT DISTINCT {column} FROM read_parquet(?) WHERE {column} <> ''", [path])
        spellings = [row[0] for row in rows.fetchall()]
    assert len(spellings) > 5
    assert [spelling for spelling in spellings if "not listed" in reading.decide(spelling).reason] == []
