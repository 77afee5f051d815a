"""Sealing texts for one reader, in one sender's name.

A sender makes a key for each reader and minute, seals it for the reader with HPKE (RFC 9180, base mode) and
signs that it did, with Ed25519. With that key, which only the two know, texts are sealed and their origin
proven by XChaCha20-Poly1305, each under a nonce of its own. So it is once a minute, and not with each of
hundreds of nodes' messages, that curves are multiplied on.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from nacl.exceptions import CryptoError
from nacl.secret import Aead
from nacl.signing import SigningKey, VerifyKey

from caimera.protocol import base64url
from caimera.protocol.errors import CannotOpen
from caimera.protocol.writing import decoded

SUITE = "X25519-HKDF-SHA256-ChaCha20Poly1305+Ed25519+XChaCha20Poly1305"
_HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_STEP = 512
_NOT_FOR_US = (
    "The body was not sealed for this site's key. Give the sender this site's card; let it ask again."
)
_REMEMBERED = 4096
"""Keys of others; beyond, all are forgotten, and opened again when they come."""


@dataclass(frozen=True, slots=True)
class SealingKey:
    """A key, what its reader opens it from (80 bytes), and the sender's signature (64), both as base64url."""

    info: bytes
    secret: Aead
    sealed: str
    signature: str

    def seal(self, text: bytes, *, bound: bytes) -> bytes:
        """Nonce (24 bytes), ciphertext of `text` padded to a multiple of 512 bytes, tag (16 bytes)."""
        return self.secret.encrypt(_padded(text), bound)


class Keys:
    """The keys a site seals with, and those of others it has opened; in memory only.

    `info` says under which name, for whom and in which minute a key is of use: it is a line, and canonical
    JSON without a line's end.
    """

    def __init__(self, *, signer: SigningKey, opener: X25519PrivateKey) -> None:
        self._signer = signer
        self._opener = opener
        self._made: dict[bytes, SealingKey] = {}
        self._opened: dict[tuple[bytes, bytes, str, str], Aead] = {}

    def to_seal(self, *, reader: X25519PublicKey, info: bytes) -> SealingKey:
        """The key for this reader under this `info`, made when it is first asked for."""
        place = reader.public_bytes_raw()
        key = self._made.get(place)
        if key is None or key.info != info:
            secret = os.urandom(Aead.KEY_SIZE)
            sealed = base64url.encode(_HPKE.encrypt(secret, reader, info=info))
            signature = self._signer.sign(_vouched(info, sealed)).signature
            key = self._made[place] = SealingKey(info, Aead(secret), sealed, base64url.encode(signature))
        return key

    def to_open(self, *, sender: VerifyKey, info: bytes, sealed: str, signature: str) -> Aead:
        """The key that the sender sealed for this site under this `info`.

        Raises CryptoError where another sealed it, CannotOpen where it was for another, and Malformed.
        """
        place = (bytes(sender), info, sealed, signature)
        if (key := self._opened.get(place)) is None:
            sender.verify(_vouched(info, sealed), decoded(signature))
            key = self._opened_key(sealed, info)
            if len(self._opened) >= _REMEMBERED:
                self._opened.clear()
            self._opened[place] = key
        return key

    def _opened_key(self, sealed: str, info: bytes) -> Aead:
        try:
            return Aead(_HPKE.decrypt(decoded(sealed), self._opener, info=info))
        except (InvalidTag, CryptoError, ValueError):
            raise CannotOpen(_NOT_FOR_US) from None


def padded_text(sealed: bytes, *, key: Aead, bound: bytes) -> bytes:
    """What was sealed, still padded; raises CryptoError if it was not with this key, or not bound to this."""
    try:
        return key.decrypt(sealed, bound)
    except ValueError:  # too short to hold nonce and tag
        raise CryptoError from None


def unpadded(padded: bytes) -> bytes:
    """The text; raises CannotOpen where it is padded otherwise."""
    text = padded.rstrip(b" ")
    if not text or padded != _padded(text):
        raise CannotOpen(_NOT_FOR_US)
    return text


def _vouched(info: bytes, sealed: str) -> bytes:
    """What a sender signs of a key: three lines."""
    return b"%b\n%b" % (info, sealed.encode())


def _padded(text: bytes) -> bytes:
    """Spaces after the last character: a JSON object ends with a brace, so that they come off again."""
    return text + b" " * (-len(text) % _STEP)
