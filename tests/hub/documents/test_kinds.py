"""Files are what is in them, not what they are called."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caimera.hub.documents import archives
from caimera.hub.documents.errors import DocumentRefused
from caimera.hub.documents.kinds import KINDS, LONGEST_NAME, kind_of, safe_name
from tests.hub.documents.conftest import GOOD, archive, docx

MZ = b"MZ\x90\0\x03\0\0\0" + bytes(120)
ELF = b"\x7fELF\x02\x01\x01" + bytes(120)


@pytest.mark.parametrize(("name", "content"), GOOD.items())
def test_a_file_that_is_what_its_name_says_is_taken(name: str, content: bytes) -> None:
    assert kind_of(name, content).media_type.count("/") == 1


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize(
    "content", [MZ, ELF, b"#!/bin/sh\nrm -rf /\n", b"\0" * 50], ids=["MZ", "ELF", "sh", "0"]
)
def test_a_disguised_program_is_refused_under_every_name(name: str, content: bytes) -> None:
    with pytest.raises(DocumentRefused, match=r"not what its name says"):
        kind_of(name, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (name, content)
        for name in GOOD
        for other, content in GOOD.items()
        if KINDS["." + name.lower().rpartition(".")[2]] != KINDS["." + other.lower().rpartition(".")[2]]
        and {name[-3:].lower(), other[-3:].lower()} != {"csv", "txt"}
        and not (name[-3:].lower() in ("csv", "txt") and other.endswith("pdf"))
    ],
)
def test_no_kind_passes_for_another(name: str, content: bytes) -> None:
    with pytest.raises(DocumentRefused):
        kind_of(name, content)


@pytest.mark.parametrize("name", ["a.exe", "a", "a.pdf.exe", "a.html", "a.zip", "a.doc", ".pdf"])
def test_other_kinds_are_not_taken(name: str) -> None:
    with pytest.raises(DocumentRefused, match=r"Files of this kind are not taken|not what its name says"):
        kind_of(name, b"%PDF-")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (docx(**{"word/vbaProject.bin": b"x"}), "macros"),
        (docx(**{"word/embeddings/tool.bin": MZ}), "holds a program"),
        (docx(**{"word/media/a.bin": ELF}), "holds a program"),
        (docx()[:-30], "damaged or locked"),
        (b"PK\x03\x04" + bytes(200), "damaged or locked"),
        (archive({f"word/{number}": b"" for number in range(5_001)}), "no ordinary office document"),
        (archive({"word/document.xml": b"x"}), "not what its name says"),
    ],
    ids=["macros", "MZ within", "ELF within", "cut off", "not an archive", "many parts", "no types"],
)
def test_an_office_document_that_is_none_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(DocumentRefused, match=sentence):
        kind_of("a.docx", content)


def test_a_bomb_is_refused_before_it_is_unpacked_whole() -> None:
    bomb = docx(**{"word/media/a.bmp": bytes(archives.MOST_UNPACKED)})
    assert len(bomb) < 1_000_000
    with pytest.raises(DocumentRefused, match="too large when unpacked"):
        kind_of("a.docx", bomb)


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    """The size in the directory is one byte; what comes out is more than that."""
    content = bytearray(docx(**{"word/media/a.bmp": bytes(10_000_000)}))
    entry = content.rindex(b"PK\x01\x02")
    struct.pack_into("<L", content, entry + 24, 1)
    with pytest.raises(DocumentRefused, match="damaged or locked"):
        kind_of("a.docx", bytes(content))


def test_parts_that_share_their_bytes_are_refused() -> None:
    """Fifield's bomb: many entries of the directory lead to the same packed bytes."""
    content = docx(**{f"word/media/{number}": bytes(100_000) for number in range(2)})
    entry = content.rindex(b"PK\x01\x02")
    end = content.rindex(b"PK\x05\x06")
    directory, tail = content[entry:end], bytearray(content[end:])
    copies = b"".join(
        directory.replace(b"word/media/1", f"word/medi{number:03}".encode()) for number in range(100, 999)
    )
    struct.pack_into(
        "<HHLL",
        tail,
        8,
        4 + 899,
        4 + 899,
        end - content.index(b"PK\x01\x02") + len(copies),
        content.index(b"PK\x01\x02"),
    )
    assert len(copies) == 899 * len(directory)
    with pytest.raises(DocumentRefused):
        kind_of("a.docx", content[:end] + copies + bytes(tail))


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\Vertrag Köln.pdf", "Vertrag Köln.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("annex\u202efdp.exe", "annexfdp.exe"),
        (".htaccess.txt", "htaccess.txt"),
        ('"quoted".pdf', "_quoted_.pdf"),
        ("", "file"),
        ("...", "file"),
        ("x" * 300 + ".pdf", "x" * (LONGEST_NAME - 4) + ".pdf"),
    ],
)
def test_a_name_is_made_safe_and_keeps_its_end(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text(max_size=400))
def test_no_name_leads_anywhere(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= LONGEST_NAME
    assert not set(safe) & set('/\\"<>|\0\r\n\u202e')
    assert safe not in (".", "..")
    assert not safe.startswith(".")
    safe.encode()


@given(st.binary(max_size=300), st.sampled_from(list(KINDS)))
def test_no_bytes_stumble_the_judge(content: bytes, ending: str) -> None:
    for beginning in (b"", b"PK\x03\x04", b"%PDF-"):
        try:
            assert kind_of(f"a{ending}", beginning + content) is KINDS[ending]
        except DocumentRefused as refused:
            assert str(refused)  # noqa: PT017 - either way is an answer
