from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from caimera.cli.crate import crate
from caimera.crate import open_crate
from caimera.protocol import base64url

MakeCrate = Callable[..., Path]


def test_a_sound_crate_ends_with_0_and_its_digest(make_crate: MakeCrate) -> None:
    path = make_crate()
    result = CliRunner().invoke(crate, ["verify", str(path)])
    assert result.exit_code == 0
    assert "Lungs, version 1: all 16 files are as written" in result.output
    assert "give --key" in result.output
    assert open_crate(path).digest in result.output


def test_the_signer_is_checked_with_a_key(make_crate: MakeCrate, signer: Ed25519PrivateKey) -> None:
    path = make_crate("crate", signer)
    key = base64url.encode(signer.public_key().public_bytes_raw())
    result = CliRunner().invoke(crate, ["verify", str(path), "--key", key])
    assert result.exit_code == 0
    assert "signed by the key given" in result.output
    other = base64url.encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    result = CliRunner().invoke(crate, ["verify", str(path), "--key", other])
    assert result.exit_code == 1
    assert "not by the key given" in result.output


def test_findings_end_with_1_and_a_sentence_each(make_crate: MakeCrate) -> None:
    path = make_crate()
    (path / "mapping-report.json").write_text("{}", encoding="utf-8")
    result = CliRunner().invoke(crate, ["verify", str(path)])
    assert result.exit_code == 1
    assert "changed: mapping-report.json was changed: 2 bytes where" in result.output
    assert "The crate is not what was written: 1 finding." in result.output
    (path / "more").write_text("", encoding="utf-8")
    result = CliRunner().invoke(crate, ["verify", str(path)])
    assert "2 findings" in result.output


def test_a_file_name_that_is_no_text_can_be_shown(make_crate: MakeCrate) -> None:
    path = make_crate()
    Path(os.fsdecode(bytes(path / "odd") + b"\xff")).write_text("", encoding="utf-8")
    result = CliRunner().invoke(crate, ["verify", str(path)])
    assert result.exit_code == 1
    assert "added: odd\\udcff does not belong" in result.output


def test_no_crate_ends_with_1_and_says_what_to_give(tmp_path: Path) -> None:
    result = CliRunner().invoke(crate, ["verify", str(tmp_path / "nowhere")])
    assert result.exit_code == 1
    assert "give the folder of a crate" in result.output


@pytest.mark.parametrize(("key", "problem"), [("AAAA", "3 bytes long"), ("not a key", "not base64url")])
def test_a_wrong_key_is_refused_before_anything_is_read(tmp_path: Path, key: str, problem: str) -> None:
    result = CliRunner().invoke(crate, ["verify", str(tmp_path), "--key", key])
    assert result.exit_code == 2
    assert problem in result.output
