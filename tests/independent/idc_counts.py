"""What the index itself says, counted without a line of the project's code.

The rules of the demo's data (README of `caimera.demo.idc`) are written here a second time, in SQL, so
that an error in the loader, in a source or on the way shows as a difference. Nothing of the project may
be imported here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

import duckdb

QUESTION = "modality = CT and body_part = chest and sex = male and age_at_imaging between 40 and 70"
"""The question `counts` answers when nothing else is asked."""

CHEST = ("CHEST", "THORAX", "CHEST (THORAX) W", "TH CT CHEST WO C")
"""Every spelling in the index that says chest and nothing more."""


@dataclass(frozen=True)
class Counts:
    """How many patients, studies and series of one collection fit."""

    subjects: int
    studies: int
    series: int


_COUNT = """
WITH human AS (
    SELECT collection_id, PatientID, StudyInstanceUID, Modality, BodyPartExamined, PatientSex,
        upper(PatientAge) AS age
    FROM read_parquet($series)
    WHERE collection_id IN (SELECT collection_id FROM read_parquet($collections) WHERE species LIKE '%Human%')
),
sexes AS (
    SELECT collection_id, PatientID, min(PatientSex) AS sex
    FROM human
    WHERE PatientSex IN ('F', 'M', 'O')
    GROUP BY ALL
    HAVING count(DISTINCT PatientSex) = 1
),
readable AS (
    SELECT collection_id, PatientID, StudyInstanceUID, age[4] AS unit, age[:3]::INTEGER AS number
    FROM human
    WHERE regexp_full_match(age, '[0-9]{3}[DWMY]') AND age <> '000Y'
),
in_years AS (
    SELECT collection_id, PatientID, StudyInstanceUID,
        CASE unit
            WHEN 'Y' THEN number
            WHEN 'M' THEN number // 12
            WHEN 'W' THEN floor(number * 7 / 365.25)
            ELSE floor(number / 365.25)
        END AS years
    FROM readable
),
ages AS (
    SELECT collection_id, PatientID, StudyInstanceUID, min(years) AS years
    FROM in_years
    WHERE years <= 120
    GROUP BY ALL
    HAVING count(DISTINCT years) = 1
)
SELECT collection_id,
    count(DISTINCT PatientID),
    count(DISTINCT (PatientID, StudyInstanceUID)),
    count(*)
FROM human
JOIN sexes USING (collection_id, PatientID)
JOIN ages USING (collection_id, PatientID, StudyInstanceUID)
WHERE Modality = $modality
    AND list_contains($body_parts, BodyPartExamined)
    AND sex = $sex
    AND years BETWEEN $youngest AND $oldest
GROUP BY collection_id
"""


def counts(
    collection_ids: Collection[str] | None = None,
    *,
    modality: str = "CT",
    body_parts: Collection[str] = CHEST,
    sex: str = "M",
    ages: tuple[int, int] = (40, 70),
) -> dict[str, Counts]:
    """What fits, per human collection; collections in which nothing fits count zero.

    The conditions are raw values of the index; `ages` are completed years, both ends included. Without
    `collection_ids` all human collections are counted.
    """
    folder = index_folder()
    values = {
        "series": str(folder / "idc_index.parquet"),
        "collections": str(folder / "collections_index.parquet"),
        "modality": modality,
        "body_parts": list(body_parts),
        "sex": sex,
        "youngest": ages[0],
        "oldest": ages[1],
    }
    with duckdb.connect() as database:
        found = {name: Counts(*numbers) for name, *numbers in database.execute(_COUNT, values).fetchall()}
    wanted = titles() if collection_ids is None else collection_ids
    return {name: found.get(name, Counts(0, 0, 0)) for name in wanted}


def titles() -> dict[str, str]:
    """The title of every human collection by its identifier; no two share one."""
    path = str(index_folder() / "collections_index.parquet")
    with duckdb.connect() as database:
        rows = database.execute(
            "SELECT collection_id, collection_name FROM read_parquet(?) WHERE species LIKE '%Human%'", [path]
        ).fetchall()
    return dict(rows)


def index_folder() -> Path:
    """Where the installed package keeps the index."""
    return Path(str(distribution("idc-index-data").locate_file("idc_index_data")))
