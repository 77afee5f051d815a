"""Sealing texts for one reader.

A sender makes a key for each reader and minute, and seals it for the reader with HPKE (RFC 9180, base mode).
With that key, texts are sealed by XChaCha20-Poly1305, each under a nonce of its own: that is where hundreds
of nodes would otherwise wait for two multiplications on a curve each time something is said.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from nacl.exceptions import CryptoError
from nacl.secret import Aead

from caimera.protocol import base64url
from caimera.protocol.errors import CannotOpen

SUITE = "X25519-HKDF-SHA256-ChaCha20Poly1305+XChaCha20Poly1305"
_HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_STEP = 512
_REMEMBERED = 4096
"""Keys of others; beyond, all are forgotten, and opened again when they come."""


@dataclass(frozen=True, slots=True)
class SealingKey:
    """A key, and what its reader opens it from: 80 bytes as base64url."""

    minute: int
    secret: Aead
    sealed: str

    def seal(self, text: bytes, *, bound: bytes) -> bytes:
        """Nonce (24 bytes), ciphertext of `text` padded to a multiple of 512 bytes, tag (16 bytes)."""
        return self.secret.encrypt(_padded(text), bound)


class Keys:
    """The keys a site seals with, and those of others it has opened; in memory only."""

    def __init__(self, own: X25519PrivateKey) -> None:
        self._own = own
        self._made: dict[tuple[bytes, bytes], SealingKey] = {}
        self._opened: dict[tuple[bytes, str], Aead] = {}

    def to_seal(self, *, reader: X25519PublicKey, info: bytes, minute: int) -> SealingKey:
        """The key for this reader and minute, made when it is first asked for."""
        place = (info, reader.public_bytes_raw())
        key = self._made.get(place)
        if key is None or key.minute != minute:
            secret = os.urandom(Aead.KEY_SIZE)
            sealed = base64url.encode(_HPKE.encrypt(secret, reader, info=info))
            key = self._made[place] = SealingKey(minute, Aead(secret), sealed)
        return key

    def open(self, sealed: bytes, *, key: str, info: bytes, bound: bytes) -> bytes:
        """The text; raises CannotOpen if it was not sealed for this site under this `info` and `bound`."""
        try:
            padded = self._key(key, info).decrypt(sealed, bound)
        except (InvalidTag, CryptoError, ValueError):
            padded = b""
        text = padded.rstrip(b" ")
        if not text or padded != _padded(text):
            raise CannotOpen(
                "The body was not sealed for this site's key. "
                "Give the sender this site's card; let it ask again."
            )
        return text

    def _key(self, sealed: str, info: bytes) -> Aead:
        if (key := self._opened.get((info, sealed))) is None:
            key = Aead(_HPKE.decrypt(base64url.decode(sealed), self._own, info=info))
            if len(self._opened) >= _REMEMBERED:
                self._opened.clear()
            self._opened[info, sealed] = key
        return key


def _padded(text: bytes) -> bytes:
    """Spaces after the last character: a JSON object ends with a brace, so that they come off again."""
    return text + b" " * (-len(text) % _STEP)
