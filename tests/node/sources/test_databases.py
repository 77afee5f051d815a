"""Reading a dataset from a real PostgreSQL database in the EUCAIM layout."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest

from caimera.cdm import TABLES, check
from caimera.node.sources import DatabaseOrigin, OriginUnusable
from tests.cdm.samples import DATASET_ID, code, rows, sound_tables, tables_of
from tests.node.clinical import ClinicalDatabase, clinical_database
from tests.node.crates import random_holding

ID = UUID(DATASET_ID)
PASSWORD = "hush-hush"


@pytest.fixture
def database() -> Iterator[ClinicalDatabase]:
    """A database with the sample dataset."""
    with clinical_database() as made:
        made.load(sound_tables())
        yield made


@pytest.fixture
def empty() -> Iterator[ClinicalDatabase]:
    """A database with the layout and nothing in it."""
    with clinical_database() as made:
        yield made


def test_what_was_loaded_is_read(database: ClinicalDatabase) -> None:
    _, tables = database.origin(ID).snapshot()
    assert check(tables) == ()
    for name, loaded in sound_tables().items():
        assert tables[name].select(loaded.column_names).to_pylist() == loaded.to_pylist(), name
    assert all(tables[name].schema.types == table.schema.types for name, table in TABLES.items())


def test_a_psa_of_a_thousand_and_a_hundredth_survive(database: ClinicalDatabase) -> None:
    _, tables = database.origin(ID).snapshot()
    assert tables["tumor_marker_test"]["value_as_number"].to_pylist()[:2] == [1043.5, 0.04]


def test_a_crate_and_a_database_of_the_same_data_give_the_same_tables(
    empty: ClinicalDatabase, tmp_path_factory: pytest.TempPathFactory
) -> None:
    holding = random_holding(1, patients=30)
    holding.record(1, psa=4.5, er_status="positive", clinical_t="cT2a", topography="C61.9")
    written = holding.write(tmp_path_factory.mktemp("crates"))
    empty.load(holding.tables())
    wanted = {name: table.schema.names for name, table in TABLES.items()}
    crate, database = written.read(wanted), empty.release(holding.dataset_id).read(wanted)
    assert {name: table.to_pylist() for name, table in database.items()} == {
        name: table.to_pylist() for name, table in crate.items()
    }


def test_one_dataset_of_several_is_read(empty: ClinicalDatabase) -> None:
    first, second = random_holding(1, patients=5), random_holding(2, patients=7)
    tables = [holding.tables() for holding in (first, second)]
    for number, given in enumerate(tables):
        identifiers = [f"{number}/{name}" for name in given["patient"]["patient_identifier"].to_pylist()]
        given["patient"] = given["patient"].set_column(2, "patient_identifier", [identifiers])
    empty.load(*tables)
    _, read = empty.origin(second.dataset_id).snapshot()
    assert check(read) == ()
    assert {name: len(table) for name, table in read.items() if len(table)} == {
        name: len(table) for name, table in tables[1].items() if len(table)
    }


def test_only_the_columns_wanted_are_given(database: ClinicalDatabase) -> None:
    wanted = {"patient": ["patient_id", "birth_sex"], "radiotherapy": ["treatment_id"], "procedure": ["code"]}
    read = database.release(ID).read(wanted)
    assert {name: table.column_names for name, table in read.items()} == wanted
    assert read["patient"]["birth_sex"].to_pylist() == [code("sex", "male"), None]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE eucaim_cdm_output.tumor_marker_test SET tumor_marker_test_category = 'x'",
        "DELETE FROM eucaim_cdm_output.image_series WHERE series_id = 2",
        "INSERT INTO eucaim_cdm_output.procedure (cancer_condition_id) VALUES (1)",
        "UPDATE eucaim_cdm_output.patient SET patient_race = ''",
    ],
)
def test_data_that_changed_since_the_release_are_refused(database: ClinicalDatabase, change: str) -> None:
    release = database.release(ID)
    wanted = {"image_series": ["series_id"]}
    assert release.read(wanted)
    database.run(change)
    with pytest.raises(OriginUnusable, match=r"Its data changed since .* Release a new version\."):
        release.read(wanted)


def test_another_datasets_changes_do_not_matter(empty: ClinicalDatabase) -> None:
    empty.load(sound_tables())
    release = empty.release(ID)
    empty.run(
        "INSERT INTO eucaim_cdm_output.dataset (dataset_id, dataset_title) VALUES ('other', 'Other')",
        "INSERT INTO eucaim_cdm_output.patient (patient_id, dataset_id) VALUES ('X', 'other')",
        "INSERT INTO eucaim_cdm_output.lab_test_result (patient_id) VALUES ('X')",
    )
    assert release.read({"patient": ["patient_id"]})["patient"].num_rows == 2


def test_the_columns_own_types_do_not_matter(database: ClinicalDatabase) -> None:
    before = database.release(ID)
    database.run(
        "ALTER TABLE eucaim_cdm_output.tumor_marker_test"
        " ALTER tumor_marker_test_as_number TYPE numeric(12, 4)",
        "ALTER TABLE eucaim_cdm_output.image_series ALTER series_modality TYPE varchar(70)",
        "ALTER TABLE eucaim_cdm_output.image_study ALTER age_at_imaging TYPE smallint",
    )
    assert database.release(ID).digest == before.digest


def test_codes_in_other_spellings_are_read_as_the_models(empty: ClinicalDatabase) -> None:
    content = rows()
    content["patient"][0]["birth_sex"] = "COM1001366"
    content["tumor_marker_test"][0]["code"] = "EUCAIM:CLIN1033410"
    content["tumor_observation"][0]["value_as_concept"] = "IMG1005484"
    content["cancer_condition"][0]["topography"] = "C34.1"
    empty.load(tables_of(content))
    _, tables = empty.origin(ID).snapshot()
    assert check(tables) == ()
    assert tables["patient"]["birth_sex"].to_pylist()[0] == code("sex", "male")
    assert tables["tumor_marker_test"]["code"].to_pylist()[:2] == ["CLIN1033410"] * 2
    assert tables["tumor_observation"]["value_as_concept"].to_pylist() == [code("pi_rads", "pi_rads_4")]
    assert tables["cancer_condition"]["topography"].to_pylist() == [code("topography", "C34.1")]


def test_texts_of_every_kind_come_through(empty: ClinicalDatabase) -> None:
    content = rows()
    texts = ['a "quoted", word', "two\nlines\r\nand\ttabs", "", "ü\\.", None, "NULL"]
    content["image_series"] = [
        {"series_id": number, "study_id": 1, "series_uid": f"1.{number}", "description": text}
        for number, text in enumerate(texts, 1)
    ]
    empty.load(tables_of(content))
    _, tables = empty.origin(ID).snapshot()
    assert tables["image_series"]["description"].to_pylist() == texts


def test_a_dataset_without_patients_is_empty(empty: ClinicalDatabase) -> None:
    empty.run(f"INSERT INTO eucaim_cdm_output.dataset (dataset_id, dataset_title) VALUES ('{ID}', 'Empty')")
    _, tables = empty.origin(ID).snapshot()
    assert check(tables) == ()
    assert [name for name, table in tables.items() if len(table)] == ["dataset"]


def test_a_layout_without_what_caimera_adds_is_read_and_the_imaging_drawn_from_its_series(
    empty: ClinicalDatabase,
) -> None:
    empty.run(
        *(
            f"ALTER TABLE eucaim_cdm_output.{table.name} DROP COLUMN {column.stored} CASCADE"
            for table in TABLES.values()
            for column in table.columns
            if column.added
        ),
        "INSERT INTO eucaim_cdm_output.dataset VALUES ('D1', 'Theirs', NULL)",
        "INSERT INTO eucaim_cdm_output.patient (patient_id, dataset_id, patient_birth_date)"
        " VALUES ('B', 'D1', '1950-03-02'), ('A', 'D1', NULL)",
        "INSERT INTO eucaim_cdm_output.image_study (study_id, patient_id, study_uid)"
        " VALUES (1, 'B', '1.1'), (2, 'A', '1.2')",
        "INSERT INTO eucaim_cdm_output.image_series"
        " (series_id, study_id, series_uid, series_modality, series_acquisition_date)"
        " VALUES (1, 1, '1', 'CT', '2010-03-05'), (2, 1, '2', 'SEG', '2010-03-01'), (3, 2, '3', 'MR', NULL)",
        "INSERT INTO eucaim_cdm_output.episode (episode_id, patient_id) VALUES (1, 'A')",
        "INSERT INTO eucaim_cdm_output.episode_event VALUES (1, 'patient', 1), (1, 'image_study', 2)",
    )
    _, tables = empty.origin(ID, key="D1").snapshot()
    assert check(tables) == ()
    assert tables["dataset"].to_pylist()[0]["dataset_id"] == DATASET_ID
    assert tables["patient"].select(["patient_id", "patient_identifier"]).to_pylist() == [
        {"patient_id": 1, "patient_identifier": "A"},
        {"patient_id": 2, "patient_identifier": "B"},
    ]
    drawn = ["patient_id", "year_of_imaging", "age_at_imaging", "has_segmentation"]
    assert [tuple(row.values()) for row in tables["image_study"].select(drawn).to_pylist()] == [
        (2, 2010, 59, True),
        (1, None, None, False),
    ]
    assert tables["episode_event"]["episode_event_id"].to_pylist() == [1, 2]


def test_the_node_cannot_write(database: ClinicalDatabase) -> None:
    with database.origin(ID)._reading() as cursor:
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            cursor.execute("CREATE TABLE public.mine (a int)")
        cursor.connection.rollback()


def refusal(origin: DatabaseOrigin) -> str:
    """What is said of a database that cannot be used; nothing of its address, nor in what led there."""
    with pytest.raises(OriginUnusable) as caught:
        origin.snapshot()
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))
    assert PASSWORD not in repr(origin)
    return str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://someone:{PASSWORD}@127.0.0.1:1/nowhere",
        f"postgresql://someone:{PASSWORD}@127.0.0.1:port/nowhere",
        f"nonsense {PASSWORD}",
    ],
)
def test_a_database_that_cannot_be_reached_is_said_without_its_address(address: str) -> None:
    said = refusal(DatabaseOrigin("clinical", ID, "D1", lambda: address))
    assert said.startswith("The database clinical cannot be used: It cannot be reached at its address")


def test_an_address_nobody_gave_is_said() -> None:
    def nowhere() -> str:
        raise LookupError

    said = refusal(DatabaseOrigin("clinical", ID, "D1", nowhere))
    assert said.endswith(
        "Its address is not known. Tell this node with `caimera node connect-database clinical`."
    )


def test_a_dataset_that_is_not_there_is_said(database: ClinicalDatabase) -> None:
    assert "It holds no dataset" in refusal(database.origin(uuid4()))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("DROP TABLE eucaim_cdm_output.adverse_event", "It has no table eucaim_cdm_output.adverse_event"),
        (
            "REVOKE SELECT ON eucaim_cdm_output.tumor FROM clinical_reader",
            "It has no table eucaim_cdm_output.tumor that this node may read.",
        ),
        (
            "ALTER TABLE eucaim_cdm_output.image_series DROP COLUMN series_uid",
            "Column image_series.series_uid is missing.",
        ),
        (
            "ALTER TABLE eucaim_cdm_output.tumor_marker_test ALTER tumor_marker_test_as_number TYPE text",
            "Column tumor_marker_test.tumor_marker_test_as_number is of type text; the model wants number.",
        ),
        (
            "REVOKE USAGE ON SCHEMA eucaim_cdm_output FROM clinical_reader",
            "This node may not read all of it.",
        ),
    ],
)
def test_what_is_wrong_with_a_database_is_said(database: ClinicalDatabase, change: str, said: str) -> None:
    database.run(change)
    assert said in refusal(database.origin(ID))


def test_a_value_of_a_patient_is_not_in_what_is_said(database: ClinicalDatabase) -> None:
    database.run(
        "ALTER TABLE eucaim_cdm_output.image_study ALTER age_at_imaging TYPE bigint",
        "UPDATE eucaim_cdm_output.image_study SET age_at_imaging = 5000000000",
    )
    said = refusal(database.origin(ID))
    assert "A value does not fit the column's type in the model." in said
    assert "5000000000" not in said
