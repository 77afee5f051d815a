"""The envelope: what arrives, and what is refused with which word."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from caimera.protocol import sealing
from caimera.protocol.envelope import MAX_LIFETIME, MAX_SIZE, Draft, EnvelopeError, open_sealed
from caimera.protocol.errors import (
    BadSignature,
    CannotOpen,
    Expired,
    Malformed,
    NotYetValid,
    TooLarge,
    UnknownMessage,
    UnknownSender,
    UnknownVersion,
    WrongAudience,
)
from caimera.protocol.identity import Identity
from caimera.protocol.messages import Asker
from caimera.vocabulary import VERSION
from tests.protocol.parties import (
    ASKER,
    CARDS,
    HUB,
    NODE,
    NOW,
    OTHER,
    QUESTION,
    body,
    bytes_of,
    forged,
    header,
    opened,
    padded,
    sealed,
    signed,
    text_of,
)


def _text(value: Any) -> bytes:
    return padded(rfc8785.dumps(value))


def test_a_letter_arrives_as_it_was_sent() -> None:
    letter = opened(sealed())
    assert letter.message == QUESTION
    assert (letter.issuer, letter.asker, letter.request_id) == ("hub", ASKER, "request-1")
    assert letter.expires_at == NOW.replace(microsecond=0) + timedelta(seconds=60)
    assert letter.vocabulary == VERSION


@given(person=st.text(min_size=1, max_size=255), purpose=st.text(max_size=600))
def test_an_asker_is_written_canonically(person: str, purpose: str) -> None:
    asker = Asker(person=person, purpose=purpose)
    body = Draft.of(QUESTION).body(asker)
    assert body.startswith(b'{"asker":%b,' % rfc8785.dumps(asker.model_dump()))


def test_a_message_for_nobody_in_particular_names_no_asker() -> None:
    assert opened(sealed(asker=None)).asker is None


def test_an_envelope_made_from_the_written_format_alone_is_opened() -> None:
    letter = opened(forged(header(), _text(body())))
    assert (letter.message, letter.asker, letter.nonce) == (QUESTION, ASKER, "A" * 22)


def test_no_two_envelopes_share_a_nonce_or_a_body() -> None:
    first, second = (rfc8785_loads(sealed()) for _ in range(2))
    assert first["nonce"] != second["nonce"]
    assert first["sealed"] != second["sealed"]


def test_the_broker_reads_who_and_when_but_not_what_or_for_whom() -> None:
    data = sealed()
    assert b"pseudonym-1" not in data
    assert b"purpose" not in data
    assert b"modality" not in data
    assert QUESTION.type.encode() not in data
    assert rfc8785_loads(data)["aud"] == "north"


def test_the_length_of_an_envelope_says_little() -> None:
    lengths = {len(sealed(asker=ASKER.model_copy(update={"purpose": "x" * n}))) for n in range(1, 120, 7)}
    assert len(lengths) <= 2


def rfc8785_loads(data: bytes) -> dict[str, Any]:
    import json

    value: dict[str, Any] = json.loads(data)
    return value


def test_size_is_checked_before_anything_else() -> None:
    with pytest.raises(TooLarge):
        opened(b"{" * (MAX_SIZE + 1))


def test_too_much_to_say_is_refused_at_the_sender() -> None:
    with pytest.raises(TooLarge):
        sealed(QUESTION.model_copy(update={"question": {"and": ["x" * MAX_SIZE]}}))


@pytest.mark.parametrize(
    "data", [b"", b"null", b"[]", b"{}", b'{"v":true}', b'{"v":"1"}', b"\xff", b'{"v": 1}']
)
def test_what_is_no_envelope_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        opened(data)


@pytest.mark.parametrize("version", [1, 3])
def test_another_version_is_named_whatever_its_shape(version: int) -> None:
    with pytest.raises(UnknownVersion, match="version 2"):
        opened(b'{"entirely":"different","v":%d}' % version)


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "North"},
        {"iss": "a.b"},
        {"iat": -1},
        {"iat": 10**15},
        {"exp": "soon"},
        {"exp": None},
        {"exp": 1.5},
        {"nonce": "short"},
        {"request_id": "a line\nfeed"},
        {"vocabulary": ""},
        {"suite": "none"},
        {"unknown": 1},
    ],
)
def test_a_header_with_a_wrong_field_is_malformed(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        opened(forged(header(**change), _text(body())))


def test_an_error_names_the_wrong_fields_and_no_words_of_the_sender() -> None:
    with pytest.raises(Malformed, match=r"^Not as expected: aud, nonce\.") as caught:
        opened(forged(header(aud="<b>", nonce="<i>"), _text(body())))
    assert "<" not in str(caught.value)
    with pytest.raises(Malformed, match="not known here") as caught:
        opened(forged(header(surprise=1), _text(body())))
    assert "surprise" not in str(caught.value)


def test_a_letter_for_another_site_is_refused() -> None:
    with pytest.raises(WrongAudience, match=r"for north, but this site is south"):
        opened(sealed(), recipient=OTHER)


def test_a_site_that_is_not_enrolled_is_refused() -> None:
    with pytest.raises(UnknownSender, match="stranger"):
        opened(sealed(sender=Identity.generate("stranger")))


def test_the_card_of_another_site_does_not_vouch() -> None:
    with pytest.raises(UnknownSender):
        open_sealed(sealed(), recipient=NODE, senders=lambda _: CARDS["south"], now=NOW)


def test_another_site_cannot_speak_in_the_hubs_name() -> None:
    with pytest.raises(BadSignature, match="hub"):
        opened(sealed(sender=replace(OTHER, site="hub")))


@pytest.mark.parametrize("signature", ["", "AAAA", text_of(bytes(64))])
def test_a_wrong_signature_is_refused(signature: str) -> None:
    with pytest.raises(BadSignature):
        opened(rfc8785.dumps(rfc8785_loads(sealed()) | {"sig": signature}))


@pytest.mark.parametrize("signature", ["A", "AB", "=", "é", '"', "\\", "\n"])
def test_a_signature_that_is_no_base64url_is_malformed(signature: str) -> None:
    with pytest.raises(Malformed, match="base64url|sig"):
        opened(rfc8785.dumps(rfc8785_loads(sealed()) | {"sig": signature}))


def test_the_clocks_may_differ_a_little() -> None:
    issued = NOW.replace(microsecond=0)
    assert opened(sealed(), now=issued - timedelta(seconds=30)).message == QUESTION
    assert opened(sealed(), now=issued + timedelta(seconds=59.9)).message == QUESTION


def test_a_letter_from_the_future_is_refused() -> None:
    with pytest.raises(NotYetValid, match="31 s in the future"):
        opened(sealed(), now=NOW.replace(microsecond=0) - timedelta(seconds=31))


def test_a_letter_is_refused_from_the_moment_it_expires() -> None:
    letter = opened(sealed())
    with pytest.raises(Expired, match="0 s ago"):
        opened(sealed(), now=letter.expires_at)


@pytest.mark.parametrize(
    "lifetime", [timedelta(0), timedelta(seconds=-5), MAX_LIFETIME + timedelta(seconds=1)]
)
def test_a_lifetime_beyond_ten_minutes_or_none_is_refused_on_both_sides(lifetime: timedelta) -> None:
    with pytest.raises(Malformed, match="ten minutes"):
        sealed(lifetime=lifetime)
    long = header(exp=int(NOW.timestamp()) + int(lifetime.total_seconds()))
    with pytest.raises(Malformed, match="ten minutes"):
        opened(forged(long, _text(body())))


def test_ten_minutes_are_allowed() -> None:
    assert opened(sealed(lifetime=MAX_LIFETIME)).message == QUESTION


def test_a_body_sealed_for_another_key_cannot_be_opened() -> None:
    with pytest.raises(CannotOpen):
        opened(forged(header(), _text(body()), reader=OTHER))


@pytest.mark.parametrize(
    "change", [{"nonce": "B" * 22}, {"request_id": "another"}, {"vocabulary": "1999.01"}]
)
def test_a_body_cannot_be_moved_under_another_header(change: dict[str, Any]) -> None:
    with pytest.raises(BadSignature):
        opened(signed(rfc8785_loads(sealed()) | change))


def test_a_site_cannot_pass_anothers_body_off_as_its_own() -> None:
    stolen = rfc8785_loads(sealed()) | {"iss": "south"}
    with pytest.raises(CannotOpen):
        opened(signed(stolen, signer=OTHER))


def test_a_key_serves_one_sender_one_reader_and_one_minute() -> None:
    def key(**told: Any) -> str:
        return str(rfc8785_loads(sealed(**told))["sealed"]["key"])

    minute = NOW.replace(second=0, microsecond=0)
    assert key() == key(now=minute) == key(now=minute + timedelta(seconds=59))
    others = {
        key(now=minute + timedelta(minutes=1)),
        key(recipient=OTHER.card("Another node")),
        key(recipient=NODE.card("The node").model_copy(update={"seal_key": _other_seal_key()})),
        key(sender=replace(HUB, site="hub2")),
        key(sender=replace(HUB)),
    }
    assert len(others) == 5
    assert key(now=minute) not in others


def _other_seal_key() -> str:
    return OTHER.card("Another node").seal_key


def test_what_was_sealed_with_an_older_key_is_still_opened() -> None:
    first = sealed()
    later = sealed(now=NOW + timedelta(minutes=2))
    assert opened(later, now=NOW + timedelta(minutes=2)).message == QUESTION
    assert opened(first).message == opened(first, recipient=replace(NODE)).message == QUESTION


def test_a_site_cannot_seal_with_anothers_key() -> None:
    an_hour_ago = int(NOW.timestamp()) - 3600
    for parties in ({"iss": "south"}, {"aud": "south"}, {"suite": "none"}, {"iat": an_hour_ago}):
        with pytest.raises(CannotOpen):
            opened(forged(header(), _text(body()), info=parties))


def test_who_comes_to_know_a_key_can_use_it_in_its_own_minute_only() -> None:
    known = b"k" * 32
    earlier = int(NOW.timestamp()) - 60
    seen = rfc8785_loads(forged(header(iat=earlier), _text(body()), secret=known))
    assert opened(rfc8785.dumps(seen)).message == QUESTION
    made_up = rfc8785_loads(forged(header(), _text(body()), secret=known, signer=OTHER))
    stolen = {"sealed": made_up["sealed"] | {"key": seen["sealed"]["key"]}, "sig": seen["sig"]}
    with pytest.raises(BadSignature):
        opened(rfc8785.dumps(made_up | stolen))


@pytest.mark.parametrize("secret", [b"", b"k" * 31, b"k" * 33])
def test_a_key_of_another_length_opens_nothing(secret: bytes) -> None:
    with pytest.raises(CannotOpen):
        opened(forged(header(), _text(body()), secret=secret))


@pytest.mark.parametrize("key", ["", "A", "AAAA", "AB", text_of(bytes(80))])
def test_a_key_that_was_not_sealed_for_this_site_opens_nothing(key: str) -> None:
    document = rfc8785_loads(sealed())
    with pytest.raises(CannotOpen):
        opened(signed(document | {"sealed": document["sealed"] | {"key": key}}))


def test_a_sender_of_many_keys_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "_REMEMBERED", 3)
    for number in range(10):
        data = forged(header(), _text(body()), secret=bytes([number]) * 32)
        assert opened(data).message == opened(data).message == QUESTION
        assert len(NODE.keys._opened) <= 3


@pytest.mark.parametrize("cut", [0, 23, 24, 39, 40])
def test_a_body_cut_short_cannot_be_opened(cut: int) -> None:
    document = rfc8785_loads(sealed())
    shorter = text_of(bytes_of(document["sealed"]["body"])[:cut])
    with pytest.raises(BadSignature):
        opened(signed(document | {"sealed": document["sealed"] | {"body": shorter}}))


@pytest.mark.parametrize("plain", [b"", b" " * 512, rfc8785.dumps({"a": 1}), padded(b"{}") + b" " * 512])
def test_a_body_padded_otherwise_is_refused(plain: bytes) -> None:
    with pytest.raises(CannotOpen):
        opened(forged(header(), plain))


def test_an_unknown_message_is_refused_without_its_name() -> None:
    with pytest.raises(UnknownMessage) as caught:
        opened(forged(header(), _text(body(type="search.guess/1"))))
    assert "guess" not in str(caught.value)


_PLAIN = QUESTION.model_dump(mode="json")


@pytest.mark.parametrize(
    "change",
    [
        {"message": []},
        {"message": {}},
        {"message": _PLAIN | {"surprise": 1}},
        {"message": _PLAIN | {"question_hash": 5}},
        {"message": _PLAIN | {"deadline_at": "2026-11-23T09:30:15"}},
        {"message": _PLAIN | {"question_id": _PLAIN["question_id"].upper()}},
        {"message": _PLAIN | {"deadline_at": "2026-11-23 09:30:15.4Z"}},
        {"asker": {"person": ""}},
        {"asker": {"person": "p", "purpose": "x" * 601}},
        {"type": 5},
        {"more": 1},
    ],
)
def test_a_body_of_another_form_is_malformed(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        opened(forged(header(), _text(body(**change))))


def test_a_body_that_is_not_canonical_is_malformed() -> None:
    with pytest.raises(Malformed):
        opened(forged(header(), padded(b'{"type": "search.ask/1"}')))


@pytest.mark.parametrize(
    "hostile",
    [
        b'{"asker":null' + b',"message":' * 60_000 + b"}",
        b'{"asker":null,"message":{}' + b',"type":"' * 60_000 + b"}",
        b'{"asker":null' + b',"message":,"type":"' * 30_000 + b"}",
        b'{"asker":null,"message":{}}',
        b'{"asker":null,"type":"search.ask/1"}',
    ],
)
def test_a_body_made_to_be_read_for_ever_is_refused(hostile: bytes) -> None:
    with pytest.raises(Malformed):
        opened(forged(header(), padded(hostile)))


@pytest.mark.parametrize("depth", [200, 254, 260, 400, 5000])
def test_a_question_too_deep_for_the_reader_is_refused_and_never_fatal(depth: int) -> None:
    deep: Any = 1
    for _ in range(depth):
        deep = [deep]
    with pytest.raises(Malformed):
        sealed(QUESTION.model_copy(update={"question": {"and": deep}}))
    if depth < 900:
        plain = _PLAIN | {"question": {"and": deep}}
        with pytest.raises(Malformed):
            opened(forged(header(), _text(body(message=plain))))


def test_what_has_no_canonical_json_is_refused_at_the_sender() -> None:
    with pytest.raises(Malformed):
        sealed(QUESTION.model_copy(update={"question": {"value": 2**60}}))
    with pytest.raises(Malformed):
        sealed(request_id="two words")


def test_the_first_failing_check_is_the_one_reported() -> None:
    late = NOW + timedelta(hours=1)
    with pytest.raises(WrongAudience):
        opened(forged(header(aud="south", iss="stranger"), b"", signer=OTHER), now=late)
    with pytest.raises(UnknownSender):
        opened(forged(header(iss="stranger"), b"", signer=OTHER), now=late)
    with pytest.raises(BadSignature):
        opened(forged(header(), b"", signer=OTHER), now=late)
    with pytest.raises(Expired):
        opened(forged(header(), b""), now=late)
    with pytest.raises(CannotOpen):
        opened(forged(header(), b""))


def test_every_refusal_has_its_own_code_and_a_sentence() -> None:
    kinds = EnvelopeError.__subclasses__()
    assert len({kind.code for kind in kinds}) == len(kinds) == 10
    error = Malformed("What happened. What to do.")
    assert (error.code, error.sentence, str(error)) == ("malformed",) + ("What happened. What to do.",) * 2


def test_a_refusal_never_shows_what_was_in_the_letter() -> None:
    plain = _PLAIN | {"question": {"secret-word": 1}, "deadline_at": "secret-word"}
    with pytest.raises(Malformed) as caught:
        opened(forged(header(), _text(body(message=plain))))
    assert "secret-word" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_the_hub_reads_what_the_node_says() -> None:
    answer = sealed(sender=NODE, recipient=HUB.card("The hub"), asker=None)
    letter = open_sealed(answer, recipient=HUB, senders={"north": NODE.card("N")}.get, now=NOW)
    assert letter.issuer == "north"
