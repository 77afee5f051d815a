"""Registering crates and setting policies."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pyarrow.parquet as pq
import pytest
from django.db import IntegrityError, transaction

from caimera import disclosure
from caimera.audit.models import Record
from caimera.crate.manifest import Manifest
from caimera.node.datasets.actions import PolicyChanges, register_crate, set_policy
from caimera.node.datasets.errors import (
    CrateRefused,
    DatasetUnknown,
    PolicyRefused,
    PolicyUnknown,
    VersionTaken,
)
from caimera.node.datasets.models import Dataset, Release
from caimera.node.datasets.queries import published_releases
from tests.node.crates import Holding, folder, random_holding

pytestmark = pytest.mark.django_db


def holding(**changes: object) -> Holding:
    made = random_holding(1, patients=3)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def test_a_sound_crate_is_published(tmp_path: Path) -> None:
    written = holding().write(tmp_path)
    release = register_crate(path=folder(written), actor="system")
    assert (release.version, release.digest, release.published) == ("1", written.digest, True)
    assert release.for_source() == written
    assert str(release.dataset) == "Collection 1"
    assert str(release) == f"{written.dataset_id} 1"


def test_the_act_is_in_the_trail(tmp_path: Path) -> None:
    written = holding().write(tmp_path)
    register_crate(path=folder(written), actor="person:42")
    record = Record.objects.get()
    assert (record.act, record.actor) == ("dataset.registered", "person:42")
    assert record.object == f"dataset:{written.dataset_id}"
    assert record.detail == {"version": "1", "digest": written.digest, "policy": "open", "origin": "crate"}


@pytest.mark.parametrize(
    ("hint", "given", "policy"),
    [
        ("open", None, "open"),
        ("protected", None, "protected"),
        ("open", "protected", "protected"),
        ("protected", "open", "open"),
    ],
)
def test_the_policy_given_goes_before_the_crates_hint(
    tmp_path: Path, hint: str, given: str | None, policy: str
) -> None:
    written = holding(policy_hint=hint).write(tmp_path)
    release = register_crate(path=folder(written), policy=given, actor="system")
    assert release.dataset.policy == policy


def test_a_new_version_takes_the_place_of_the_one_before_and_keeps_the_policy(tmp_path: Path) -> None:
    first = holding(policy_hint="open").write(tmp_path)
    register_crate(path=folder(first), policy="protected", actor="system")
    second = holding(version="2", policy_hint="open").write(tmp_path)
    release = register_crate(path=folder(second), actor="system")
    assert list(published_releases()) == [release]
    assert Release.objects.count() == 2
    assert release.dataset.policy == "protected"


def test_registering_again_moves_the_release_to_where_the_crate_lies_now(tmp_path: Path) -> None:
    written = holding().write(tmp_path)
    register_crate(path=folder(written), actor="system")
    moved = tmp_path / "elsewhere"
    folder(written).rename(moved)
    release = register_crate(path=moved, actor="system")
    assert Release.objects.get() == release
    assert folder(release.for_source()) == moved


def test_an_earlier_version_can_be_published_again(tmp_path: Path) -> None:
    first, second = holding().write(tmp_path), holding(version="2").write(tmp_path)
    for written in (first, second, first):
        register_crate(path=folder(written), actor="system")
    assert [release.version for release in published_releases()] == ["1"]


def test_a_released_version_never_changes(tmp_path: Path) -> None:
    register_crate(path=folder(holding().write(tmp_path / "a")), actor="system")
    other = random_holding(1, patients=4).write(tmp_path / "b")
    with pytest.raises(VersionTaken, match="give the new contents a new version"):
        register_crate(path=folder(other), actor="system")
    assert Release.objects.get().location == str(tmp_path / "a" / "1-1")


def test_a_changed_crate_is_refused_with_the_list_of_findings(tmp_path: Path) -> None:
    written = holding().write(tmp_path)
    (folder(written) / "mapping-report.json").write_text("{}  ")
    (folder(written) / "tables" / "patient.parquet").unlink()
    (folder(written) / "extra.txt").write_text("more")
    with pytest.raises(CrateRefused) as refusal:
        register_crate(path=folder(written), actor="system")
    assert len(refusal.value.findings) == 3
    assert "patient.parquet is missing" in str(refusal.value)
    assert not Dataset.objects.exists()
    assert not Record.objects.exists()


def test_what_is_no_crate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CrateRefused, match="not a folder"):
        register_crate(path=tmp_path / "nowhere", actor="system")


def test_a_crate_whose_tables_break_the_model_is_refused(tmp_path: Path) -> None:
    written = holding().write(tmp_path)
    path = folder(written) / "tables" / "patient.parquet"
    patients = pq.read_table(path)
    pq.write_table(patients.slice(0, 1), path, store_schema=False)
    _declare_anew(folder(written), "tables/patient.parquet")
    with pytest.raises(CrateRefused, match="name a patient_id that patient does not have"):
        register_crate(path=folder(written), actor="system")


def _declare_anew(crate: Path, name: str) -> None:
    """Let the manifest vouch for what a file holds now."""
    import hashlib

    from caimera.crate.seal import Seal

    data = (crate / name).read_bytes()
    manifest = Manifest.from_bytes((crate / "manifest.json").read_bytes())
    files = tuple(
        file.model_copy(update={"size": len(data), "sha256": hashlib.sha256(data).hexdigest()})
        if file.path == name
        else file
        for file in manifest.files
    )
    text = manifest.model_copy(update={"files": files}).to_bytes()
    (crate / "manifest.json").write_bytes(text)
    (crate / "manifest.sig").write_bytes(Seal.over(text, None).to_bytes())


def test_an_unknown_policy_is_refused_before_anything_else(tmp_path: Path) -> None:
    with pytest.raises(PolicyUnknown, match="use open or protected"):
        register_crate(path=tmp_path / "nowhere", policy="public", actor="system")


def test_a_holder_changes_a_policy(tmp_path: Path) -> None:
    release = register_crate(path=folder(holding().write(tmp_path)), actor="system")
    changes: PolicyChanges = {"name": "protected", "minimum": 20, "series_clip": 7}
    dataset = set_policy(dataset_id=release.dataset_id, changes=changes, actor="person:42")
    assert Dataset.objects.get() == dataset
    assert dataset.rules == disclosure.Policy("protected", minimum=20, series_clip=7)
    record = Record.objects.first()
    assert record is not None
    assert record.act == "dataset.policy_set"
    before, after = record.detail["before"], record.detail["after"]
    assert {name: (before[name], after[name]) for name in before if before[name] != after[name]} == {
        "name": ("open", "protected"),
        "minimum": (10, 20),
        "series_clip": (None, 7),
    }


@pytest.mark.parametrize("changes", [{"name": ""}, {"minimum": 12}, {"epsilon": 3.0}, {"series_clip": 0}])
def test_a_policy_that_protects_nobody_is_refused(tmp_path: Path, changes: PolicyChanges) -> None:
    release = register_crate(path=folder(holding().write(tmp_path)), actor="system")
    with pytest.raises(PolicyRefused):
        set_policy(dataset_id=release.dataset_id, changes=changes, actor="system")
    assert Dataset.objects.get().rules == disclosure.Policy("open")


def test_a_dataset_that_is_not_here_has_no_policy() -> None:
    with pytest.raises(DatasetUnknown, match="has no dataset"):
        set_policy(dataset_id=uuid4(), changes={"name": "open"}, actor="system")


@pytest.mark.parametrize(
    ("numbers", "constraint"),
    [
        ({"minimum": 1, "step": 1}, "dataset_policy_protects"),
        ({"step": 20}, "dataset_"),
        ({"step": 3}, "dataset_minimum_is_steps"),
        ({"epsilon": 1.5}, "dataset_policy_protects"),
        ({"epsilon": 0.0}, "dataset_policy_protects"),
        ({"overlap": 1}, "dataset_policy_protects"),
        ({"weekly_in_all": 2_000_000}, "dataset_policy_protects"),
        ({"studies_clip": 0}, "dataset_clips_bounded"),
        ({"series_clip": 20_000}, "dataset_clips_bounded"),
    ],
)
def test_the_database_keeps_no_policy_that_protects_nobody(
    numbers: dict[str, float], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        Dataset.objects.create(id=uuid4(), title="t", policy="protected", **numbers)


@pytest.mark.parametrize("policy", ["public", ""])
def test_the_database_knows_no_third_policy(policy: str) -> None:
    with pytest.raises(IntegrityError, match="dataset_policy_known"):
        Dataset.objects.create(id=uuid4(), title="t", policy=policy)


def test_the_database_publishes_one_release_of_a_dataset(tmp_path: Path) -> None:
    release = register_crate(path=folder(holding().write(tmp_path)), actor="system")
    with pytest.raises(IntegrityError, match="release_one_published"), transaction.atomic():
        release.dataset.releases.create(version="2", location="x", digest="0" * 64, published=True)
    with pytest.raises(IntegrityError, match="release_version_once"), transaction.atomic():
        release.dataset.releases.create(version="1", location="x", digest="0" * 64)
    with pytest.raises(IntegrityError, match="release_digest_sha256"), transaction.atomic():
        release.dataset.releases.create(version="3", location="x", digest="abc")
