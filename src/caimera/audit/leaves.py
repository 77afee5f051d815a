"""What of a record is in the tree: its leaf, which tells nothing about a person that cannot be taken back.

A leaf is canonical JSON (RFC 8785) with these members and no others:

    v           1
    site        the site's id
    position    the leaf's number in the tree, from 0
    id, at, act the record's own
    actor       the record's own, or where that is `person:…`: the pseudonym
    object      likewise
    detail      for every top-level key of the record's detail: a commitment to its value
    request_id  a commitment

A pseudonym is `pseudonym:` and HMAC-SHA256(the person's key, the name) in hexadecimal; each name has a random
key of 32 bytes at each site. A commitment is, in hexadecimal,

    SHA-256(SHA-256(salt, SHA-256(place)), canonical JSON of the value)

where a comma joins bytes and place is `request_id` or `detail.` and the key; each record has a random salt of
32 bytes. The inner hash, the value's own salt, can be given to who is to check this value and no other.

Keys and salts lie outside the tree. Without them a leaf says when which act happened to which object; with
them it proves who acted and what the record said.

This module and those it imports need neither Django nor a database.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from caimera.protocol import canonical
from caimera.protocol.errors import NotCanonical

VERSION = 1
PERSON = "person:"
PSEUDONYM = "pseudonym:"
SECRET_SIZE = 32

MEMBERS = frozenset({"v", "site", "position", "id", "at", "act", "actor", "object", "detail", "request_id"})

_EXACT = 2**53


class Opened(NamedTuple):
    """A record with all it says in the clear, and its salt (32 bytes); a tuple, as a trail makes so many."""

    id: int
    at: datetime
    act: str
    actor: str
    object: str
    detail: Mapping[str, Any]
    request_id: str
    salt: bytes


def leaf_text(record: Opened, *, site: str, position: int, named: Callable[[str], str]) -> str:
    """The leaf of a record; `named` gives the name in the leaf for an actor or object.

    Put together by hand, as its members are known: an encoder that looks at each takes three times as long.
    """
    salt, detail, quoted = record.salt, record.detail, encode_basestring
    promises = []
    for key in _ordered(detail):
        begin, place = _promise_of(key)
        promises.append(f'{begin}{_commitment(salt, place, detail[key])}"')
    return (
        f'{{"act":{quoted(record.act)},"actor":{quoted(named(record.actor))},"at":"{instant(record.at)}",'
        f'"detail":{{{",".join(promises)}}},"id":{record.id},"object":{quoted(named(record.object))},'
        f'"position":{position},"request_id":"{commitment(salt, "request_id", record.request_id)}",'
        f'"site":{quoted(site)},"v":{VERSION}}}'
    )


def _ordered(keys: Collection[str]) -> list[str]:
    """Keys in the order of RFC 8785, that of their units of UTF-16; within ASCII it is Python's."""
    return sorted(keys, key=None if "".join(keys).isascii() else lambda key: key.encode("utf-16-be"))


def commitment(salt: bytes, place: str, value: Any) -> str:
    """What binds a leaf to a value without telling it, in hexadecimal."""
    return _commitment(salt, _hash_of(place), value)


def _commitment(salt: bytes, place: bytes, value: Any) -> str:
    return sha256(sha256(salt + place).digest() + text_of(value)).hexdigest()


@lru_cache(maxsize=1000)
def _hash_of(place: str) -> bytes:
    return sha256(place.encode()).digest()


@lru_cache(maxsize=1000)
def _promise_of(key: str) -> tuple[str, bytes]:
    """How a key of a detail and its promise begin in a leaf, and the hash of its place."""
    return f'{encode_basestring(key)}:"', _hash_of(f"detail.{key}")


def pseudonym(name: str, key: bytes) -> str:
    """How a person's name reads in a leaf of the site that holds `key`."""
    return PSEUDONYM + hmac.digest(key, name.encode(), "sha256").hex()


def is_person(name: str) -> bool:
    """Whether an actor or object is a person, who may be forgotten."""
    return name.startswith(PERSON)


def instant(at: datetime) -> str:
    """A time as leaves write it: UTC, with microseconds, `2026-11-27T16:17:04.012345Z`."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def text_of(value: Any) -> bytes:
    """The canonical text of a value out of the database; whole numbers no double holds are rounded to one."""
    if type(value) is str:
        return encode_basestring(value).encode()
    if value is None or type(value) is bool:
        return b"null" if value is None else b"true" if value else b"false"
    try:
        return canonical.dumps(value)
    except NotCanonical:
        return canonical.dumps(json.loads(json.dumps(value), parse_int=_number))


def _number(text: str) -> int | float:
    number = int(text)
    return number if -_EXACT < number < _EXACT else float(text)


def is_leaf_of(text: str, record: Opened, *, site: str, position: int, pseudonyms: Mapping[str, str]) -> bool:
    """Whether the text is, letter for letter, the leaf of this record; `differences` says what is not."""
    strangers = any(
        name.startswith(PERSON) and name not in pseudonyms for name in (record.actor, record.object)
    )
    if strangers or len(record.salt) != SECRET_SIZE:
        return False
    try:
        named = pseudonyms.get
        return text == leaf_text(record, site=site, position=position, named=lambda name: named(name, name))
    except (ValueError, RecursionError):
        return False


def differences(leaf: Mapping[str, Any], record: Opened, pseudonyms: Mapping[str, str]) -> list[str]:
    """The members of a record that are not what its leaf commits to; `pseudonyms` are by persons' names."""
    plain = {"id": record.id, "at": instant(record.at), "act": record.act}
    found = [name for name, value in plain.items() if leaf[name] != value]
    for member, name in (("actor", record.actor), ("object", record.object)):
        if leaf[member] != (pseudonyms.get(name) if name.startswith(PERSON) else name):
            found.append(member)
    if not _commits(leaf["request_id"], record.salt, "request_id", record.request_id):
        found.append("request_id")
    return found + _detail_differences(leaf["detail"], record)


def _detail_differences(said: Mapping[str, str], record: Opened) -> list[str]:
    salt, detail = record.salt, record.detail
    if len(salt) != SECRET_SIZE:  # a shorter or longer one can make the same code
        return ["salt"]
    missing = [f"detail.{key}" for key in said if key not in detail]
    places = ((f"detail.{key}", said.get(key), value) for key, value in detail.items())
    return missing + [place for place, promise, value in places if not _commits(promise, salt, place, value)]


def _commits(promise: Any, salt: bytes, place: str, value: Any) -> bool:
    """Whether a commitment is to this value; a value without canonical JSON was never committed to."""
    try:
        return bool(promise == commitment(salt, place, value))
    except (ValueError, RecursionError):
        return False
