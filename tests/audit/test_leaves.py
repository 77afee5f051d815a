"""Leaves: what they tell, what they keep back, and that they bind; expectations put together here by hand."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from caimera.audit.leaves import Opened, commitment, differences, instant, is_leaf_of, leaf_text, pseudonym

KEY, SALT = bytes(range(32)), bytes(range(32, 64))
AT = datetime(2026, 11, 27, 9, 30, 0, 5, tzinfo=UTC)
RECORD = Opened(
    id=7,
    at=AT,
    act="question.asked",
    actor="person:ab12@example.org",
    object="question:7",
    detail={"purpose": "Łódź lung study", "nodes": {"b": 2, "a": [1.5, None, True]}},
    request_id="request-0001",
    salt=SALT,
)
PSEUDONYMS = {"person:ab12@example.org": pseudonym("person:ab12@example.org", KEY)}

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
details = st.dictionaries(st.text(max_size=8), values, max_size=4)


def h(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def committed(place: str, text: str) -> str:
    return h(h(SALT, h(place.encode())), text.encode()).hex()


def named(name: str) -> str:
    return PSEUDONYMS.get(name, name)


def leaf_of(record: Opened) -> dict[str, object]:
    leaf: dict[str, object] = json.loads(leaf_text(record, site="hub", position=3, named=named))
    return leaf


def is_its_leaf(text: str, record: Opened) -> bool:
    return is_leaf_of(text, record, site="hub", position=3, pseudonyms=PSEUDONYMS)


def test_a_leaf_is_what_its_definition_says() -> None:
    who = "pseudonym:" + hmac.new(KEY, b"person:ab12@example.org", hashlib.sha256).hexdigest()
    nodes = committed("detail.nodes", '{"a":[1.5,null,true],"b":2}')
    purpose = committed("detail.purpose", '"Łódź lung study"')
    request = committed("request_id", '"request-0001"')
    assert leaf_text(RECORD, site="hub", position=3, named=named) == (
        f'{{"act":"question.asked","actor":"{who}","at":"2026-11-27T09:30:00.000005Z",'
        f'"detail":{{"nodes":"{nodes}","purpose":"{purpose}"}},"id":7,"object":"question:7","position":3,'
        f'"request_id":"{request}","site":"hub","v":1}}'
    )


def test_a_leaf_tells_nothing_of_the_person_or_of_the_detail() -> None:
    text = leaf_text(RECORD, site="hub", position=3, named=named)
    assert not [
        word for word in ("ab12", "example.org", "Łódź", "lung", "request-0001", "1.5") if word in text
    ]


def test_the_same_value_reads_differently_under_every_salt_and_in_every_place() -> None:
    seen = {commitment(salt, place, True) for salt in (SALT, KEY) for place in ("detail.a", "detail.b")}
    assert len(seen) == 4


@settings(deadline=None)
@given(details)
def test_a_record_is_what_its_leaf_commits_to(detail: dict[str, object]) -> None:
    record = RECORD._replace(detail=detail)
    text = leaf_text(record, site="hub", position=3, named=named)
    assert is_its_leaf(text, record)
    assert differences(leaf_of(record), record, PSEUDONYMS) == []


@settings(deadline=None)
@given(details, st.text(max_size=9), st.text(max_size=9))
def test_a_leaf_is_canonical_json_whatever_it_says(detail: dict[str, object], act: str, what: str) -> None:
    text = leaf_text(
        RECORD._replace(detail=detail, act=act, object=what), site="hub", position=3, named=named
    )
    said = json.loads(text)
    assert (said["act"], said["object"], set(said["detail"])) == (act, what, set(detail))
    assert rfc8785.dumps(said).decode() == text


@settings(deadline=None)
@given(details, details)
def test_another_detail_is_found(first: dict[str, object], second: dict[str, object]) -> None:
    leaf = leaf_of(RECORD._replace(detail=first))
    different = {
        f"detail.{key}"
        for key in first.keys() | second.keys()
        if key not in first or key not in second or not same(first[key], second[key])
    }
    assert set(differences(leaf, RECORD._replace(detail=second), PSEUDONYMS)) == different


def same(one: object, other: object) -> bool:
    """Equal as JSON has it: 1 and 1.0 are one number, a whole number no double holds is the nearest one."""
    return json.dumps(doubled(one), sort_keys=True) == json.dumps(doubled(other), sort_keys=True)


def doubled(value: object) -> object:
    if isinstance(value, dict):
        return {key: doubled(each) for key, each in value.items()}
    if isinstance(value, list):
        return [doubled(each) for each in value]
    return float(value) + 0.0 if isinstance(value, int | float) and not isinstance(value, bool) else value


@pytest.mark.parametrize(
    ("changed", "members"),
    [
        ({"id": 8}, ["id"]),
        ({"at": AT + timedelta(microseconds=1)}, ["at"]),
        ({"act": "question.sent"}, ["act"]),
        ({"actor": "person:other"}, ["actor"]),
        ({"actor": "system"}, ["actor"]),
        ({"object": "question:8"}, ["object"]),
        ({"object": "person:ab12@example.org"}, ["object"]),
        ({"request_id": ""}, ["request_id"]),
        ({"detail": {}}, ["detail.nodes", "detail.purpose"]),
        ({"salt": KEY}, ["detail.nodes", "detail.purpose", "request_id"]),
        ({"salt": SALT + b"\0"}, ["request_id", "salt"]),
        ({"detail": {**RECORD.detail, "purpose": float("nan")}}, ["detail.purpose"]),
    ],
)
def test_every_member_that_was_changed_is_named(changed: dict[str, object], members: list[str]) -> None:
    record = RECORD._replace(**changed)
    assert sorted(differences(leaf_of(RECORD), record, PSEUDONYMS)) == members
    assert not is_its_leaf(leaf_text(RECORD, site="hub", position=3, named=named), record)


def test_without_the_persons_key_nobody_can_be_shown_to_have_acted() -> None:
    assert differences(leaf_of(RECORD), RECORD, {}) == ["actor"]
    in_the_clear = leaf_text(RECORD, site="hub", position=3, named=str)
    assert not is_leaf_of(in_the_clear, RECORD, site="hub", position=3, pseudonyms={})
    other = {RECORD.actor: pseudonym(RECORD.actor, SALT)}
    assert differences(leaf_of(RECORD), RECORD, other) == ["actor"]


def test_a_time_is_one_text_wherever_it_was_read() -> None:
    elsewhere = datetime(2026, 11, 27, 12, 30, 0, 5, tzinfo=timezone(timedelta(hours=3)))
    assert instant(elsewhere) == instant(AT) == "2026-11-27T09:30:00.000005Z"
    assert instant(AT.replace(microsecond=0)) == "2026-11-27T09:30:00.000000Z"
