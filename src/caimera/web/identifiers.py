"""Identifiers as they come from outside."""

from __future__ import annotations

from uuid import UUID


def uuid_of(text: str) -> UUID | None:
    """The UUID that a text is; None where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
