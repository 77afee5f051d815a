"""Bytes as text: base64url without padding (RFC 4648, section 5), one text for one value."""

from __future__ import annotations

import base64


def encode(data: bytes) -> str:
    """The text of `data`."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes `text` stands for; raises ValueError unless `encode` gives back the same text."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        data = b""
    if encode(data) != text:
        raise ValueError("This is not base64url without padding.")
    return data
