"""How the index is made, kept, replaced and left."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from caimera.cdm import PLACES
from caimera.cohort import And, Condition, Question, SomeSeries, parse
from caimera.node.sources import (
    CrateOrigin,
    DeadlinePassed,
    IndexedSource,
    IndexUnusable,
    OriginUnusable,
    SourceRelease,
)
from caimera.node.sources.building import ensured_index
from caimera.node.sources.layout import TABLES_READ, fingerprint
from caimera.vocabulary import VOCABULARY, Operator
from tests.node.crates import Holding, folder, random_holding


@pytest.fixture
def releases(tmp_path: Path) -> list[SourceRelease]:
    return [random_holding(number, patients=20).write(tmp_path / "crates") for number in (1, 2)]


@pytest.fixture
def source(tmp_path: Path) -> Iterator[IndexedSource]:
    made = IndexedSource(tmp_path / "index")
    yield made
    made.close()


def build(directory: Path, releases: list[SourceRelease]) -> Path:
    """Make sure of the index and leave it."""
    with ensured_index(directory, releases) as path:
        return path


def index_folders(directory: Path) -> set[str]:
    return {entry.name for entry in directory.iterdir()} - {"building.lock"}


def test_every_searchable_variable_is_read_for_the_index() -> None:
    assert {place.variable for place in PLACES.values()} == {each.name for each in VOCABULARY.variables}
    for place in PLACES.values():
        assert place.column in TABLES_READ[place.table]


def test_of_persons_the_index_reads_an_identifier_and_no_more() -> None:
    read = {column for columns in TABLES_READ.values() for column in columns}
    assert "patient_identifier" in read
    assert not read & {"birth_date", "study_uid", "series_uid", "study_date", "gender", "race", "ethnicity"}


def test_the_index_is_named_by_what_it_was_built_from(tmp_path: Path, releases: list[SourceRelease]) -> None:
    path = build(tmp_path / "index", releases)
    assert path.name == f"index-{fingerprint(releases)}"
    assert fingerprint(releases) == fingerprint(list(reversed(releases)))
    assert fingerprint(releases) != fingerprint(releases[:1])


def test_a_finished_index_is_used_again(tmp_path: Path, releases: list[SourceRelease]) -> None:
    path = build(tmp_path / "index", releases)
    written = path.stat().st_mtime_ns
    shutil.rmtree(folder(releases[0]))
    assert build(tmp_path / "index", releases) == path
    assert path.stat().st_mtime_ns == written


def test_another_set_of_releases_replaces_the_index(tmp_path: Path, releases: list[SourceRelease]) -> None:
    source = IndexedSource(tmp_path / "index")
    before = source.count(And(()), releases[:1], wait=30)
    after = source.count(And(()), releases, wait=30)
    source.close()
    assert after[0] == before[0]
    assert index_folders(tmp_path / "index") == {f"index-{fingerprint(releases)}"}


def test_what_a_killed_build_left_is_cleared_away(tmp_path: Path, releases: list[SourceRelease]) -> None:
    directory = tmp_path / "index"
    directory.mkdir()
    for name in (f"index-{fingerprint(releases)}.unfinished", "index-0000.unfinished"):
        (directory / name).mkdir()
        (directory / name / "study_rows.npy").write_bytes(b"half a file")
    path = build(directory, releases)
    assert index_folders(directory) == {path.name}


def test_builders_take_turns_and_share_the_result(tmp_path: Path, releases: list[SourceRelease]) -> None:
    with ThreadPoolExecutor(4) as pool:
        built = [pool.submit(build, tmp_path / "index", releases) for _ in range(4)]
        paths = {future.result() for future in built}
    assert len(paths) == 1
    assert index_folders(tmp_path / "index") == {path.name for path in paths}


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
        build(tmp_path / "index", releases)
    assert index_folders(tmp_path / "index") == set()


def test_a_missing_table_is_refused(tmp_path: Path, releases: list[SourceRelease]) -> None:
    (folder(releases[0]) / "tables" / "patient.parquet").unlink()
    with pytest.raises(OriginUnusable, match=r"patient.parquet cannot be read"):
        build(tmp_path / "index", releases)


def test_a_missing_crate_is_refused_with_what_to_do(tmp_path: Path, releases: list[SourceRelease]) -> None:
    shutil.rmtree(folder(releases[0]))
    with pytest.raises(OriginUnusable, match="Restore it or register it again"):
        build(tmp_path / "index", releases)


def test_another_crate_in_the_registered_ones_place_is_refused(
    tmp_path: Path, releases: list[SourceRelease]
) -> None:
    swapped = SourceRelease(releases[0].dataset_id, releases[0].digest, CrateOrigin(folder(releases[1])))
    with pytest.raises(OriginUnusable, match="not the registered one"):
        build(tmp_path / "index", [swapped])


def test_a_directory_that_cannot_be_written_is_reported(
    tmp_path: Path, releases: list[SourceRelease]
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(IndexUnusable, match="cannot be used"):
        build(tmp_path / "file" / "index", releases)


@pytest.mark.parametrize("name", ["directory.json", "study_rows.npy", "sex_values.npy"])
@pytest.mark.parametrize("damage", ["missing", "cut short", "something else"])
def test_a_damaged_index_is_reported(
    tmp_path: Path, source: IndexedSource, releases: list[SourceRelease], name: str, damage: str
) -> None:
    damaged = build(tmp_path / "index", releases) / name
    data = damaged.read_bytes()
    damaged.unlink()
    if damage != "missing":
        damaged.write_bytes(data[:-1] if damage == "cut short" else b"no array at all" * 100)
    with pytest.raises(IndexUnusable, match="may be deleted at any time"):
        source.count(And(()), releases, wait=30)


def test_an_open_index_cannot_be_changed(source: IndexedSource, releases: list[SourceRelease]) -> None:
    ((found,),) = source.sets([And(())], releases[:1], wait=30)
    with pytest.raises(ValueError, match="read-only"):
        found[0] = False


def test_some_of_the_releases_are_asked_without_building_anew(
    tmp_path: Path, source: IndexedSource, releases: list[SourceRelease]
) -> None:
    source.prepare(releases)
    both = source.count(And(()), releases, wait=30)
    assert source.count(And(()), releases[1:], wait=30) == both[1:]
    assert index_folders(tmp_path / "index") == {f"index-{fingerprint(releases)}"}


def test_preparing_fewer_releases_forgets_the_others(
    tmp_path: Path, source: IndexedSource, releases: list[SourceRelease]
) -> None:
    source.prepare(releases)
    source.prepare(releases[:1])
    assert index_folders(tmp_path / "index") == {f"index-{fingerprint(releases[:1])}"}


def test_what_is_asked_stays_readable_while_another_source_replaces_the_index(
    tmp_path: Path, source: IndexedSource, releases: list[SourceRelease]
) -> None:
    before = source.count(And(()), releases, wait=30)
    build(tmp_path / "index", releases[:1])
    assert source.count(And(()), releases, wait=30) == before


def test_no_time_left_means_no_answer(source: IndexedSource, releases: list[SourceRelease]) -> None:
    source.prepare(releases)
    with pytest.raises(DeadlinePassed):
        source.count(And(()), releases, wait=-1)
    assert source.count(And(()), releases, wait=30)


def test_a_question_that_takes_too_long_ends_at_its_next_step(
    source: IndexedSource, releases: list[SourceRelease]
) -> None:
    source.prepare(releases)
    endless = [SomeSeries(Condition("age_at_imaging", Operator.EQUALS, float(age))) for age in range(10**5)]
    with pytest.raises(DeadlinePassed):
        source.sets(endless, releases, wait=0.1)
    assert source.count(And(()), releases, wait=30)


class Held(list[Question]):
    """Questions that hold their place among those being counted until they are let go."""

    def __init__(self) -> None:
        super().__init__([And(())])
        self.in_place, self.go = threading.Event(), threading.Event()

    def __iter__(self) -> Iterator[Question]:
        self.in_place.set()
        self.go.wait(30)
        return super().__iter__()


def test_waiting_behind_another_question_counts_against_the_deadline(
    tmp_path: Path, releases: list[SourceRelease]
) -> None:
    source, held = IndexedSource(tmp_path / "index", threads=1), Held()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(source.sets, held, releases, wait=30)
        held.in_place.wait(30)
        with pytest.raises(DeadlinePassed):
            source.count(And(()), releases, wait=0.05)
        held.go.set()
        assert len(first.result()) == 1
    assert source.count(And(()), releases, wait=30)
    source.close()


def test_closing_ends_what_is_being_counted_and_what_waits(
    tmp_path: Path, releases: list[SourceRelease]
) -> None:
    source, held = IndexedSource(tmp_path / "index", threads=1), Held()
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(source.sets, held, releases, wait=30)]
        held.in_place.wait(30)
        asked.append(pool.submit(source.count, And(()), releases, wait=30))
        source.close()
        held.go.set()
        for future in asked:
            with pytest.raises(DeadlinePassed):
                future.result()


def test_identifiers_come_in_the_order_of_the_sets(tmp_path: Path, source: IndexedSource) -> None:
    holdings = [Holding(number) for number in (1, 2, 3)]
    for holding in holdings[:2]:
        for sex in ("male", "female", None, "male"):
            holding.add_series(holding.add_study(holding.add_patient(sex=sex)), modality="CT")
        holding.add_patient(sex="male")
    releases = [holding.write(tmp_path) for holding in holdings]
    ((first, second, third),) = source.sets([parse("sex = male")], releases, wait=30)
    assert [source.patients(release) for release in releases] == [
        ("1-000001", "1-000002", "1-000003", "1-000004"),
        ("2-000001", "2-000002", "2-000003", "2-000004"),
        (),
    ]
    assert first.tolist() == second.tolist() == [True, False, False, True]
    assert third.tolist() == []


def test_identifiers_may_be_any_text(tmp_path: Path, source: IndexedSource) -> None:
    holding = Holding(1)
    for identifier in ("Ærø-Ж/1", "漢字 2"):
        holding.add_series(holding.add_study(holding.add_patient(identifier=identifier)), modality="CT")
    assert source.patients(holding.write(tmp_path)) == ("Ærø-Ж/1", "漢字 2")


def test_before_data_are_prepared_the_whole_vocabulary_is_offered(source: IndexedSource) -> None:
    assert set(source.capabilities()) == {variable.name for variable in VOCABULARY.variables}


def test_what_is_offered_is_what_the_data_record(tmp_path: Path, source: IndexedSource) -> None:
    holding = Holding(1)
    patient = holding.add_patient(sex="male")
    holding.record(patient, psa=4.5)
    holding.add_series(holding.add_study(patient, age=60), modality="CT")
    source.prepare([holding.write(tmp_path)])
    assert set(source.capabilities()) == {"sex", "psa", "age_at_imaging", "has_segmentation", "modality"}
    assert Operator.BETWEEN in source.capabilities()["psa"]
    assert Operator.BETWEEN not in source.capabilities()["modality"]


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
