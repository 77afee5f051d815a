"""Text from anyone in a file that people open with a spreadsheet."""

from __future__ import annotations

_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet could take for the beginning of a formula (OWASP, CSV Injection)."""


def harmless(value: object) -> object:
    """Text a spreadsheet will not run: what could begin a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, str) and (value.startswith(_ACTIVE) or value.lstrip().startswith(_ACTIVE)):
        return f"'{value}"
    return value
