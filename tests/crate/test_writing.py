from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from caimera.cdm import TABLES
from caimera.crate import (
    CrateExists,
    CrateUnreadable,
    Description,
    TablesUnsound,
    open_crate,
    verify,
    write,
)
from caimera.crate.seal import Seal
from caimera.protocol.errors import NotCanonical
from tests.cdm.samples import sound_tables

MakeCrate = Callable[..., Path]


def content(path: Path) -> dict[str, bytes]:
    """Every file of a folder by relative path."""
    return {
        file.relative_to(path).as_posix(): file.read_bytes() for file in path.rglob("*") if file.is_file()
    }


def test_a_crate_holds_its_tables_as_written(make_crate: MakeCrate, description: Description) -> None:
    crate = open_crate(make_crate())
    assert crate.description == description
    for name, table in sound_tables().items():
        assert pq.read_table(crate.table(name)).to_pylist() == table.to_pylist()
        assert pq.read_schema(crate.table(name)).equals(TABLES[name].schema)


def test_a_table_without_rows_gets_no_file(tmp_path: Path, description: Description) -> None:
    tables = {**sound_tables(), "treatment": TABLES["treatment"].schema.empty_table()}
    tables["radiotherapy"] = TABLES["radiotherapy"].schema.empty_table()
    tables["episode_event"] = TABLES["episode_event"].schema.empty_table()
    write(tmp_path / "crate", tables=tables, description=description, report={})
    assert set(sound_tables()) - set(open_crate(tmp_path / "crate").tables) == {
        "treatment",
        "radiotherapy",
        "episode_event",
    }


def test_a_crate_has_no_other_tables(make_crate: MakeCrate) -> None:
    crate = open_crate(make_crate())
    with pytest.raises(KeyError):
        crate.table("../../secret")


def test_the_layout_is_fixed_and_the_manifest_lists_it(make_crate: MakeCrate) -> None:
    path = make_crate()
    tables = {f"tables/{name}.parquet" for name in sound_tables()}
    listed = {file.path for file in open_crate(path).manifest.files}
    assert set(open_crate(path).tables) == set(sound_tables()) < set(TABLES)
    assert listed == {*tables, "mapping-report.json", "ro-crate-metadata.json"}
    assert set(content(path)) == {*listed, "manifest.json", "manifest.sig"}


def test_the_same_input_gives_the_same_bytes(make_crate: MakeCrate, signer: Ed25519PrivateKey) -> None:
    first, second = make_crate("one", signer), make_crate("two", signer)
    assert content(first) == content(second)
    assert open_crate(first).digest == open_crate(second).digest


def test_signing_does_not_change_the_digest(make_crate: MakeCrate, signer: Ed25519PrivateKey) -> None:
    assert open_crate(make_crate("one", signer)).digest == open_crate(make_crate("two")).digest


def test_a_crate_never_changes(make_crate: MakeCrate, description: Description) -> None:
    path = make_crate()
    before = content(path)
    with pytest.raises(CrateExists, match="never changes"):
        write(path, tables=sound_tables(), description=description, report={"other": 1})
    assert content(path) == before


def test_unsound_tables_leave_nothing_behind(tmp_path: Path, description: Description) -> None:
    tables = sound_tables()
    tables["patient"] = pa.concat_tables([tables["patient"], tables["patient"]])
    with pytest.raises(TablesUnsound, match="repeat a patient_id") as caught:
        write(tmp_path / "crate", tables=tables, description=description, report={})
    assert [violation.table for violation in caught.value.violations] == ["patient"]
    assert list(tmp_path.iterdir()) == []


def test_a_failure_half_way_leaves_nothing_behind(tmp_path: Path, description: Description) -> None:
    with pytest.raises(NotCanonical):
        write(tmp_path / "crate", tables=sound_tables(), description=description, report={"no": object()})
    assert list(tmp_path.iterdir()) == []


def test_two_writers_cannot_both_have_the_name(
    tmp_path: Path, description: Description, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "crate"
    sealed_over = Seal.over

    def another_writer_arrives(manifest: bytes, signer: Ed25519PrivateKey | None) -> Seal:
        (path / "theirs").mkdir(parents=True)
        return sealed_over(manifest, signer)

    monkeypatch.setattr(Seal, "over", another_writer_arrives)
    with pytest.raises(CrateExists, match="left alone"):
        write(path, tables=sound_tables(), description=description, report={})
    assert [found.name for found in tmp_path.rglob("*")] == ["crate", "theirs"]


def test_a_full_disk_says_so_and_leaves_nothing(
    tmp_path: Path, description: Description, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path / "crate", tables=sound_tables(), description=description, report={})
    assert list(tmp_path.iterdir()) == []


def test_columns_in_another_order_are_written_in_the_model_s(
    tmp_path: Path, description: Description
) -> None:
    tables = sound_tables()
    tables["patient"] = tables["patient"].select(list(reversed(tables["patient"].schema.names)))
    write(tmp_path / "crate", tables=tables, description=description, report={})
    written = pq.read_schema(open_crate(tmp_path / "crate").table("patient"))
    assert written.names == TABLES["patient"].schema.names
    assert verify(tmp_path / "crate") == ()


def test_ro_crate_metadata_describes_the_dataset_and_its_files(make_crate: MakeCrate) -> None:
    path = make_crate()
    document = json.loads((path / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    assert document["@context"] == "https://w3id.org/ro/crate/1.2/context"
    entities = {entity["@id"]: entity for entity in document["@graph"]}
    assert entities["ro-crate-metadata.json"] == {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.2"},
    }
    root = entities["./"]
    assert (root["@type"], root["name"], root["version"]) == ("Dataset", "Lungs", "1")
    assert root["datePublished"] == "2026-09-26T00:00:00+00:00"
    assert "https://doi.org/10.1/x" in root["identifier"]
    assert root["license"] == [{"@id": "https://spdx.org/licenses/CC-BY-4.0"}, {"@id": "#LicenseRef-House"}]
    assert entities[root["provider"]["@id"]]["name"] == "Hôpital"
    files = {
        file.path: file for file in open_crate(path).manifest.files if file.path != "ro-crate-metadata.json"
    }
    assert {part["@id"] for part in root["hasPart"]} == set(files)
    for name, file in files.items():
        assert (entities[name]["sha256"], entities[name]["contentSize"]) == (file.sha256, str(file.size))


def test_ro_crate_metadata_claims_nothing_that_is_not_known(tmp_path: Path, description: Description) -> None:
    bare = description.model_copy(update={"doi": "", "licence": "", "provider": "", "description": ""})
    write(tmp_path / "crate", tables=sound_tables(), description=bare, report={})
    document = json.loads((tmp_path / "crate" / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    root = next(entity for entity in document["@graph"] if entity["@id"] == "./")
    assert not {"license", "provider"} & set(root)
    assert root["identifier"] == [f"urn:uuid:{description.dataset_id}"]
    assert root["description"] == "Lungs"


@pytest.mark.parametrize("place", ["nowhere", "file"])
def test_what_is_no_crate_is_not_opened(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(CrateUnreadable, match="is this the folder of a crate"):
        open_crate(tmp_path / place)
