"""Canonical JSON: one text for one value."""

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from caimera.protocol import base64url, canonical
from caimera.protocol.errors import NotCanonical

numbers = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=20,
)


@given(values)
def test_a_canonical_text_is_read_as_the_value_it_was_written_from(value: object) -> None:
    assert canonical.loads(canonical.dumps(value)) == value


@given(values)
@example({"\U0001f600": 1, "\ue000": 2})
@example([1e16, 1e15, 1e-4, 1e-5, 1e21, 12.0, -0.0, 0.28, 2**53 - 1])
@example({"\x7f": '\x00\x1f\x7f/\\"\u2028'})
def test_the_text_is_what_the_reference_implementation_writes(value: Any) -> None:
    assert canonical.dumps(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value", [{1: 2}, {True: 1}, {None: 1}, {"a": {2: 1}}, {"\ud800": 1}, "\udfff", {1, 2}]
)
def test_what_json_cannot_say_has_no_text(value: Any) -> None:
    with pytest.raises(NotCanonical):
        canonical.dumps(value)


@given(st.binary())
def test_bytes_are_read_only_if_they_are_what_would_be_written(data: bytes) -> None:
    try:
        value = canonical.loads(data)
    except NotCanonical:
        return
    assert canonical.dumps(value) == data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b'{"a":1}\n',
        b"1.0",
        b"1e2",
        b"-0",
        b"NaN",
        b"Infinity",
        b"1e400",
        b"9007199254740993",
        b"9" * 5000,
        b'"\\u0061"',
        b'"\\ud800"',
        b'{"\\ud800":1}',
        b"\xef\xbb\xbf1",
        b'"\xff"',
        "1".encode("utf-16"),
        b"[" * 100_000,
        b"[" * 300 + b"]" * 299,
    ],
)
def test_any_other_text_is_refused_without_being_repeated(data: bytes) -> None:
    with pytest.raises(NotCanonical) as caught:
        canonical.loads(data)
    assert len(str(caught.value)) < 100


@given(values)
@example({"\U0001f600": 1, "\ue000": 2})
@example([1e16, 1e15, 1e-4, 1e-5, 1e21, 12.0, -0.0, 0.28, 2**53 - 1])
def test_json_that_was_written_otherwise_is_written_as_the_reference_implementation_does(value: Any) -> None:
    assert canonical.rewritten(json.dumps(value, indent=1).encode()) == rfc8785.dumps(value)
    assert canonical.rewritten(json.dumps(value, ensure_ascii=False).encode()) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "data", [b"NaN", b"1e400", b"1152921504606846976", b'"\\ud800"', b"[" * 100_000, b"{"]
)
def test_json_that_has_no_canonical_text_is_not_rewritten(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        canonical.rewritten(data)


@pytest.mark.parametrize("value", [float("nan"), 2**60, {1: 2}, "\ud800", object()])
def test_a_value_without_a_canonical_text_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical.dumps(value)


def test_large_numbers_are_doubles_as_in_every_other_reader() -> None:
    assert canonical.loads(b"100000000000000000000") == 1e20


@given(st.binary())
def test_base64url_has_one_text_for_one_value(data: bytes) -> None:
    assert base64url.decode(base64url.encode(data)) == data


@pytest.mark.parametrize("text", ["A", "AB", "AA==", "A A", "AAA+", "AAA/", "é"])
def test_any_other_base64_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not base64url"):
        base64url.decode(text)
