"""Exports: the trail or a part, with or without records; each verifies and says no more than asked."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from caimera.audit import exporting
from caimera.audit.actions import forget_person
from caimera.audit.checkpoints import make_checkpoint
from caimera.audit.keys import log_key
from caimera.audit.lines import Header, LeafLine, PersonLine, read
from caimera.audit.models import Record
from caimera.audit.queries import between, trail, waiting
from caimera.audit.retiring import apply_retention
from caimera.audit.sequencing import sequence
from caimera.audit.touching import Wanted, touched
from caimera.audit.verifying import verify
from tests.audit.trails import acts, file, findings, harm, rows, signed

pytestmark = pytest.mark.django_db(transaction=True)

DAY = datetime(2026, 5, 1, tzinfo=UTC)
PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "the-trail.md"


@pytest.fixture
def days(transactional_db: None) -> None:
    """Twenty acts, one a day from DAY on, under checkpoints of 5, 10, 15 and 20."""
    for first in range(0, 20, 5):
        acts(5, first)
        harm(
            "UPDATE audit_record SET at = timestamptz '2026-05-01 00:00+00'"
            " + (id - (SELECT min(id) FROM audit_record)) * interval '1 day'"
        )
        signed(0)


def day(number: float) -> datetime:
    return DAY + timedelta(days=number)


def parts(lines: list[bytes]) -> tuple[Header, list[LeafLine]]:
    found = list(read(lines))
    assert isinstance(found[0], Header)
    return found[0], [each for each in found if isinstance(each, LeafLine)]


@pytest.mark.usefixtures("days")
@pytest.mark.parametrize("batch", [1, 3, 20, 21])
def test_batches_do_not_show(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each batch is fetched while the one before is looked at: the lines and their order stay the same."""
    whole = file(opened=True)
    monkeypatch.setattr(exporting, "_CHUNK", batch)
    assert file(opened=True) == whole
    assert len(parts(whole)[1]) == 20


@pytest.mark.usefixtures("days")
def test_an_export_that_is_not_read_to_its_end_leaves_nothing_under_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exporting, "_CHUNK", 4)
    lines = exporting.verifiable()
    assert any(isinstance(line, LeafLine) for line in lines), "it stops at the first leaf"
    lines.close()
    assert not connection.in_atomic_block
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("leaves")]
    assert Record.objects.count() == 20


FAILS = "l.text || repeat('', (1 / (13 - l.position))::int)"


@pytest.mark.usefixtures("days")
def test_a_batch_that_cannot_be_fetched_is_no_end_of_the_trail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "_CHUNK", 5)
    monkeypatch.setattr(exporting, "_LEAVES", exporting._LEAVES.replace("l.text", FAILS))
    with pytest.raises(psycopg.errors.DivisionByZero):
        verify(exporting.verifiable())


@pytest.mark.usefixtures("days")
def test_without_records_an_export_tells_nothing_about_persons_and_verifies() -> None:
    lines = file()
    assert findings(verify(read(lines), key=log_key().verifier)) == []
    text = b"".join(lines).decode()
    assert not [word for word in ("rosa", "omar", "study", "r-1", "salt") if word in text]
    assert "question:7" in text


@pytest.mark.usefixtures("days")
def test_a_part_begins_and_ends_at_checkpoints_and_shows_what_was_asked_for() -> None:
    lines = file(since=day(6), until=day(8), opened=True)
    header, leaves = parts(lines)
    assert (header.begin, header.end, header.whole) == (5, 10, False)
    assert [leaf.position for leaf in leaves] == [5, 6, 7, 8, 9]
    assert [leaf.record is not None for leaf in leaves] == [False, True, True, False, False]
    assert findings(verify(read(lines))) == []
    persons = [each.name for each in read(lines) if isinstance(each, PersonLine)]
    assert persons == ["person:omar"]


@pytest.mark.usefixtures("days")
@pytest.mark.parametrize(
    ("since", "until", "begin", "end"),
    [(None, 3, 0, 5), (17, None, 15, 20), (4, 6, 0, 10), (0, 20, 0, 20), (30, None, 20, 20), (3, 3, 20, 20)],
)
def test_every_part_verifies(since: float | None, until: float | None, begin: int, end: int) -> None:
    window = {"since": None if since is None else day(since), "until": None if until is None else day(until)}
    for opened in (True, False):
        lines = file(**window, opened=opened)
        header, leaves = parts(lines)
        assert (header.begin, header.end, len(leaves)) == (begin, end, end - begin)
        assert findings(verify(read(lines))) == []


@pytest.mark.usefixtures("days")
def test_a_part_that_was_changed_does_not_verify() -> None:
    lines = file(since=day(6), until=day(8), opened=True)
    changed = [line.replace(b"question:6", b"question:9") for line in lines]
    assert findings(verify(read(changed))) == [("root", 5, 9)]
    without = [line for line in lines if b'"position":8' not in line]
    assert findings(verify(read(without))) == [("missing", 8, 8)]


def test_an_empty_trail_is_exported_and_verifies() -> None:
    assert findings(verify(read(file()))) == []
    assert findings(verify(read(file(opened=True)))) == []


@pytest.mark.usefixtures("days")
def test_what_waits_for_a_checkpoint_is_not_in_an_export() -> None:
    acts(2)
    assert waiting() == 2
    assert parts(file())[0].end == 20


@pytest.mark.usefixtures("days")
def test_after_a_breach_one_sees_who_touched_what() -> None:
    found = [(each.actor, each.object, each.count) for each in touched(Wanted(day(5), day(7))).touches]
    assert found == [("person:omar", "question:6", 1), ("person:rosa", "question:5", 1)]
    assert len(touched(Wanted()).touches) == 20
    assert [each.at for each in between(trail(), day(18), None)] == [day(19), day(18)]


def by_a_stranger(tmp_path: Path, lines: list[bytes]) -> subprocess.CompletedProcess[str]:
    """The page's own program, run on its own: nothing of ours can be imported there."""
    _, _, rest = PAGE.read_text().partition("```python\n")
    program, _, _ = rest.partition("```")
    (tmp_path / "check.py").write_text(program)
    (tmp_path / "trail.jsonl").write_bytes(b"".join(lines))
    blocked = "import sys; sys.modules['caimera'] = None; import runpy; sys.argv.pop(0);"
    command = [sys.executable, "-c", f"{blocked} runpy.run_path(sys.argv[0])", "check.py", "trail.jsonl"]
    return subprocess.run(
        [*command, str(log_key().verifier)], cwd=tmp_path, capture_output=True, text=True, check=False
    )


def test_a_stranger_verifies_an_export_with_thirty_lines_of_their_own(tmp_path: Path) -> None:
    signed(7)
    signed(6, 7)
    forget_person(names=["person:rosa"], actor="system")
    signed(1, 13)
    for lines in (file(opened=True), file()):
        done = by_a_stranger(tmp_path, lines)
        assert done.stderr == ""
        assert done.stdout == "16 leaves are what caimera.audit/hub signed; 0 are not signed.\n"


def test_a_stranger_verifies_what_is_left_after_retention(tmp_path: Path) -> None:
    made = acts(5)
    harm(f"UPDATE audit_record SET at = at - interval '400 days' WHERE id <= {made[-1]}")
    sequence(wait=True)
    make_checkpoint(wait=True)
    assert apply_retention(days={"*": 365}, now=datetime.now(UTC)) == 5
    signed(1, 5)
    assert by_a_stranger(tmp_path, file(opened=True)).stdout.startswith("7 leaves are what")


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"question:3", b"question:4"), (b"study 3", b"study 4"), (b'"position":3,', b'"position":4,')],
)
def test_a_stranger_finds_what_was_changed(tmp_path: Path, before: bytes, after: bytes) -> None:
    signed(7)
    lines = [line.replace(before, after) for line in file(opened=True)]
    done = by_a_stranger(tmp_path, lines)
    assert done.returncode == 1
    assert "AssertionError" in done.stderr


def test_the_page_keeps_its_word_about_thirty_lines() -> None:
    _, _, rest = PAGE.read_text().partition("```python\n")
    program = [line for line in rest.partition("```")[0].splitlines() if line.strip()]
    assert len(program) <= 36
    assert not [line for line in program if "caimera." in line and "import" in line]


def test_names_in_records_do_not_break_lines() -> None:
    signed(1)
    harm("UPDATE audit_record SET object = E'a\\nb\\u2028c'")
    assert len(file(opened=True)) == len([json.loads(line) for line in file(opened=True)])
    assert Record.objects.count() == 1
    assert rows("SELECT count(*) FROM audit_leaf") == [(1,)]
