"""How the index is made, kept, locked and left."""

from __future__ import annotations

import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest
from caimera.node.sources.compiling import Fragment

from caimera.cohort import And, parse
from caimera.node.sources import (
    CrateOrigin,
    DeadlinePassed,
    IndexedSource,
    IndexUnusable,
    OriginUnusable,
    SourceRelease,
)
from caimera.node.sources.building import ensure_index
from caimera.node.sources.index import Index
from caimera.node.sources.layout import COLUMNS, Storage, fingerprint, needed_columns
from caimera.vocabulary import VOCABULARY, Operator
from tests.node.crates import Holding, folder, random_holding


@pytest.fixture
def releases(tmp_path: Path) -> list[SourceRelease]:
    return [random_holding(number, patients=20).write(tmp_path / "crates") for number in (1, 2)]


ENDLESS = Fragment(
    "(SELECT count(*) FROM range(100000) AS a, range(100000) AS b WHERE a.range * b.range % 7 = ?) > 0", (3,)
)
"""A condition nobody waits for."""


def index_files(directory: Path) -> set[str]:
    return {file.name for file in directory.iterdir()} - {"building.lock"}


def test_every_searchable_variable_has_a_column_in_the_index() -> None:
    assert set(COLUMNS) == {variable.name for variable in VOCABULARY.variables}


def test_variables_with_several_values_are_held_as_combinations() -> None:
    several = {name for name, column in COLUMNS.items() if column.storage is Storage.COMBINATION}
    assert several == {variable.name for variable in VOCABULARY.variables if variable.multiple}


def test_no_identifier_of_a_person_is_read_into_the_index() -> None:
    read = {
        column for table in ("patient", "image_study", "image_series") for column in needed_columns(table)
    }
    assert not read & {"patient_identifier", "study_uid", "series_uid", "study_date"}


def test_the_index_is_named_by_what_it_was_built_from(tmp_path: Path, releases: list[SourceRelease]) -> None:
    path = ensure_index(tmp_path / "index", releases, threads=1)
    assert path.name == f"series-{fingerprint(releases)}.duckdb"
    assert fingerprint(releases) == fingerprint(list(reversed(releases)))
    assert fingerprint(releases) != fingerprint(releases[:1])


def test_a_finished_index_is_used_again(tmp_path: Path, releases: list[SourceRelease]) -> None:
    path = ensure_index(tmp_path / "index", releases, threads=1)
    written = path.stat().st_mtime_ns
    shutil.rmtree(folder(releases[0]))
    assert ensure_index(tmp_path / "index", releases, threads=1) == path
    assert path.stat().st_mtime_ns == written


def test_another_set_of_releases_replaces_the_index(tmp_path: Path, releases: list[SourceRelease]) -> None:
    source = IndexedSource(tmp_path / "index")
    before = source.count(And(()), releases[:1], wait=30)
    after = source.count(And(()), releases, wait=30)
    source.close()
    assert after[0] == before[0]
    assert index_files(tmp_path / "index") == {f"series-{fingerprint(releases)}.duckdb"}


def test_what_a_killed_build_left_is_cleared_away(tmp_path: Path, releases: list[SourceRelease]) -> None:
    directory = tmp_path / "index"
    directory.mkdir()
    (directory / f"series-{fingerprint(releases)}.unfinished").write_bytes(b"half a file")
    (directory / "series-0000.unfinished").write_bytes(b"half of another")
    path = ensure_index(directory, releases, threads=1)
    assert index_files(directory) == {path.name}


def test_builders_take_turns_and_share_the_result(tmp_path: Path, releases: list[SourceRelease]) -> None:
    with ThreadPoolExecutor(4) as pool:
        built = [pool.submit(ensure_index, tmp_path / "index", releases, threads=1) for _ in range(4)]
        paths = {future.result() for future in built}
    assert len(paths) == 1
    assert index_files(tmp_path / "index") == {path.name for path in paths}


def test_two_sources_read_one_index(tmp_path: Path, releases: list[SourceRelease]) -> None:
    sources = [IndexedSource(tmp_path / "index"), IndexedSource(tmp_path / "index")]
    first, second = (source.count(parse("modality = CT"), releases, wait=30) for source in sources)
    for source in sources:
        source.close()
    assert first == second


def test_many_threads_ask_one_source(tmp_path: Path, releases: list[SourceRelease]) -> None:
    source = IndexedSource(tmp_path / "index")
    asked = [parse("modality = CT"), parse("sex = male"), And(())] * 8
    expected = [source.count(question, releases, wait=30) for question in asked]
    with ThreadPoolExecutor(8) as pool:
        counted = list(pool.map(lambda question: source.count(question, releases, wait=30), asked))
    source.close()
    assert counted == expected


@pytest.mark.parametrize("table", ["image_series", "dataset"])
def test_a_changed_table_is_refused_and_nothing_is_left(
    tmp_path: Path, releases: list[SourceRelease], table: str
) -> None:
    damaged = folder(releases[1]) / "tables" / f"{table}.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    with pytest.raises(OriginUnusable, match=f"{table}.parquet was changed"):
        ensure_index(tmp_path / "index", releases, threads=1)
    assert index_files(tmp_path / "index") == set()


def test_a_missing_table_is_refused(tmp_path: Path, releases: list[SourceRelease]) -> None:
    (folder(releases[0]) / "tables" / "patient.parquet").unlink()
    with pytest.raises(OriginUnusable, match=r"patient.parquet cannot be read"):
        ensure_index(tmp_path / "index", releases, threads=1)


def test_a_missing_crate_is_refused_with_what_to_do(tmp_path: Path, releases: list[SourceRelease]) -> None:
    shutil.rmtree(folder(releases[0]))
    with pytest.raises(OriginUnusable, match="Restore it or register it again"):
        ensure_index(tmp_path / "index", releases, threads=1)


def test_another_crate_in_the_registered_ones_place_is_refused(
    tmp_path: Path, releases: list[SourceRelease]
) -> None:
    swapped = SourceRelease(releases[0].dataset_id, releases[0].digest, CrateOrigin(folder(releases[1])))
    with pytest.raises(OriginUnusable, match="not the registered one"):
        ensure_index(tmp_path / "index", [swapped], threads=1)


def test_a_directory_that_cannot_be_written_is_reported(
    tmp_path: Path, releases: list[SourceRelease]
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(IndexUnusable, match="cannot be used"):
        ensure_index(tmp_path / "file" / "index", releases, threads=1)


def test_a_damaged_index_is_reported(tmp_path: Path, releases: list[SourceRelease]) -> None:
    path = ensure_index(tmp_path / "index", releases, threads=1)
    path.write_bytes(b"no database at all" * 1000)
    source = IndexedSource(tmp_path / "index")
    with pytest.raises(IndexUnusable, match="may be deleted at any time"):
        source.count(And(()), releases, wait=30)
    source.close()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE more (a INTEGER)",
        "DELETE FROM series",
        "SELECT * FROM read_parquet('{crate}/tables/patient.parquet')",
        "SELECT * FROM read_text('/etc/passwd')",
        "COPY series TO '{index}.csv'",
        "ATTACH '{index}.other' AS other",
        "SET threads = 64",
        "SET enable_external_access = true",
        "INSTALL httpfs",
    ],
)
def test_an_open_index_can_be_read_and_nothing_else(
    tmp_path: Path, releases: list[SourceRelease], statement: str
) -> None:
    path = ensure_index(tmp_path / "index", releases, threads=1)
    index = Index(path, threads=1)
    with pytest.raises(duckdb.Error):
        index._connection.execute(statement.format(crate=folder(releases[0]), index=path))
    index.close()


def test_no_time_left_means_no_answer(tmp_path: Path, releases: list[SourceRelease]) -> None:
    source = IndexedSource(tmp_path / "index", threads=1)
    source.prepare(releases)
    with pytest.raises(DeadlinePassed):
        source.count(And(()), releases, wait=-1)
    assert source.count(And(()), releases, wait=30)
    source.close()


def test_counting_ends_at_the_deadline_and_the_thread_is_free_again(
    tmp_path: Path, releases: list[SourceRelease]
) -> None:
    index = Index(ensure_index(tmp_path / "index", releases, threads=1), threads=1)
    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(DeadlinePassed):
            index.count(ENDLESS, pool=pool, wait=0.2)
        assert index.count(Fragment("TRUE"), pool=pool, wait=30)
    index.close()


def test_closing_ends_what_is_being_counted_and_what_waits(
    tmp_path: Path, releases: list[SourceRelease]
) -> None:
    path = ensure_index(tmp_path / "index", releases, threads=1)
    index, pool = Index(path, threads=1), ThreadPoolExecutor(1)
    with ThreadPoolExecutor(2) as askers:
        asked = [askers.submit(index.count, ENDLESS, pool=pool, wait=60) for _ in range(2)]
        while not pool._work_queue.qsize():
            time.sleep(0.01)
        pool.shutdown(wait=False, cancel_futures=True)
        index.close()
        for future in asked:
            with pytest.raises(DeadlinePassed):
                future.result()


def test_waiting_behind_another_question_counts_against_the_deadline(
    tmp_path: Path, releases: list[SourceRelease]
) -> None:
    index = Index(ensure_index(tmp_path / "index", releases, threads=1), threads=1)
    busy = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(busy.wait)
        with pytest.raises(DeadlinePassed):
            index.count(Fragment("TRUE"), pool=pool, wait=0.05)
        busy.set()
    index.close()


def test_a_failing_count_is_reported_as_the_index_failing(
    tmp_path: Path, releases: list[SourceRelease]
) -> None:
    index = Index(ensure_index(tmp_path / "index", releases, threads=1), threads=1)
    with ThreadPoolExecutor(1) as pool, pytest.raises(IndexUnusable):
        index.count(Fragment("no_such_column = ?", (1,)), pool=pool, wait=30)
    index.close()


def test_capabilities_are_the_variables_with_their_operators(tmp_path: Path) -> None:
    source = IndexedSource(tmp_path / "index")
    capabilities = source.capabilities()
    source.close()
    assert Operator.BETWEEN in capabilities["age_at_imaging"]
    assert Operator.BETWEEN not in capabilities["modality"]


def test_an_index_without_datasets_counts_nothing(tmp_path: Path) -> None:
    source = IndexedSource(tmp_path / "index")
    assert source.count(And(()), [], wait=30) == ()
    source.close()


def test_a_source_nobody_asked_closes(tmp_path: Path) -> None:
    source = IndexedSource(tmp_path / "index")
    source.close()
    assert not (tmp_path / "index").exists()


def test_a_dataset_without_series_counts_zero(tmp_path: Path) -> None:
    holding = Holding(7)
    holding.add_patient(sex="female")
    source = IndexedSource(tmp_path / "index")
    (count,) = source.count(And(()), [holding.write(tmp_path)], wait=30)
    source.close()
    assert (count.subjects, count.studies, count.series) == (0, 0, 0)
