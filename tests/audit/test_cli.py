"""`caimera audit`: what it prints, how it ends, and that reading the trail is in the trail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from caimera.audit.keys import log_key, witness_key
from caimera.audit.models import Checkpoint, Record
from caimera.cli.main import main
from tests.audit.trails import act, acts, file, harm, signed

pytestmark = pytest.mark.django_db(transaction=True)


def caimera(*words: str, answer: str = "") -> Result:
    return CliRunner().invoke(main, ["audit", "--site", "hub", *words], input=answer)


@pytest.fixture
def exported(tmp_path: Path, transactional_db: None) -> Path:
    signed(6)
    path = tmp_path / "trail.jsonl"
    path.write_bytes(b"".join(file(opened=True)))
    return path


def test_a_sound_trail_ends_with_0(exported: Path) -> None:
    for words in ((), (str(exported),), (str(exported), "--key", str(log_key().verifier))):
        done = caimera("verify", *words)
        assert done.exit_code == 0, done.output
        assert "hub: 6 leaves" in done.output
        assert done.output.endswith("Nothing was changed.\n")
    assert "the key given" in done.output


def test_a_changed_trail_ends_with_1_and_says_where(exported: Path) -> None:
    exported.write_bytes(exported.read_bytes().replace(b"study 3", b"study 4"))
    done = caimera("verify", str(exported))
    assert done.exit_code == 1
    assert "FOUND: The record at position 3 was changed: detail.purpose." in done.output
    harm("DELETE FROM audit_leaf WHERE position = 5")
    done = caimera("verify")
    assert done.exit_code == 1
    assert "FOUND: Position 5 is missing" in done.output


def test_a_file_is_verified_with_no_site_and_no_django(exported: Path) -> None:
    program = (
        "import sys; sys.modules.update(django=None, psycopg=None); from caimera.cli.main import main; main()"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CAIMERA_")}
    done = subprocess.run(
        [sys.executable, "-c", program, "audit", "verify", str(exported)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing was changed." in done.stdout


def test_a_checkpoint_kept_earlier_is_asked_for(exported: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text(Checkpoint.objects.get().note)
    harm("DELETE FROM audit_record", "DELETE FROM audit_leaf", "DELETE FROM audit_checkpoint")
    signed(6)
    assert caimera("verify").exit_code == 0
    done = caimera("verify", "--known", str(kept))
    assert done.exit_code == 1
    assert "not those of a checkpoint kept elsewhere" in done.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--key", "no key"), "This is no verifier key"),
        (("--witness", "no key"), "This is no verifier key"),
        (("--known", __file__), "no signature"),
    ],
)
def test_what_was_given_wrongly_is_said(exported: Path, words: tuple[str, ...], sentence: str) -> None:
    done = caimera("verify", str(exported), *words)
    assert done.exit_code == 1
    assert sentence in done.output
    assert "Traceback" not in done.output


def test_a_file_that_is_no_export_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"\xff\xfe")
    done = caimera("verify", str(path))
    assert (done.exit_code, done.output) == (1, "Error: Line 1 is no line of an exported trail.\n")


def test_reading_the_trail_is_in_the_trail() -> None:
    acts(5)
    act("person:omar", "role.granted", object="person:7d0c")
    done = caimera("show", "--about", "person:omar", "--json")
    assert [json.loads(line)["act"] for line in done.output.splitlines()] == [
        "role.granted",
        "question.asked",
    ]
    read = Record.objects.get(act="trail.read")
    assert (read.actor, read.detail["about"], read.detail["records"]) == ("system", ["person:omar"], 2)
    assert "system trail.read" in caimera("show", "--act", "trail.read").output
    assert (
        caimera("show", "--limit", "1", "--from", "2026-01-01", "--until", "2999-01-01T00:00:00Z").exit_code
        == 0
    )
    assert "is no time" in caimera("show", "--from", "yesterday").output


def test_an_export_holds_everything_up_to_its_own_record(tmp_path: Path) -> None:
    acts(3)
    path = tmp_path / "out.jsonl"
    assert caimera("export", "--opened", "--output", str(path)).exit_code == 0
    assert path.stat().st_mode & 0o777 == 0o600
    assert '"act":"trail.exported"' in path.read_text()
    assert caimera("verify", str(path)).exit_code == 0
    done = caimera("export", "--from", "2999-01-01")
    assert json.loads(done.output.splitlines()[0])["whole"] is False


def test_who_touched_what(exported: Path) -> None:
    done = caimera("touched", "--from", "2020-01-01", "--until", "2999-01-01")
    assert "person:rosa question.asked question:0" in done.output
    said = json.loads(caimera("touched", "--json").output)
    assert (said["records"], len(said["touches"])) == (8, 7)
    assert said["named"]["person"] == {"person:omar": 1, "person:rosa": 2}
    assert said["named"]["site"] == {"trials": 1}
    asked, reading = caimera("touched", "--csv", "--node", "trials").output.splitlines()[1:]
    assert asked.startswith("site:trials,question.asked,question:2,1,20")
    assert reading.startswith("system,trail.read,,1,20")  # that somebody looked for this site


def test_what_was_touched_is_handed_over_with_its_proof(exported: Path, tmp_path: Path) -> None:
    file = tmp_path / "breach.zip"
    assert caimera("touched", "--person", "person:rosa", "--output", str(file)).exit_code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(file) as archive:
        assert sorted(archive.namelist()) == ["touched.csv", "touched.json", "trail.jsonl"]
        archive.extract("trail.jsonl", tmp_path)
        said = json.loads(archive.read("touched.json"))
        table = archive.read("touched.csv").decode("utf-8-sig").splitlines()
    assert said["wanted"]["persons"] == ["person:rosa"]
    assert {each["actor"] for each in said["touches"]} == {"person:rosa", "system"}
    assert len(table) == 1 + len(said["touches"])
    done = caimera("verify", str(tmp_path / "trail.jsonl"))
    assert done.output.endswith("Nothing was changed.\n")
    assert Record.objects.get(act="trail.exported").detail["about"] == ["person:rosa"]


def test_a_trail_is_sequenced_by_hand() -> None:
    acts(3)
    assert caimera("sequence").output == "3 records placed; signed a checkpoint of 3.\n"
    assert caimera("sequence").output == "0 records placed; nothing to sign.\n"
    harm("DELETE FROM audit_leaf WHERE position = 2")
    acts(1)
    done = caimera("sequence")
    assert done.exit_code == 1
    assert "Run `caimera audit verify`" in done.output


def test_a_person_is_forgotten_after_a_question(exported: Path) -> None:
    assert (
        CliRunner().invoke(main, ["audit", "--site", "hub", "forget", "person:rosa"], input="n\n").exit_code
        == 1
    )
    assert Record.objects.filter(actor="person:rosa").count() == 2
    assert caimera("forget", "--yes", "person:rosa").output == "2 records erased.\n"
    assert not Record.objects.filter(actor="person:rosa").exists()
    assert caimera("expire").output == "0 records retired.\n"


def test_the_keys_are_printed() -> None:
    assert caimera("keys").output.split() == [str(log_key().verifier), str(witness_key().verifier)]


def test_whose_trail_it_is_must_be_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    assert CliRunner().invoke(main, ["audit", "keys"]).exit_code == 0
    monkeypatch.delenv("CAIMERA_HUB_SITE_ID")
    done = CliRunner().invoke(main, ["audit", "keys"])
    assert done.exit_code == 1
    assert "--site hub or --site node" in done.output
    done = CliRunner().invoke(main, ["audit", "--demo", "nowhere", "keys"])
    assert "Its sites are hub, trials, genomics, community" in done.output
