"""Releasing datasets from a clinical database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from caimera.audit.models import Record
from caimera.cohort import parse
from caimera.node.datasets.actions import connect_database, register_crate, register_database
from caimera.node.datasets.errors import (
    DatabaseNameInvalid,
    DatabaseRefused,
    PolicyUnknown,
    VersionTaken,
)
from caimera.node.datasets.models import Dataset, Release
from caimera.node.datasets.queries import published_releases
from caimera.node.sources import DatabaseOrigin, IndexedSource, OriginUnusable
from caimera.secrets import FileStore
from tests.cdm.samples import DATASET_ID, sound_tables
from tests.node.clinical import ClinicalDatabase, clinical_database
from tests.node.crates import folder, random_holding

pytestmark = pytest.mark.django_db
ID = UUID(DATASET_ID)


@pytest.fixture
def database(db: None) -> Iterator[ClinicalDatabase]:
    """A database this node knows as `clinical`, with the sample dataset."""
    with clinical_database() as made:
        made.load(sound_tables())
        connect_database(name="clinical", address=made.reader, actor="system")
        yield made


def registered(version: str = "1", **more: str) -> Release:
    return register_database(name="clinical", dataset_id=ID, version=version, actor="system", **more)


def test_what_the_database_holds_is_released(database: ClinicalDatabase) -> None:
    release = registered()
    assert (release.version, release.origin, release.location, release.key) == (
        "1",
        "database",
        "clinical",
        DATASET_ID,
    )
    assert release.digest == database.release(ID).digest
    assert (release.dataset.title, release.dataset.policy) == ("Lungs", "protected")
    assert list(published_releases()) == [release]


def test_the_acts_are_in_the_trail_without_the_address(database: ClinicalDatabase) -> None:
    release = registered(policy="open")
    connected, released = Record.objects.order_by("id")
    assert (connected.act, connected.object, connected.detail) == (
        "database.connected",
        "database:clinical",
        {},
    )
    assert released.act == "dataset.registered"
    assert released.detail == {
        "version": "1",
        "digest": release.digest,
        "policy": "open",
        "origin": "database",
    }


def test_the_address_is_among_the_secrets_and_nowhere_else(database: ClinicalDatabase) -> None:
    release = registered()
    store = FileStore(settings.SITE.secrets_file, settings.SITE.secrets_key_file)
    assert store.get("database_clinical").decode() == database.reader
    origin = release.for_source().origin
    assert isinstance(origin, DatabaseOrigin)
    assert origin.address() == database.reader
    assert database.reader not in f"{release.__dict__} {origin!r}"


def test_a_released_dataset_is_counted_too(database: ClinicalDatabase, source: IndexedSource) -> None:
    release = registered().for_source()
    (count,) = source.count(parse("er_status = positive"), [release], wait=30)
    assert (count.subjects, count.studies, count.series) == (1, 1, 1)


def test_no_index_is_built_of_changed_data(database: ClinicalDatabase, source: IndexedSource) -> None:
    release = registered().for_source()
    database.run("DELETE FROM eucaim_cdm_output.image_series")
    with pytest.raises(OriginUnusable, match="Release a new version"):
        source.prepare([release])


def test_a_new_version_takes_the_place_of_the_one_before(database: ClinicalDatabase) -> None:
    registered(policy="open")
    database.run("DELETE FROM eucaim_cdm_output.image_series WHERE series_id = 1")
    release = registered("2")
    assert [each.version for each in published_releases()] == ["2"]
    assert release.dataset.policy == "open"
    assert Release.objects.count() == 2


def test_a_version_is_released_again_while_its_data_are_the_same(database: ClinicalDatabase) -> None:
    assert registered() == registered()
    database.run("DELETE FROM eucaim_cdm_output.image_series WHERE series_id = 1")
    with pytest.raises(VersionTaken, match="give the new contents a new version"):
        registered()


def test_a_dataset_moves_from_a_crate_to_a_database(database: ClinicalDatabase, tmp_path: Path) -> None:
    holding = random_holding(1, patients=2)
    register_crate(path=folder(holding.write(tmp_path)), policy="open", actor="system")
    database.run(
        "UPDATE eucaim_cdm_output.dataset SET dataset_title = 'Moved'",
    )
    release = register_database(
        name="clinical", dataset_id=holding.dataset_id, key=DATASET_ID, version="2", actor="system"
    )
    assert (release.dataset.title, release.dataset.policy, release.key) == ("Moved", "open", DATASET_ID)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "UPDATE eucaim_cdm_output.patient SET patient_birth_sex = 'x' WHERE patient_id = 'A'",
            "are not codes of 'sex'",
        ),
        (
            "UPDATE eucaim_cdm_output.cancer_condition SET cancer_condition_age_unit = 'mo'",
            "are not in years",
        ),
        ("DROP TABLE eucaim_cdm_output.radiotherapy", "It has no table eucaim_cdm_output.radiotherapy"),
    ],
)
def test_a_database_that_breaks_the_model_is_refused_with_what_is_wrong(
    database: ClinicalDatabase, change: str, said: str
) -> None:
    database.run(change)
    with pytest.raises(DatabaseRefused, match="Nothing was released from the database clinical") as refusal:
        registered()
    assert said in str(refusal.value)
    assert not Dataset.objects.exists()


def test_what_is_not_known_is_refused(database: ClinicalDatabase) -> None:
    with pytest.raises(DatabaseRefused, match="holds no dataset"):
        register_database(name="clinical", dataset_id=uuid4(), version="1", actor="system")
    with pytest.raises(DatabaseRefused, match="connect-database elsewhere"):
        register_database(name="elsewhere", dataset_id=ID, version="1", actor="system")
    with pytest.raises(PolicyUnknown):
        registered(policy="public")


@pytest.mark.parametrize("name", ["", "Clinical", "1st", "a" * 41, "a b"])
def test_a_name_is_one_a_secret_can_have(name: str, db: None) -> None:
    with pytest.raises(DatabaseNameInvalid, match="is no name for a database"):
        connect_database(name=name, address="postgresql://x/y", actor="system")
    assert not Record.objects.exists()


def test_what_is_no_address_is_refused_without_being_repeated(db: None) -> None:
    with pytest.raises(DatabaseRefused) as refusal:
        connect_database(name="clinical", address="mysql://someone:hush@host/x", actor="system")
    assert "hush" not in str(refusal.value)


@pytest.mark.parametrize(("origin", "key"), [("crate", "D1"), ("database", ""), ("fhir", "")])
def test_the_database_knows_what_an_origin_needs(origin: str, key: str, db: None) -> None:
    dataset = Dataset.objects.create(id=uuid4(), title="t", policy="open")
    with pytest.raises(IntegrityError, match="release_origin_known"), transaction.atomic():
        dataset.releases.create(version="1", origin=origin, location="x", key=key, digest="0" * 64)
