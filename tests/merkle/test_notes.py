"""Notes and verifier keys: the reference implementation's own vector; what is not exactly one is refused."""

import base64
import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caimera.merkle import (
    COSIGNATURE,
    KeyMalformed,
    Note,
    NoteMalformed,
    SignatureMissing,
    SignerKey,
    VerifierKey,
)

KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PRIVATE = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
LINE = (
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
"""The published vector of golang.org/x/mod/sumdb/note."""
SIGNER = SignerKey("PeterNeumann", base64.b64decode(PRIVATE)[1:])
OTHER = SignerKey("example.org/log", bytes(range(32)))


def test_the_published_note_is_made_letter_for_letter() -> None:
    assert str(Note(TEXT).signed(SIGNER)) == f"{TEXT}\n{LINE}"
    assert str(SIGNER.verifier) == KEY


def test_the_published_note_verifies() -> None:
    note = Note.parse(f"{TEXT}\n{LINE}")
    note.verify(VerifierKey.parse(KEY))
    assert (note.text, str(note)) == (TEXT, f"{TEXT}\n{LINE}")


def test_several_sign_and_each_is_found() -> None:
    note = Note.parse(str(Note(TEXT).signed(SIGNER).signed(OTHER)))
    assert [each.name for each in note.signatures] == ["PeterNeumann", "example.org/log"]
    note.verify(SIGNER.verifier)
    note.verify(OTHER.verifier)
    with pytest.raises(SignatureMissing, match="not signed by other"):
        note.verify(SignerKey("other", bytes(32)).verifier)


def test_a_key_of_the_same_name_is_another_key() -> None:
    note = Note(TEXT).signed(SIGNER)
    with pytest.raises(SignatureMissing):
        note.verify(SignerKey("PeterNeumann", bytes(32)).verifier)


def test_a_witness_key_does_not_vouch_for_a_note() -> None:
    witness = SignerKey("w", bytes(32), COSIGNATURE)
    with pytest.raises(SignatureMissing):
        Note(TEXT).signed(witness).verify(witness.verifier)


def test_one_wrong_signature_of_a_key_spoils_the_right_one() -> None:
    note = Note(TEXT).signed(SIGNER)
    twice = note.with_signature(Note("another\n").signed(SIGNER).signatures[0])
    with pytest.raises(SignatureMissing):
        twice.verify(SIGNER.verifier)


@settings(deadline=None)
@given(st.data())
def test_a_text_changed_anywhere_is_not_what_was_signed(draw: st.DataObject) -> None:
    at = draw.draw(st.integers(0, len(TEXT) - 2))
    changed = TEXT[:at] + ("x" if TEXT[at] != "x" else "y") + TEXT[at + 1 :]
    with pytest.raises(SignatureMissing):
        Note(changed, Note(TEXT).signed(SIGNER).signatures).verify(SIGNER.verifier)


@pytest.mark.parametrize(
    "note",
    [
        "",
        TEXT,
        f"{TEXT}\n",
        LINE,
        f"{TEXT}{LINE}",
        f"{TEXT}\n{LINE[:-1]}",
        f"{TEXT}\n{LINE}\n",
        f"{TEXT}\n{LINE}{LINE[:30]}\n",
        f"{TEXT}\n{LINE.replace('—', '-')}",
        f"{TEXT}\n{LINE.replace('PeterNeumann', 'Peter+Neumann')}",
        f"{TEXT}\n{LINE.replace('=', '')}",
        f"{TEXT}\n— PeterNeumann AAAA\n",
        f"\t{TEXT}\n{LINE}",
        f"\ud800{TEXT}\n{LINE}",
        f"{TEXT}\n" + LINE * 101,
        "x" * 1_000_001 + f"\n\n{LINE}",
    ],
)
def test_what_is_not_exactly_a_note_is_refused(note: str) -> None:
    with pytest.raises(NoteMalformed):
        Note.parse(note)


def test_every_part_and_every_change_of_a_key_is_refused() -> None:
    parts = [KEY[i:j] for i in range(len(KEY)) for j in range(i + 1, len(KEY) + 1) if j - i < len(KEY)]
    changed = [KEY[:i] + chr(ord(KEY[i]) + 1) + KEY[i + 1 :] for i in range(len(KEY))]
    short = "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=="
    unknown = "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    for text in (*parts, *changed, short, unknown):
        with pytest.raises(KeyMalformed):
            VerifierKey.parse(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u00a0b", "a\ud800"])
def test_a_name_that_would_break_a_line_is_no_name(name: str) -> None:
    with pytest.raises(KeyMalformed):
        _ = SignerKey(name, bytes(32)).verifier


def test_a_private_key_is_not_shown() -> None:
    assert "private" not in repr(SIGNER)


lines = st.text(alphabet="— PeterNumax08go/=+\n\r\t\0é", max_size=120)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=200), lines, lines.map(lambda text: f"{TEXT}\n{text}")))
def test_whatever_the_text_a_note_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(NoteMalformed):
        assert str(Note.parse(text)) == text


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(st.text(max_size=100), st.from_regex(r"[a-c]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}", fullmatch=True))
)
def test_whatever_the_text_a_key_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(KeyMalformed):
        assert str(VerifierKey.parse(text)) == text
