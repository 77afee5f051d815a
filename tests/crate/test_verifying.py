from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from caimera.crate import CrateUnreadable, FindingKind, Manifest, open_crate, verify
from caimera.crate.manifest import LARGEST_MANIFEST
from caimera.crate.seal import Seal
from caimera.protocol import base64url

MakeCrate = Callable[..., Path]
TABLE = "tables/patient.parquet"


def found(path: Path, key: bytes | None = None) -> set[tuple[str, str]]:
    """The findings of a crate as kinds and places."""
    return {(finding.kind.value, finding.path) for finding in verify(path, signer_key=key)}


def public(signer: Ed25519PrivateKey) -> bytes:
    return signer.public_key().public_bytes_raw()


def reseal(path: Path, manifest: bytes, signer: Ed25519PrivateKey | None = None) -> None:
    """What a forger does: another manifest with a seal that fits."""
    (path / "manifest.json").write_bytes(manifest)
    (path / "manifest.sig").write_bytes(Seal.over(manifest, signer).to_bytes())


def test_what_was_written_has_no_findings(make_crate: MakeCrate, signer: Ed25519PrivateKey) -> None:
    assert verify(make_crate("plain")) == ()
    signed = make_crate("signed", signer)
    assert verify(signed) == ()
    assert verify(signed, signer_key=public(signer)) == ()


@pytest.mark.parametrize("signed", [True, False])
def test_any_flipped_bit_in_any_file_is_found(
    make_crate: MakeCrate, signer: Ed25519PrivateKey, signed: bool
) -> None:
    path = make_crate("crate", signer if signed else None)
    chance = random.Random(7)
    for file in sorted(file for file in path.rglob("*") if file.is_file()):
        original = file.read_bytes()
        small = file.name == "manifest.sig"
        places = range(len(original)) if small else chance.sample(range(len(original)), 25)
        for place in places:
            flipped = bytearray(original)
            flipped[place] ^= 1 << chance.randrange(8)
            file.write_bytes(flipped)
            assert verify(path), f"{file.name}, byte {place}"
        file.write_bytes(original)
    assert verify(path) == ()


@pytest.mark.parametrize(
    "name", [TABLE, "mapping-report.json", "ro-crate-metadata.json", "manifest.json", "manifest.sig"]
)
def test_one_byte_more_one_less_or_the_whole_file_less_is_found(make_crate: MakeCrate, name: str) -> None:
    path = make_crate()
    original = (path / name).read_bytes()
    for data in (original + b"\n", original[:-1], b""):
        (path / name).write_bytes(data)
        assert FindingKind.CHANGED in {finding.kind for finding in verify(path)}
    (path / name).unlink()
    assert ("missing", name) in found(path)


def test_anything_added_is_found_wherever_it_is(make_crate: MakeCrate) -> None:
    path = make_crate()
    (path / "notes.txt").write_text("x", encoding="utf-8")
    (path / "tables" / "extra.parquet").write_text("x", encoding="utf-8")
    (path / ".hidden" / "deep").mkdir(parents=True)
    assert found(path) == {
        ("added", "notes.txt"),
        ("added", "tables/extra.parquet"),
        ("added", ".hidden"),
        ("added", ".hidden/deep"),
    }


def test_a_file_in_place_of_a_folder_is_found(make_crate: MakeCrate) -> None:
    path = make_crate()
    (path / "tables").rename(path.parent / "elsewhere")
    (path / "tables").write_text("", encoding="utf-8")
    kinds = found(path)
    assert ("added", "tables") in kinds
    assert ("changed", TABLE) in kinds


def test_a_folder_in_place_of_a_file_is_found(make_crate: MakeCrate) -> None:
    path = make_crate()
    (path / TABLE).unlink()
    (path / TABLE).mkdir()
    assert found(path) == {("changed", TABLE), ("added", TABLE)}


def test_links_are_refused_even_to_the_right_bytes(make_crate: MakeCrate) -> None:
    path = make_crate()
    outside = path.parent / "outside.parquet"
    (path / TABLE).rename(outside)
    (path / TABLE).symlink_to(outside)
    assert found(path) == {("changed", TABLE), ("added", TABLE)}


def test_a_linked_folder_and_a_linked_manifest_are_refused(make_crate: MakeCrate) -> None:
    path = make_crate()
    for name in ("tables", "manifest.json"):
        (path / name).rename(path.parent / name)
        (path / name).symlink_to(path.parent / name)
    assert {("changed", "manifest.json"), ("changed", "manifest.sig")} <= found(path)
    with pytest.raises(CrateUnreadable):
        open_crate(path)
    (path / "manifest.json").unlink()
    (path.parent / "manifest.json").rename(path / "manifest.json")
    assert found(path) == {("added", "tables")}


def test_a_crate_reached_through_a_link_is_the_crate_itself(make_crate: MakeCrate) -> None:
    path = make_crate()
    (path.parent / "latest").symlink_to(path)
    assert verify(path.parent / "latest") == ()
    assert open_crate(path.parent / "latest").path == path.resolve()


def test_a_pipe_does_not_make_us_wait(make_crate: MakeCrate) -> None:
    path = make_crate()
    (path / TABLE).unlink()
    os.mkfifo(path / TABLE)
    assert ("changed", TABLE) in found(path)


def test_an_unsigned_crate_is_told_from_a_signed_one(
    make_crate: MakeCrate, signer: Ed25519PrivateKey
) -> None:
    assert found(make_crate(), public(signer)) == {("unsigned", "manifest.sig")}


def test_another_signer_is_told(make_crate: MakeCrate, signer: Ed25519PrivateKey) -> None:
    path = make_crate("crate", Ed25519PrivateKey.generate())
    assert found(path, public(signer)) == {("signature", "manifest.sig")}
    assert found(path) == set()


def test_a_forged_crate_passes_only_without_the_key(make_crate: MakeCrate, signer: Ed25519PrivateKey) -> None:
    path = make_crate("crate", signer)
    manifest = open_crate(path).manifest
    forged = manifest.model_copy(update={"dataset": manifest.dataset.model_copy(update={"title": "Mine"})})
    reseal(path, forged.to_bytes(), Ed25519PrivateKey.generate())
    assert found(path) == set()
    assert found(path, public(signer)) == {("signature", "manifest.sig")}


def test_an_unsigned_seal_holds_nobody_to_a_manifest() -> None:
    assert not Seal.over(b"manifest", None).holds(b"manifest")


def test_a_signature_moved_from_another_manifest_is_told(
    make_crate: MakeCrate, signer: Ed25519PrivateKey
) -> None:
    path = make_crate("crate", signer)
    manifest = (path / "manifest.json").read_bytes()
    wrong = Seal.over(b"other", signer)
    seal = Seal.over(manifest, None).model_copy(update={"key": wrong.key, "signature": wrong.signature})
    (path / "manifest.sig").write_bytes(seal.to_bytes())
    assert found(path) == {("signature", "manifest.sig")}
    short = seal.model_copy(update={"key": base64url.encode(b"short")})
    (path / "manifest.sig").write_bytes(short.to_bytes())
    assert found(path) == {("signature", "manifest.sig")}


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "tables/../../outside",
        "/etc/passwd",
        "tables//x",
        "./x",
        "tables/.",
        "a\\b",
        "a\nb",
        "a\x00b",
        "",
        "manifest.json",
        "manifest.sig",
    ],
)
def test_names_that_lead_out_of_the_crate_are_refused(make_crate: MakeCrate, name: str) -> None:
    path = make_crate()
    document = json.loads((path / "manifest.json").read_bytes())
    document["files"].append({"path": name, "size": 1, "sha256": "0" * 64})
    document["files"].sort(key=lambda file: file["path"])
    reseal(path, rfc8785.dumps(document))
    assert found(path) == {("changed", "manifest.json")}
    with pytest.raises(CrateUnreadable, match="damaged at files"):
        open_crate(path)


def _repeat_file(document: dict[str, Any]) -> None:
    document["files"].insert(0, document["files"][0])


def _reorder(document: dict[str, Any]) -> None:
    document["files"].reverse()


def _unknown_format(document: dict[str, Any]) -> None:
    document["format"] = "caimera-crate/2"


def _unknown_field(document: dict[str, Any]) -> None:
    document["dataset"]["mood"] = "good"


@pytest.mark.parametrize("damage", [_repeat_file, _reorder, _unknown_format, _unknown_field])
def test_a_manifest_that_cannot_be_trusted_is_refused(
    make_crate: MakeCrate, damage: Callable[[dict[str, Any]], None]
) -> None:
    path = make_crate()
    document = json.loads((path / "manifest.json").read_bytes())
    damage(document)
    reseal(path, rfc8785.dumps(document))
    with pytest.raises(CrateUnreadable, match="manifest.json is damaged"):
        open_crate(path)


def test_a_manifest_in_another_spelling_is_refused(make_crate: MakeCrate) -> None:
    path = make_crate()
    document = json.loads((path / "manifest.json").read_bytes())
    with pytest.raises(CrateUnreadable, match="canonical"):
        Manifest.from_bytes(json.dumps(document, indent=1).encode())
    with pytest.raises(CrateUnreadable, match="canonical"):
        Seal.from_bytes((path / "manifest.sig").read_bytes() + b" ")


def test_a_key_without_a_signature_is_no_seal() -> None:
    with pytest.raises(CrateUnreadable, match="a signature comes with its key"):
        Seal.from_bytes(rfc8785.dumps({"manifest_sha256": "0" * 64, "key": "AAAA", "signature": None}))


def test_an_endless_manifest_is_not_read(make_crate: MakeCrate) -> None:
    path = make_crate()
    os.truncate(path / "manifest.json", LARGEST_MANIFEST + 1)
    with pytest.raises(CrateUnreadable, match="larger than a manifest"):
        open_crate(path)


def test_no_folder_is_no_crate(tmp_path: Path) -> None:
    with pytest.raises(CrateUnreadable, match="not a folder"):
        verify(tmp_path / "nowhere")
