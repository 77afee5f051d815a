"""What can go wrong with a crate.

CrateError
├── CrateExists       a crate is already there; versions never change
├── TablesUnsound     the tables break the common data model
└── CrateUnreadable   what is there is not a crate this version can read
"""

from __future__ import annotations

from caimera.cdm import Violation


class CrateError(Exception):
    """The root of this room's errors; each says what happened and what to do."""


class CrateExists(CrateError):
    """Something is already at the path of a new crate."""


class TablesUnsound(CrateError):
    """The tables break the model; `violations` says where."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        self.violations = violations
        super().__init__(" ".join(violation.message for violation in violations))


class CrateUnreadable(CrateError):
    """The folder is no crate, or its manifest is damaged."""
