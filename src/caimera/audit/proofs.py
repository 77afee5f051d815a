"""One record proved on its own: a file of one JSON object, UTF-8. Needs no database.

    {"caimera_audit_proof": 1, "site": "hub", "key": verifier key, "witnesses": [verifier key, …],
     "leaf": text, "hashes": [hexadecimal, …], "checkpoint": signed note,
     "opened": [{"place": "detail.purpose", "value": …, "salt": hexadecimal}, …],
     "persons": [{"name": "person:ab12", "key": hexadecimal}, …]}

`hashes` are those beside the path from the leaf to the checkpoint's root, the lowest first (RFC 9162, section
2.1.3); `salt` is the value's own, which opens no other value of the record.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from caimera.audit.errors import ExportMalformed
from caimera.audit.leaves import SECRET_SIZE, pseudonym, text_of
from caimera.audit.verifying import read_leaf
from caimera.merkle import (
    HASH_SIZE,
    MerkleError,
    Note,
    SignatureMissing,
    VerifierKey,
    cosigned_at,
    leaf_hash,
    open_checkpoint,
    verify_inclusion,
)

VERSION = 1
_FIRST_MEMBER = "caimera_audit_proof"


@dataclass(frozen=True, slots=True)
class OpenedValue:
    """A value of the record (`detail.<key>` or `request_id`) and the salt (32 bytes) that opens it alone."""

    place: str
    value: Any
    salt: bytes


@dataclass(frozen=True, slots=True)
class Proof:
    """A leaf, the way from it to a signed root, and as much of its record as is told."""

    site: str
    key: VerifierKey
    witnesses: tuple[VerifierKey, ...]
    leaf: str
    hashes: tuple[bytes, ...]
    checkpoint: Note
    opened: tuple[OpenedValue, ...] = ()
    persons: tuple[tuple[str, bytes], ...] = ()


def written(proof: Proof) -> str:
    """The file's text: one line."""
    said = {
        _FIRST_MEMBER: VERSION,
        "site": proof.site,
        "key": str(proof.key),
        "witnesses": [str(each) for each in proof.witnesses],
        "leaf": proof.leaf,
        "hashes": [each.hex() for each in proof.hashes],
        "checkpoint": str(proof.checkpoint),
        "opened": [{"place": one.place, "value": one.value, "salt": one.salt.hex()} for one in proof.opened],
        "persons": [{"name": name, "key": key.hex()} for name, key in proof.persons],
    }
    return json.dumps(said, ensure_ascii=False) + "\n"


def is_proof(line: bytes) -> bool:
    """Whether a file's first line is meant as a proof rather than as the beginning of an export."""
    return _FIRST_MEMBER.encode() in line[:40]


def parse(data: bytes) -> Proof:
    """A proof from its file. Raises ExportMalformed."""
    try:
        return _parse(json.loads(data.decode()))
    except (MerkleError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ExportMalformed("This is no proof of a record of a trail.") from error


def _parse(said: Mapping[str, Any]) -> Proof:
    if said[_FIRST_MEMBER] != VERSION:
        raise ValueError("another version")
    leaf, site = said["leaf"], said["site"]
    hashes = tuple(bytes.fromhex(each) for each in said["hashes"])
    if type(leaf) is not str or type(site) is not str or any(len(each) != HASH_SIZE for each in hashes):
        raise ValueError("no leaf, no site or no hashes")
    return Proof(
        site=site,
        key=VerifierKey.parse(said["key"]),
        witnesses=tuple(VerifierKey.parse(each) for each in said["witnesses"]),
        leaf=leaf,
        hashes=hashes,
        checkpoint=Note.parse(said["checkpoint"]),
        opened=tuple(
            OpenedValue(str(one["place"]), one["value"], bytes.fromhex(one["salt"])) for one in said["opened"]
        ),
        persons=tuple((str(one["name"]), bytes.fromhex(one["key"])) for one in said["persons"]),
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a proof shows: the position, the size that was signed, who cosigned it; and what is wrong."""

    position: int
    size: int
    cosigned_by: Mapping[str, int]
    """Seconds since 1970-01-01 UTC by the witness's name."""
    findings: tuple[str, ...]


def check(proof: Proof, *, key: VerifierKey | None = None) -> Verdict:
    """Whether the site signed a tree with this leaf, and the leaf says what is told of it.

    `key` is the log's, known from elsewhere; without it the proof's own is taken.
    """
    findings: list[str] = []
    leaf = read_leaf(proof.leaf)
    if leaf is None or leaf["site"] != proof.site:
        return Verdict(-1, 0, {}, ("The leaf is none of this site's.",))
    if key is not None and key != proof.key:
        findings.append(f"The proof names the key {proof.key}, not the one given.")
    size = _check_path(proof, leaf["position"], key or proof.key, findings.append)
    findings += _check_opened(proof, leaf)
    return Verdict(leaf["position"], size, dict(_cosigned(proof, findings.append)), tuple(findings))


def _check_path(proof: Proof, position: Any, key: VerifierKey, find: Callable[[str], None]) -> int:
    try:
        signed = open_checkpoint(proof.checkpoint, key)
        verify_inclusion(
            leaf=leaf_hash(proof.leaf.encode("utf-8", "surrogatepass")),
            index=position,
            size=signed.size,
            proof=proof.hashes,
            root=signed.root,
        )
    except (MerkleError, TypeError) as error:
        find(f"The leaf is not shown to be what the site signed: {error}")
        return 0
    return signed.size


def _check_opened(proof: Proof, leaf: Mapping[str, Any]) -> Iterator[str]:
    for one in proof.opened:
        promised = _promise(leaf, one.place)
        try:
            found = sha256(one.salt + text_of(one.value)).hexdigest() if len(one.salt) == SECRET_SIZE else ""
        except (ValueError, RecursionError):
            found = ""
        if not found or found != promised:
            yield f"The leaf does not commit to this value of {one.place}."
    named = {leaf["actor"], leaf["object"]}
    for name, key in proof.persons:
        if len(key) != SECRET_SIZE or pseudonym(name, key) not in named:
            yield f"The leaf does not name {name}."


def _promise(leaf: Mapping[str, Any], place: str) -> Any:
    member, _, inner = place.partition(".")
    return (
        leaf["detail"].get(inner)
        if member == "detail"
        else leaf["request_id"]
        if place == "request_id"
        else None
    )


def _cosigned(proof: Proof, find: Callable[[str], None]) -> Iterator[tuple[str, int]]:
    for witness in proof.witnesses:
        try:
            yield witness.name, cosigned_at(proof.checkpoint, witness)
        except SignatureMissing as error:
            if any(proof.checkpoint.of(witness)):
                find(f"Under the checkpoint: {error}")
