from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from caimera.crate import CrateExists, open_crate, verify
from caimera.demo.idc import DemoDataError, Index, build_crates, installed_index
from caimera.demo.idc import index as index_module
from caimera.demo.idc.build import Made
from tests.demo.idc_samples import collection_record, series_table, write_index

NODES = {"one": ("tcga",), "two": ("*",)}


def silent(done: int, total: int, title: str) -> None:
    """Progress nobody watches."""


def sample_series() -> pa.Table:
    return series_table(
        {"collection_id": "tcga_luad", "license_short_name": "CC BY 4.0"},
        {"collection_id": "tcga_luad", "license_short_name": "CC BY 3.0"},
        {"collection_id": "nlst", "license_short_name": "CC BY 4.0"},
        {"collection_id": "mouse", "license_short_name": "CC BY 4.0"},
    )


@pytest.fixture
def index(tmp_path: Path) -> Index:
    records = [
        collection_record("tcga_luad", "tcga"),
        collection_record("nlst", "nci_trials"),
        collection_record("mouse", "nih", species="Mouse"),
    ]
    return write_index(tmp_path / "index", records, sample_series())


def test_each_node_gets_the_crates_of_its_programmes(tmp_path: Path, index: Index) -> None:
    told: list[tuple[int, int, str]] = []
    home = tmp_path / "a home"
    paths = build_crates(
        home=home, nodes=NODES, signers=None, progress=lambda *step: told.append(step), index=index
    )
    assert paths == {
        "one": [home / "crates" / "one" / "tcga_luad"],
        "two": [home / "crates" / "two" / "nlst"],
    }
    assert told == [(0, 2, "TCGA_LUAD"), (1, 2, "NLST"), (2, 2, "")]
    crate = open_crate(paths["one"][0])
    assert crate.description.version == "v25"
    assert crate.description.licence == "CC-BY-3.0 AND CC-BY-4.0"
    assert crate.description.policy_hint == "open"
    assert open_crate(paths["two"][0]).description.policy_hint == "protected"
    assert crate.description.created.isoformat() == "2026-09-26T00:00:00+00:00"
    assert verify(paths["one"][0]) == ()


def test_datasets_of_a_node_can_go_elsewhere(tmp_path: Path, index: Index) -> None:
    kept: list[Made] = []
    paths = build_crates(
        home=tmp_path, nodes=NODES, signers=None, progress=silent, index=index, elsewhere={"two": kept.append}
    )
    assert [path.name for path in paths["one"]] == ["tcga_luad"]
    assert paths["two"] == []
    assert not (tmp_path / "crates" / "two").exists()
    (made,) = kept
    assert (made.collection.collection_id, made.description.version) == ("nlst", "v25")
    assert made.tables["image_series"].num_rows == 1
    summary = json.loads((tmp_path / "mapping-report.json").read_text(encoding="utf-8"))
    assert next(one for one in summary["variables"] if one["variable"] == "modality")["recorded"] == 3


def test_a_programme_no_node_names_is_left_out(tmp_path: Path, index: Index) -> None:
    paths = build_crates(home=tmp_path, nodes={"one": ("tcga",)}, signers=None, progress=silent, index=index)
    assert [path.name for path in paths["one"]] == ["tcga_luad"]


def test_each_node_signs_its_crates(tmp_path: Path, index: Index) -> None:
    signer = Ed25519PrivateKey.generate()
    paths = build_crates(home=tmp_path, nodes=NODES, signers={"one": signer}, progress=silent, index=index)
    key = signer.public_key().public_bytes_raw()
    assert verify(paths["one"][0], signer_key=key) == ()
    assert [finding.kind for finding in verify(paths["two"][0], signer_key=key)] == ["unsigned"]


def test_the_summary_adds_up_all_collections(tmp_path: Path, index: Index) -> None:
    build_crates(home=tmp_path, nodes=NODES, signers=None, progress=silent, index=index)
    summary = json.loads((tmp_path / "mapping-report.json").read_text(encoding="utf-8"))
    modality = next(one for one in summary["variables"] if one["variable"] == "modality")
    assert (summary["title"], modality["recorded"]) == ("Imaging Data Commons v25", 3)
    text = (tmp_path / "mapping-report.txt").read_text(encoding="utf-8")
    assert "'CT' -> CT" in text


def written(crate: Path) -> tuple[int, int]:
    """Which file a crate's manifest is, and when it was written."""
    found = (crate / "manifest.json").stat()
    return found.st_ino, found.st_mtime_ns


def test_crates_already_there_are_kept(tmp_path: Path, index: Index) -> None:
    first = build_crates(home=tmp_path, nodes=NODES, signers=None, progress=silent, index=index)
    before = written(first["one"][0])
    again = build_crates(home=tmp_path, nodes=NODES, signers=None, progress=silent, index=index)
    assert again == first
    assert written(first["one"][0]) == before


def test_another_version_in_the_way_is_not_overwritten(tmp_path: Path, index: Index) -> None:
    build_crates(home=tmp_path, nodes=NODES, signers=None, progress=silent, index=index)
    renamed = [
        collection_record("tcga_luad", "tcga", collection_name="New name"),
        collection_record("nlst", "nci_trials"),
    ]
    other = write_index(tmp_path / "index", renamed, sample_series())
    with pytest.raises(CrateExists, match="never changes"):
        build_crates(home=tmp_path, nodes=NODES, signers=None, progress=silent, index=other)


def test_a_collection_nobody_declared_is_refused(tmp_path: Path) -> None:
    records = [collection_record("new_one", "tcga")]
    index = write_index(tmp_path / "index", records, series_table({"collection_id": "new_one"}))
    with pytest.raises(DemoDataError, match=r"new_one is declared neither open nor protected.*policies\.csv"):
        build_crates(home=tmp_path, nodes=NODES, signers=None, progress=silent, index=index)


def test_an_index_without_its_files_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(DemoDataError, match="install idc-index-data again"):
        Index(tmp_path, "25.0.5").collections()


def test_a_missing_index_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "PACKAGE", "idc-index-data-that-is-not-there")
    with pytest.raises(DemoDataError, match=r"install caimera\[demo\]"):
        installed_index()


def test_the_installed_index_is_the_pinned_one() -> None:
    assert installed_index().version == "25.0.5"
    assert installed_index().release == "v25"
