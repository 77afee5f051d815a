"""A peer: the same questions in PostgreSQL, as CHAIMELEON's dataset service asks them.

Tables and statement are those of its `storage/eucaim_search.py` (github.com/chaimeleon-eu/dataset-service),
filled with what the node's crates record, with the indexes that fit these questions, analysed and warm.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from caimera.demo.postgres import Cluster
from caimera.node.sources import SourceRelease
from caimera.node.sources.layout import TABLES_READ

_TABLES = """
CREATE TABLE dataset (id text PRIMARY KEY, public boolean, draft boolean, invalidated boolean);
CREATE TABLE study (id integer PRIMARY KEY, subject_name text, sex text, age_in_days integer);
CREATE TABLE series (study_id integer, folder_name integer, modality text, body_part text,
    PRIMARY KEY (study_id, folder_name));
CREATE TABLE dataset_study (dataset_id text, study_id integer, PRIMARY KEY (dataset_id, study_id));
CREATE TABLE dataset_study_series (dataset_id text, study_id integer, series_folder_name integer,
    PRIMARY KEY (dataset_id, study_id, series_folder_name));
"""
_INDEXES = """
CREATE INDEX ON series (modality, body_part, study_id);
CREATE INDEX ON study (sex, age_in_days);
CREATE INDEX ON dataset_study (study_id);
ANALYZE;
"""
_SEARCH = """
SELECT dataset.id, COUNT(study.id), COUNT(DISTINCT study.subject_name)
FROM dataset, dataset_study, study
WHERE dataset.id = dataset_study.dataset_id AND dataset_study.study_id = study.id
  AND dataset.public = true AND dataset.draft = false AND dataset.invalidated = false
  AND {studies} EXISTS (
    SELECT series.folder_name FROM dataset_study_series, series
    WHERE dataset_study_series.dataset_id = dataset_study.dataset_id
      AND dataset_study_series.study_id = dataset_study.study_id
      AND series.study_id = dataset_study_series.study_id
      AND series.folder_name = dataset_study_series.series_folder_name
      AND series.modality = 'DCM:CT' AND series.body_part = 'SCT:816094009')
GROUP BY dataset.id
"""
_OF_STUDIES = "study.sex = 'SCT:248153007' AND study.age_in_days BETWEEN 40 * 365 AND 70 * 365 AND"
SEARCHES = {
    "four conditions": _SEARCH.format(studies=_OF_STUDIES),
    "CT and chest": _SEARCH.format(studies=""),
}
"""The statements of `measuring.QUESTIONS`."""


@contextmanager
def peer(home: Path, releases: Sequence[SourceRelease]) -> Iterator[psycopg.Connection]:
    """A connection to the peer, whose tables are made where they are not there yet."""
    cluster = Cluster(home / "postgres")
    cluster.start()
    try:
        cluster.ensure_database("peer")
        with psycopg.connect(cluster.url("peer")) as connection:
            if not connection.execute("SELECT to_regclass('dataset')").fetchone()[0]:
                _load(connection, releases)
            connection.execute("SET work_mem = '128MB'")
            yield connection
    finally:
        cluster.stop()


def _load(connection: psycopg.Connection, releases: Sequence[SourceRelease]) -> None:
    connection.execute(_TABLES)
    studies = series = 0
    for release in releases:
        tables = release.read(TABLES_READ)
        for name, rows in _rows(release, tables, studies, series).items():
            _copy(connection, name, rows)
        studies += len(tables["image_study"])
        series += len(tables["image_series"])
    connection.execute(_INDEXES)
    connection.commit()


def _rows(
    release: SourceRelease, tables: dict[str, pa.Table], studies_before: int, series_before: int
) -> dict[str, pa.Table]:
    """One dataset in the peer's tables; studies and series are numbered on."""
    patient, study, series = (tables[name] for name in ("patient", "image_study", "image_series"))
    whose = pc.index_in(study["patient_id"], value_set=patient["patient_id"].combine_chunks())
    study_id = pc.add(study["study_id"], studies_before)
    of_series = pc.add(series["study_id"], studies_before)
    folder = pc.add(series["series_id"], series_before)
    dataset = str(release.dataset_id)
    return {
        "dataset": pa.table({"id": [dataset], "public": [True], "draft": [False], "invalidated": [False]}),
        "study": pa.table(
            {
                "id": study_id,
                "subject_name": patient["patient_identifier"].take(whose),
                "sex": patient["birth_sex"].take(whose),
                "age_in_days": pc.multiply(study["age_at_imaging"], 365),
            }
        ),
        "series": pa.table(
            {
                "study_id": of_series,
                "folder_name": folder,
                "modality": series["modality"],
                "body_part": series["body_part"],
            }
        ),
        "dataset_study": pa.table({"dataset_id": pa.repeat(dataset, len(study)), "study_id": study_id}),
        "dataset_study_series": pa.table(
            {
                "dataset_id": pa.repeat(dataset, len(series)),
                "study_id": of_series,
                "series_folder_name": folder,
            }
        ),
    }


def _copy(connection: psycopg.Connection, name: str, rows: pa.Table) -> None:
    text = io.BytesIO()
    csv.write_csv(rows, text, csv.WriteOptions(include_header=False))
    with connection.cursor().copy(f"COPY {name} FROM STDIN (FORMAT csv)") as copy:
        copy.write(text.getbuffer())
