"""Files are taken in whole or not at all, scanned, given out as they came, and removed with their bytes."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from caimera.audit.queries import trail
from caimera.hub.documents.actions import LARGEST, give_out, remove, take_in, tidy
from caimera.hub.documents.errors import DocumentGone, DocumentRefused, NoPlace, ScannerAway
from caimera.hub.documents.models import Document
from caimera.people.models import Person
from tests.hub.documents.conftest import EICAR, GOOD, FakeClamd, docx

pytestmark = pytest.mark.django_db


def upload(name: str = "a.pdf", content: bytes = GOOD["a.pdf"]) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def scanned_by(settings: Settings, address: str) -> None:
    settings.SITE = settings.SITE.model_copy(update={"clamd": address})


def test_a_file_is_kept_with_its_hash_readable_by_nobody_else(person: Person, data_dir: Path) -> None:
    made = take_in(file=upload("../Köln.pdf"), person=person)
    (path,) = files(data_dir)
    assert path.read_bytes() == GOOD["a.pdf"]
    assert path.stat().st_mode & 0o077 == 0
    assert (path.name, made.name, made.size, made.scanned) == (made.pk.hex, "Köln.pdf", 15, False)
    assert give_out(document=made, person=person) == GOOD["a.pdf"]
    told = [(one.act, one.detail) for one in trail(object=f"document:{made.pk}")]
    assert told == [("document.read", {}), ("document.handed-in", {"sha256": made.sha256})]


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (upload(content=b""), "is empty"),
        (upload(content=b"MZ"), "not what its name says"),
        (upload("a.exe"), "not taken"),
        (upload(content=b"%PDF-" + bytes(LARGEST)), "more than 20 MB"),
    ],
    ids=["empty", "disguised", "program", "large"],
)
def test_what_will_not_do_leaves_nothing_behind(
    person: Person, data_dir: Path, file: SimpleUploadedFile, sentence: str
) -> None:
    with pytest.raises(DocumentRefused, match=sentence):
        take_in(file=file, person=person)
    assert (files(data_dir), Document.objects.count()) == ([], 0)


def test_a_large_file_is_refused_unread(person: Person) -> None:
    class Unreadable(SimpleUploadedFile):
        def read(self, *_: object) -> bytes:
            raise AssertionError("read")

    file = Unreadable("a.pdf", b"x")
    file.size = 2_000_000_000
    with pytest.raises(DocumentRefused, match="more than 20 MB"):
        take_in(file=file, person=person)


def test_a_site_without_a_folder_takes_none(person: Person, settings: Settings) -> None:
    settings.SITE = settings.SITE.model_copy(update={"data_dir": None})
    with pytest.raises(NoPlace, match="CAIMERA_HUB_DATA_DIR"):
        take_in(file=upload(), person=person)
    assert tidy(age=-1) == 0


def test_the_real_scanner_lets_clean_files_in_and_knows_the_test_virus(
    person: Person, settings: Settings, clamd: str, data_dir: Path
) -> None:
    scanned_by(settings, clamd)
    assert take_in(file=upload(), person=person).scanned
    for name, content in (("a.txt", EICAR), ("a.docx", docx(**{"word/media/a.txt": EICAR}))):
        with pytest.raises(DocumentRefused, match=r"Eicar-Test"):
            take_in(file=upload(name, content), person=person)
    assert len(files(data_dir)) == 1


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: Engine ERROR\0"])
def test_a_scanner_without_a_verdict_lets_nothing_in(
    person: Person, settings: Settings, fake_clamd: FakeClamd, answer: bytes
) -> None:
    scanned_by(settings, fake_clamd(answer))
    with pytest.raises(ScannerAway):
        take_in(file=upload(), person=person)
    assert Document.objects.count() == 0


def test_a_scanner_that_finds_something_is_believed(
    person: Person, settings: Settings, fake_clamd: FakeClamd
) -> None:
    scanned_by(settings, fake_clamd(b"stream: Win.Test.X FOUND\0"))
    with pytest.raises(DocumentRefused, match=r"Win\.Test\.X"):
        take_in(file=upload(), person=person)


@pytest.mark.parametrize("address", ["unix:/nowhere/clamd.ctl", "tcp://127.0.0.1:1"])
def test_a_scanner_that_is_away_lets_nothing_in(person: Person, settings: Settings, address: str) -> None:
    scanned_by(settings, address)
    with pytest.raises(ScannerAway, match="Try again in a few minutes"):
        take_in(file=upload(), person=person)


def test_bytes_that_changed_or_went_are_not_given_out(person: Person, data_dir: Path) -> None:
    made = take_in(file=upload(), person=person)
    (path,) = files(data_dir)
    path.write_bytes(b"%PDF-other%%EOF")
    with pytest.raises(DocumentGone):
        give_out(document=made, person=person)
    path.unlink()
    with pytest.raises(DocumentGone):
        give_out(document=made, person=person)
    assert not trail(act="document.read").exists()


def test_a_removed_file_goes_when_that_is_certain(
    person: Person, data_dir: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    made = take_in(file=upload(), person=person)
    with django_capture_on_commit_callbacks(execute=True):
        remove(document=made, person=person)
        assert len(files(data_dir)) == 1
    assert files(data_dir) == []


def test_files_without_a_row_go_after_a_day(person: Person, data_dir: Path) -> None:
    for _ in range(2):
        made = take_in(file=upload(), person=person)
    made.delete()
    lost = data_dir / "documents" / "ab" / "unfinished.tmp"
    lost.parent.mkdir(parents=True, exist_ok=True)
    lost.write_bytes(b"half")
    assert (len(files(data_dir)), tidy()) == (3, 0)
    for path in files(data_dir):
        os.utime(path, (time.time() - 90_000,) * 2)
    assert tidy() == 2
    assert [path.name for path in files(data_dir)] == [Document.objects.get().pk.hex]
