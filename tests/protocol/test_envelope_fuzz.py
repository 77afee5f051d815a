"""Whatever arrives, it is a letter or it is refused by name: nothing else ever comes out of `open_sealed`."""

from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from caimera.protocol.envelope import EnvelopeError, Letter
from tests.protocol.parties import body, forged, header, opened, padded, sealed, signed
from tests.protocol.test_canonical import values

ENVELOPE = sealed()


def _letter_or_refusal(data: bytes) -> Letter | str:
    try:
        return opened(data)
    except EnvelopeError as refusal:
        return refusal.code


@given(st.binary(max_size=3000))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(EnvelopeError):
        opened(data)


@given(values)
def test_any_json_is_refused(value: Any) -> None:
    with pytest.raises(EnvelopeError):
        opened(rfc8785.dumps(value))


@given(st.integers(0, len(ENVELOPE) - 1), st.integers(1, 255))
def test_any_changed_byte_is_refused(position: int, change: int) -> None:
    data = bytearray(ENVELOPE)
    data[position] ^= change
    with pytest.raises(EnvelopeError):
        opened(bytes(data))


@given(st.integers(0, len(ENVELOPE) - 1), st.binary(max_size=4))
def test_bytes_left_out_or_put_in_are_refused(position: int, inserted: bytes) -> None:
    with pytest.raises(EnvelopeError):
        opened(ENVELOPE[:position] + inserted + ENVELOPE[position + len(inserted) + 1 :])


@given(st.sampled_from(sorted(header())), values)
def test_an_enrolled_site_that_signs_any_header_does_no_harm(name: str, value: Any) -> None:
    assert _letter_or_refusal(forged({**header(), name: value}, padded(rfc8785.dumps(body()))))


@given(st.binary(max_size=600))
def test_an_enrolled_site_that_seals_any_bytes_is_refused(plain: bytes) -> None:
    with pytest.raises(EnvelopeError):
        opened(forged(header(), plain))


@given(st.sampled_from(["asker", "message", "type"]), values)
def test_an_enrolled_site_that_seals_any_body_does_no_harm(name: str, value: Any) -> None:
    assert _letter_or_refusal(forged(header(), padded(rfc8785.dumps(body(**{name: value})))))


@given(values)
def test_an_enrolled_site_that_seals_any_question_does_no_harm(value: Any) -> None:
    message = body()["message"] | {"question": value}
    assert _letter_or_refusal(forged(header(), padded(rfc8785.dumps(body(message=message)))))


@given(values)
def test_an_enrolled_site_that_signs_any_sealing_is_refused(value: Any) -> None:
    document = {name: member for name, member in header().items() if name != "suite"} | {"sealed": value}
    with pytest.raises(EnvelopeError):
        opened(signed(document))
