"""The lines of an export: each is read as it was written, and nothing else is read at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caimera.audit.errors import ExportMalformed
from caimera.audit.leaves import Opened
from caimera.audit.lines import CheckpointLine, Header, LeafLine, Line, PersonLine, WitnessLine, read, write
from caimera.audit.verifying import verify
from caimera.merkle import COSIGNATURE, Checkpoint, SignerKey

LOG = SignerKey("caimera.audit/hub", bytes(32))
WITNESS = SignerKey("caimera.witness/trials", bytes(32), COSIGNATURE)
HEADER = Header("hub", LOG.verifier, 0, 3, opened=True, whole=True)
RECORD = Opened(
    1, datetime(2026, 11, 27, tzinfo=UTC), "a.done", "person:é", "", {"x": [1, "ü"]}, "", bytes(32)
)
LINES: tuple[Line, ...] = (
    HEADER,
    PersonLine("person:é", bytes(range(32))),
    WitnessLine("trials", WITNESS.verifier),
    LeafLine(0, text='{"v":1}', record=RECORD),
    LeafLine(1, text="any"),
    LeafLine(2, hash=bytes(32)),
    CheckpointLine(Checkpoint("caimera.audit/hub", 1, bytes(32)).signed(LOG), (bytes(32),)),
)


def texts(lines: tuple[Line, ...] = LINES) -> list[bytes]:
    return [line.encode() for line in write(lines)]


def test_every_line_is_read_as_it_was_written() -> None:
    assert tuple(read(texts())) == LINES
    assert all(text.endswith(b"\n") and b"\n" not in text[:-1] for text in texts())


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        b"null",
        b'"position"',
        b"\xff",
        b'{"other":1}',
        b'{"position":true,"hash":"' + b"0" * 64 + b'"}',
        b'{"position":-1,"hash":"' + b"0" * 64 + b'"}',
        b'{"position":9223372036854775808,"hash":"' + b"0" * 64 + b'"}',
        b'{"position":1.0,"hash":"' + b"0" * 64 + b'"}',
        b'{"position":1,"hash":"00"}',
        b'{"position":1,"leaf":5}',
        b'{"position":1,"leaf":"\\ud800"}',
        b'{"position":1,"leaf":"x","record":{}}',
        b'{"position":1,"leaf":"x","record":3}',
        b'{"person":"x","key":"0"}',
        b'{"person":3,"key":"00"}',
        b'{"witness":"x","key":"no key"}',
        b'{"checkpoint":"no note","frontier":[]}',
        b'{"checkpoint":"no note"}',
        b"[" * 5000,
        b'{"position":' + b"1" * 5000 + b"}",
    ],
)
def test_a_line_of_another_kind_is_refused_by_its_number(line: bytes) -> None:
    with pytest.raises(ExportMalformed, match="Line 2"):
        list(read([texts()[0], line]))


def test_a_file_has_one_header_and_begins_with_it() -> None:
    with pytest.raises(ExportMalformed, match="Line 1"):
        list(read(texts()[1:]))
    with pytest.raises(ExportMalformed, match="Line 2"):
        list(read(texts()[:1] * 2))
    with pytest.raises(ExportMalformed, match="nothing in this file"):
        verify(read([]))


def test_another_version_is_refused() -> None:
    said = json.loads(texts()[0])
    with pytest.raises(ExportMalformed, match="Line 1"):
        list(read([json.dumps({**said, "caimera_audit_export": 2}).encode()]))


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_whatever_becomes_of_a_file_it_is_judged_or_refused(draw: st.DataObject) -> None:
    lines = texts()
    number = draw.draw(st.integers(0, len(lines) - 1))
    line = bytearray(lines[number])
    place = draw.draw(st.integers(0, len(line) - 1))
    line[place : place + draw.draw(st.integers(0, 9))] = draw.draw(st.binary(max_size=9))
    lines[number] = bytes(line)
    assert "Line" in judged(lines)


def judged(lines: list[bytes]) -> str:
    """What a file is refused with, or a word that it was judged: this one never is without a finding."""
    try:
        assert verify(read(lines)).findings
    except ExportMalformed as refusal:
        return str(refusal)
    return "Lines were judged."


keys = st.sampled_from(
    ["position", "leaf", "record", "hash", "checkpoint", "frontier", "person", "witness", "key"]
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("0" * 64),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(keys, anything, min_size=1))
def test_whatever_an_object_says_it_is_judged_or_refused(said: dict[str, object]) -> None:
    assert "Line" in judged([texts()[0], json.dumps(said).encode()])
