"""Whatever arrives, it is a letter or it is refused by name: nothing else ever comes out of `open_sealed`."""

import json
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


@given(st.integers(2**53, 10**400) | st.integers(-(10**400), -(2**53)))
def test_numbers_no_double_tells_apart_are_refused(number: int) -> None:
    for data in (f'{{"v":{number}}}', f'{{"a":{number},"v":1}}', f'{{"v":1,"x":[{number}.5e9]}}'):
        with pytest.raises(EnvelopeError):
            opened(data.encode())


@pytest.mark.parametrize("depth", [10, 100, 1_000, 10_000, 100_000, 500_000])
@pytest.mark.parametrize(("open_", "close"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_no_depth_is_too_deep_to_be_refused(depth: int, open_: str, close: str) -> None:
    for data in (
        open_ * depth,
        open_ * depth + "1" + close * depth,
        f'{{"v":1,"x":{open_ * depth}1{close * depth}}}',
    ):
        with pytest.raises(EnvelopeError):
            opened(data.encode())


@given(st.sampled_from(sorted(set(header()) - {"suite"})), st.data())
def test_a_member_said_twice_is_refused(name: str, data: st.DataObject) -> None:
    text = ENVELOPE.decode()
    member = f'"{name}":'
    place = text.index(member)
    again = data.draw(st.sampled_from(['"x"', "1", "null", "[]", text[place + len(member) :].split(",")[0]]))
    with pytest.raises(EnvelopeError):
        opened((text[:place] + f"{member}{again}," + text[place:]).encode())


@given(
    st.sampled_from(["aud", "iss", "nonce", "request_id", "vocabulary", "sig", "sealed"]),
    st.text(max_size=80),
)
def test_a_text_put_in_anothers_place_is_refused(name: str, text: str) -> None:
    document = json.loads(ENVELOPE)
    if document[name] == text:
        return
    document[name] = text
    with pytest.raises(EnvelopeError):
        opened(rfc8785.dumps(document))


@given(
    st.lists(
        st.sampled_from([*'{}[]:,"0123456789.eE+-', "\\u0000", "null", "true", '"v":1', '"sealed":']),
        max_size=300,
    )
)
def test_anything_that_looks_like_json_is_refused(pieces: list[str]) -> None:
    with pytest.raises(EnvelopeError):
        opened("".join(pieces).encode())


@given(st.integers(1, 200), st.integers(0, 20))
def test_an_enrolled_site_that_repeats_itself_without_end_does_no_harm(times: int, depth: int) -> None:
    question: Any = {"and": [{"variable": "sex", "operator": "EQUALS", "value": "female"}] * times}
    for _ in range(depth):
        question = {"and": [question] * 2} if times < 3 and depth < 6 else {"not": question}
    message = body()["message"] | {"question": question}
    assert _letter_or_refusal(forged(header(), padded(rfc8785.dumps(body(message=message)))))
