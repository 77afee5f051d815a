"""The demo's clinical database: filled whole or not at all, read by a role that can only read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from caimera.cdm import TABLES
from caimera.demo.clinical import DATABASE, READER, datasets_held, filling
from caimera.demo.clinical.database import clinical_tables
from caimera.demo.postgres import Cluster
from caimera.node.sources import DatabaseOrigin
from tests.demo.clinical.samples import made

DATASETS = [
    made("Prostate Cancer", "Prostate", patients=30, name="a"),
    made("Phantom", "Phantom", patients=3, name="b"),
    made("Breast Cancer", "Breast", patients=20, name="c"),
]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    running = Cluster(tmp_path_factory.mktemp("a cluster") / "postgres")
    running.start()
    running.ensure_database(DATABASE)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def filled(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Filled twice, as after a start that was cut short; the list of what it holds."""
    list_at = tmp_path_factory.mktemp("home") / "held.json"
    for _ in range(2):
        with filling(cluster.url(DATABASE), list_at) as keep:
            for dataset in DATASETS:
                keep(dataset)
    return list_at


def test_every_dataset_is_read_back_as_it_was_made(cluster: Cluster, filled: Path) -> None:
    for dataset in DATASETS:
        dataset_id = dataset.description.dataset_id
        origin = DatabaseOrigin(
            "clinical", dataset_id, str(dataset_id), lambda: cluster.url(DATABASE, READER)
        )
        _, read = origin.snapshot()
        for name, expected in clinical_tables(dataset).items():
            keyed = TABLES[name].key if name not in {"dataset", "patient"} else ""
            kept = [
                column
                for column in expected.column_names
                if column not in {keyed, *(key.column for key in TABLES[name].foreign_keys)}
            ]
            assert read[name].select(kept).to_pylist() == expected.select(kept).to_pylist(), name


def test_the_list_says_what_the_database_holds(filled: Path) -> None:
    held = datasets_held(filled)
    assert [UUID(each.dataset_id) for each in held] == [one.description.dataset_id for one in DATASETS]
    assert {(each.version, each.policy) for each in held} == {("v25", "open")}


def test_the_reader_can_only_read(cluster: Cluster, filled: Path) -> None:
    with psycopg.connect(cluster.url(DATABASE, READER)) as connection:
        assert connection.execute("SELECT count(*) FROM eucaim_cdm_output.patient").fetchone() == (53,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM eucaim_cdm_output.patient")


def test_a_filling_cut_short_leaves_what_was_there(cluster: Cluster, filled: Path) -> None:
    def cut_short() -> None:
        with filling(cluster.url(DATABASE), filled) as keep:
            keep(DATASETS[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cut_short()
    assert len(datasets_held(filled)) == 3
    with psycopg.connect(cluster.url(DATABASE)) as connection:
        assert connection.execute("SELECT count(*) FROM eucaim_cdm_output.dataset").fetchone() == (3,)
