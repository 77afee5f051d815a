"""Checkpoints: a log's word for how many leaves it has and under which root (C2SP tlog-checkpoint).

    origin, the log's name
    size, in decimal
    base64(root)

Its signed note carries the log's signature and those of witnesses (C2SP tlog-cosignature). Each says: at this
time I had seen no other tree of this log, and each I saw before is the beginning of this one.
"""

from __future__ import annotations

import base64
import re
import struct
from dataclasses import dataclass

from caimera.merkle.errors import NoteMalformed, SignatureMissing
from caimera.merkle.notes import COSIGNATURE, Note, Signature, SignerKey, VerifierKey, check
from caimera.merkle.tree import HASH_SIZE

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_LATEST = 2**63


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log `origin` has `size` leaves under `root` (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """The checkpoint a note's text says; further lines are left to others. Raises NoteMalformed."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]) or not _SIZE.fullmatch(lines[1]):
            raise NoteMalformed("This is no checkpoint: the log's name, a size, a root, each on a line.")
        try:
            root = base64.b64decode(lines[2], validate=True)
        except ValueError:
            root = b""
        if len(root) != HASH_SIZE or base64.b64encode(root).decode() != lines[2]:
            raise NoteMalformed("The root of a checkpoint has 32 bytes in base64.")
        return cls(lines[0], int(lines[1]), root)

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def signed(self, key: SignerKey) -> Note:
        """The checkpoint as a note with the log's signature; the key has the log's name."""
        return Note(str(self)).signed(key)


def open_checkpoint(note: Note, key: VerifierKey) -> Checkpoint:
    """The checkpoint that the log with this key signed. Raises NoteMalformed and SignatureMissing."""
    note.verify(key)
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != key.name:
        raise SignatureMissing(f"The checkpoint of {checkpoint.origin} is signed by {key.name}, another log.")
    return checkpoint


def cosign(note: Note, key: SignerKey, *, now: int) -> Signature:
    """A witness's signature over a checkpoint's text and `now` (seconds since 1970-01-01 UTC)."""
    data = struct.pack(">Q", now) + key.sign(_cosigned(note.text, now))
    return Signature(key.name, key.verifier.id, data)


def cosigned_at(note: Note, key: VerifierKey) -> int:
    """When the witness with this key last cosigned the note, in seconds since 1970-01-01 UTC.

    Raises SignatureMissing where it did not, or one of its signatures is not its own.
    """
    times = [_time_of(note, signature, key) for signature in note.of(key)] if key.kind == COSIGNATURE else []
    if not times:
        raise SignatureMissing(f"The checkpoint is not cosigned by {key.name} with the key {key.id.hex()}.")
    return max(times)


def _time_of(note: Note, signature: Signature, key: VerifierKey) -> int:
    time = struct.unpack(">Q", signature.data[:8].rjust(8, b"\xff"))[0]
    if len(signature.data) != 72 or not 0 < time < _LATEST:
        raise SignatureMissing(f"A cosignature of {key.name} has not the form of one.")
    check(key, _cosigned(note.text, time), signature.data[8:])
    return int(time)


def _cosigned(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()
