"""The lines of an exported trail, and their text: one JSON object a line, UTF-8. Needs no database.

    {"caimera_audit_export": 1, "site": "hub", "key": verifier key, "begin": 0, "end": 3,
     "opened": true, "whole": true}
    {"person": "person:ab12", "key": hexadecimal}
    {"witness": "trials", "key": verifier key}
    {"position": 0, "leaf": text, "record": {"id": 1, "at": …, "salt": hexadecimal, …}}
    {"position": 1, "leaf": text}
    {"position": 2, "hash": hexadecimal}
    {"checkpoint": signed note, "frontier": [hexadecimal, …]}

Leaves stand in the order of their positions; a checkpoint of size n before the leaf at position n.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from caimera.audit.errors import ExportMalformed
from caimera.audit.leaves import Opened, instant
from caimera.merkle import HASH_SIZE, Note, VerifierKey

VERSION = 1


@dataclass(frozen=True, slots=True)
class Header:
    """Whose trail this is, under which key, and what is in the file.

    `opened`: every record that is still kept stands beside its leaf. `whole`: the trail up to `end` from its
    beginning, so that what was erased must be explained.
    """

    site: str
    key: VerifierKey
    begin: int
    end: int
    opened: bool
    whole: bool


@dataclass(frozen=True, slots=True)
class PersonLine:
    """The key a person's pseudonym is made with."""

    name: str
    key: bytes


@dataclass(frozen=True, slots=True)
class WitnessLine:
    """The key a site cosigns this trail's checkpoints with."""

    site: str
    key: VerifierKey


class LeafLine(NamedTuple):
    """A leaf: its text, or only its hash where the text is kept back or gone; and its record, if opened."""

    position: int
    text: str | None = None
    hash: bytes | None = None
    record: Opened | None = None


@dataclass(frozen=True, slots=True)
class CheckpointLine:
    """A signed and cosigned checkpoint, and the frontier (hashes, largest first) its root is made of."""

    note: Note
    frontier: tuple[bytes, ...]


Line: TypeAlias = Header | PersonLine | WitnessLine | LeafLine | CheckpointLine


def write(lines: Iterable[Line]) -> Iterator[str]:
    """The text of each line, ended."""
    return (json.dumps(_plain(line), ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)


def _plain(line: Line) -> dict[str, Any]:
    match line:
        case LeafLine():
            return _plain_leaf(line)
        case CheckpointLine():
            return {"checkpoint": str(line.note), "frontier": [each.hex() for each in line.frontier]}
        case PersonLine():
            return {"person": line.name, "key": line.key.hex()}
        case WitnessLine():
            return {"witness": line.site, "key": str(line.key)}
    return {
        "caimera_audit_export": VERSION,
        "site": line.site,
        "key": str(line.key),
        "begin": line.begin,
        "end": line.end,
        "opened": line.opened,
        "whole": line.whole,
    }


def _plain_leaf(line: LeafLine) -> dict[str, Any]:
    if line.text is None:
        return {"position": line.position, "hash": (line.hash or b"").hex()}
    said: dict[str, Any] = {"position": line.position, "leaf": line.text}
    if (record := line.record) is not None:
        said["record"] = {
            "id": record.id,
            "at": instant(record.at),
            "act": record.act,
            "actor": record.actor,
            "object": record.object,
            "detail": record.detail,
            "request_id": record.request_id,
            "salt": record.salt.hex(),
        }
    return said


def read(texts: Iterable[bytes]) -> Iterator[Line]:
    """The lines of a file, the first a Header. Raises ExportMalformed, which names the line."""
    for number, text in enumerate(texts, start=1):
        try:
            line = _parse(_value(text))
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            raise ExportMalformed(f"Line {number} is no line of an exported trail.") from error
        if isinstance(line, Header) is not (number == 1):
            raise ExportMalformed(f"Line {number}: an export begins with its one header.")
        yield line


def _value(text: bytes) -> Any:
    value = json.loads(text.decode())
    if b"\\u" in text:
        json.dumps(value, ensure_ascii=False).encode()  # refuses half a surrogate pair, which has no bytes
    return value


def _parse(said: Any) -> Line:
    if not isinstance(said, dict):
        raise ValueError("no object")  # noqa: TRY004 - one kind of error for one kind of fault
    for member, parser in _PARSERS.items():
        if member in said:
            return parser(said)
    raise ValueError("an unknown kind of line")


def _parse_header(said: Mapping[str, Any]) -> Header:
    if said["caimera_audit_export"] != VERSION:
        raise ValueError("another version")
    begin, end = _number(said["begin"]), _number(said["end"])
    key = VerifierKey.parse(_text(said["key"]))
    return Header(_text(said["site"]), key, begin, end, said["opened"] is True, said["whole"] is True)


def _parse_leaf(said: Mapping[str, Any]) -> LeafLine:
    record = said.get("record")
    if record is not None and not isinstance(record, dict):
        raise ValueError("no record")
    return LeafLine(
        position=_number(said["position"]),
        text=_text(said["leaf"]) if "leaf" in said else None,
        hash=_hash(said["hash"]) if "hash" in said else None,
        record=None if record is None else _parse_record(record),
    )


def _parse_record(said: Mapping[str, Any]) -> Opened:
    at = datetime.fromisoformat(_text(said["at"]))
    if at.tzinfo is None or not isinstance(said["detail"], dict):
        raise ValueError("no record")
    return Opened(
        id=_number(said["id"]),
        at=at,
        act=_text(said["act"]),
        actor=_text(said["actor"]),
        object=_text(said["object"]),
        detail=said["detail"],
        request_id=_text(said["request_id"]),
        salt=bytes.fromhex(_text(said["salt"])),
    )


def _parse_checkpoint(said: Mapping[str, Any]) -> CheckpointLine:
    return CheckpointLine(Note.parse(_text(said["checkpoint"])), tuple(map(_hash, said["frontier"])))


_PARSERS: Mapping[str, Callable[[Any], Line]] = {
    "position": _parse_leaf,
    "checkpoint": _parse_checkpoint,
    "person": lambda said: PersonLine(_text(said["person"]), bytes.fromhex(_text(said["key"]))),
    "witness": lambda said: WitnessLine(_text(said["witness"]), VerifierKey.parse(_text(said["key"]))),
    "caimera_audit_export": _parse_header,
}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("no text")  # noqa: TRY004 - one kind of error for one kind of fault
    return value


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**63:
        raise ValueError("no number")
    return value


def _hash(value: Any) -> bytes:
    data = bytes.fromhex(_text(value))
    if len(data) != HASH_SIZE:
        raise ValueError("no hash")
    return data
