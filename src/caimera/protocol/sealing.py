"""Sealing a text for one reader: HPKE (RFC 9180), base mode, with the context bound as `info`."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from caimera.protocol.errors import CannotOpen

SUITE = "X25519-HKDF-SHA256-ChaCha20Poly1305"
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_STEP = 512


def seal_text(text: bytes, *, reader: X25519PublicKey, info: bytes) -> bytes:
    """Encapsulated key (32 bytes), ciphertext of `text` padded to a multiple of 512 bytes, tag (16 bytes)."""
    return _SUITE.encrypt(_padded(text), reader, info=info)


def open_text(sealed: bytes, *, reader: X25519PrivateKey, info: bytes) -> bytes:
    """The text; raises CannotOpen if it was not sealed for this reader under this `info`."""
    try:
        padded = _SUITE.decrypt(sealed, reader, info=info)
    except (InvalidTag, ValueError):
        padded = b""
    text = padded.rstrip(b" ")
    if not text or padded != _padded(text):
        raise CannotOpen(
            "The body was not sealed for this site's key. Give the sender this site's card; let it ask again."
        )
    return text


def _padded(text: bytes) -> bytes:
    """Spaces after the last character: a JSON object ends with a brace, so that they come off again."""
    return text + b" " * (-len(text) % _STEP)
