"""Signed notes (C2SP signed-note): a text, and Ed25519 signatures under it, as one readable text.

    the text, every line ended
                                   an empty line
    — key.name base64(key id, signature)

A verifier key is `name+id+base64(type, public key)`, the id in eight hexadecimal digits.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from caimera.merkle.errors import KeyMalformed, NoteMalformed, SignatureMissing

ED25519 = 1
"""The type of a key that signs notes as they are."""
COSIGNATURE = 4
"""The type of a witness's key, whose signatures carry a time (C2SP tlog-cosignature)."""

MAX_SIZE = 1_000_000
MAX_SIGNATURES = 100

_STRAY = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")
_NAME = re.compile(r"[^\s+\ud800-\udfff]+")
_LINE = re.compile(r"— ([^\s+\ud800-\udfff]+) ([A-Za-z0-9+/]+={0,2})")
_KEY = re.compile(r"([^\s+\ud800-\udfff]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A name and an Ed25519 public key (32 bytes): whose signature it is. `str` gives its text."""

    name: str
    public: bytes
    kind: int = ED25519

    def __post_init__(self) -> None:
        if (
            not _NAME.fullmatch(self.name)
            or len(self.public) != 32
            or self.kind not in (ED25519, COSIGNATURE)
        ):
            raise KeyMalformed("A verifier key has a name without spaces and plus signs, and 32 bytes.")

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """The key a text stands for. Raises KeyMalformed."""
        found = _KEY.fullmatch(text)
        data = _decoded(found[3]) if found else b""
        if found is None or len(data) != 33 or data[0] not in (ED25519, COSIGNATURE):
            raise KeyMalformed(
                "This is no verifier key; it has the form name+id+key, as `caimera audit keys` prints."
            )
        key = cls(found[1], data[1:], data[0])
        if key.id.hex() != found[2]:
            raise KeyMalformed(
                f"The id in the verifier key of {key.name} is not the one of its bytes. Copy it anew."
            )
        return key

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_encoded(bytes([self.kind]) + self.public)}"


@dataclass(frozen=True, slots=True)
class SignerKey:
    """A name and an Ed25519 private key (32 bytes), never shown."""

    name: str
    private: bytes = field(repr=False)
    kind: int = ED25519

    @property
    def verifier(self) -> VerifierKey:
        """The public side. Raises KeyMalformed where the name can be no key's."""
        public = Ed25519PrivateKey.from_private_bytes(self.private).public_key()
        return VerifierKey(self.name, public.public_bytes_raw(), self.kind)

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of an Ed25519 signature."""
        return Ed25519PrivateKey.from_private_bytes(self.private).sign(message)


@dataclass(frozen=True, slots=True)
class Signature:
    """One line under a note: a key's name and id, and what the key made of the text."""

    name: str
    key_id: bytes
    data: bytes

    @classmethod
    def parse(cls, line: str) -> Signature:
        """The signature a line stands for. Raises NoteMalformed."""
        found = _LINE.fullmatch(line)
        data = _decoded(found[2]) if found else b""
        if found is None or len(data) < 5:
            raise NoteMalformed("A line under the note is no signature.")
        return cls(found[1], data[:4], data[4:])

    def __str__(self) -> str:
        return f"— {self.name} {_encoded(self.key_id + self.data)}"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends its last line, and the signatures under it."""

    text: str
    signatures: tuple[Signature, ...] = ()

    @classmethod
    def parse(cls, note: str) -> Note:
        """The note in a text, its signatures unchecked. Raises NoteMalformed."""
        text, blank, lines = note.rpartition("\n\n")
        if not blank or not lines.endswith("\n") or len(note) > MAX_SIZE or _has_stray(note):
            raise NoteMalformed(
                "This is no signed note: a text, an empty line, and a line for each signature."
            )
        signatures = [Signature.parse(line) for line in lines[:-1].split("\n")]
        if len(signatures) > MAX_SIGNATURES:
            raise NoteMalformed(f"A note has at most {MAX_SIGNATURES} signatures.")
        return cls(f"{text}\n", tuple(signatures))

    def __str__(self) -> str:
        return self.text + "\n" + "".join(f"{signature}\n" for signature in self.signatures)

    def signed(self, key: SignerKey) -> Note:
        """The same note with one more signature."""
        made = Signature(key.name, key.verifier.id, key.sign(self.text.encode()))
        return Note(self.text, (*self.signatures, made))

    def with_signature(self, signature: Signature) -> Note:
        """The same note with a signature made elsewhere."""
        return Note(self.text, (*self.signatures, signature))

    def of(self, key: VerifierKey) -> Iterator[Signature]:
        """The signatures that claim to be a key's."""
        return (each for each in self.signatures if (each.name, each.key_id) == (key.name, key.id))

    def verify(self, key: VerifierKey) -> None:
        """Check that `key` signed the text. Raises SignatureMissing."""
        found = list(self.of(key))
        if (
            key.kind != ED25519
            or not found
            or not all(_fits(key, self.text.encode(), each.data) for each in found)
        ):
            raise SignatureMissing(f"The note is not signed by {key.name} with the key {key.id.hex()}.")


def _fits(key: VerifierKey, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def check(key: VerifierKey, message: bytes, signature: bytes) -> None:
    """Check a bare Ed25519 signature of 64 bytes. Raises SignatureMissing."""
    if not _fits(key, message, signature):
        raise SignatureMissing(f"This is no signature of {key.name} with the key {key.id.hex()}.")


def _has_stray(text: str) -> bool:
    """Whether a text holds control characters, or what has no UTF-8."""
    return _STRAY.search(text) is not None


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decoded(text: str) -> bytes:
    """The bytes of strict base64; nothing where it is none, or not the one text of its bytes."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return b""
    return data if _encoded(data) == text else b""
