"""Bytes as text: base64url without padding (RFC 4648, section 5), one text for one value."""

from __future__ import annotations

import base64
import binascii

_STANDARD = bytes.maketrans(b"-_+/=", b"+/***")
"""To the standard alphabet, whose own two characters and padding are none of this one."""


def encode(data: bytes) -> str:
    """The text of `data`."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes `text` stands for; raises ValueError unless `encode` gives back the same text."""
    whole = len(text) // 4 * 4
    try:
        padded = text.encode("ascii").translate(_STANDARD) + b"=" * (-len(text) % 4)
        data = binascii.a2b_base64(padded, strict_mode=True)
        if encode(data[whole // 4 * 3 :]) == text[whole:]:
            return data
    except ValueError:
        pass
    raise ValueError("This is not base64url without padding.") from None
