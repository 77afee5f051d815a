"""The example trail of the documentation: it verifies, by ours and by the standard library alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from caimera.audit.lines import CheckpointLine, read
from caimera.audit.verifying import verify
from caimera.merkle import VerifierKey
from tests.audit.trails import file, findings, signed

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = DOCS / "reference" / "trail-example.jsonl"
PAGE = DOCS / "reference" / "trail-example.md"


def checked(path: Path, root: str) -> tuple[int, str]:
    """What the page's program says, run where nothing but the standard library can be imported."""
    command = [sys.executable, "-I", "-S", str(DOCS / "check_trail.py"), str(path), root]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def last_root(lines: list[bytes]) -> str:
    """The third line of the last checkpoint."""
    notes = [each.note for each in read(lines) if isinstance(each, CheckpointLine)]
    return notes[-1].text.split("\n")[2]


def test_the_example_is_sound_under_the_keys_its_page_names() -> None:
    log, witness = (VerifierKey.parse(line) for line in PAGE.read_text().split("```\n")[1].split())
    report = verify(read(EXAMPLE.read_bytes().splitlines(keepends=True)), key=log, witnesses=[witness])
    assert findings(report) == []
    assert (report.leaves, report.opened, report.erased, list(report.cosigned_by)) == (
        8,
        6,
        2,
        [witness.name],
    )


def test_the_example_keeps_nothing_of_whom_it_forgot() -> None:
    assert "somebody@" not in EXAMPLE.read_text()


def test_the_standard_library_finds_the_root_that_was_signed(tmp_path: Path) -> None:
    lines = EXAMPLE.read_bytes().splitlines(keepends=True)
    root = last_root(lines)
    assert checked(EXAMPLE, root) == (0, f"The root of 8 leaves is {root}: as signed.\n")
    for changed in (lines[:6] + lines[7:], [line.replace(b"question:1", b"question:2") for line in lines]):
        path = tmp_path / "changed.jsonl"
        path.write_bytes(b"".join(changed))
        code, told = checked(path, root)
        assert (code, "NOT what was signed" in told) == (1, True)


@pytest.mark.django_db(transaction=True)
def test_and_the_root_of_a_sites_own_export(tmp_path: Path) -> None:
    signed(5)
    signed(8, 5)
    path = tmp_path / "trail.jsonl"
    for lines in (file(opened=True), file()):
        path.write_bytes(b"".join(lines))
        assert checked(path, last_root(lines))[0] == 0
