"""What can go wrong with a description.

DcatError (ValueError)
├── Unreadable        the document is broken, too large, or asks for what a guest may not have
├── NotADescription   the document holds no such thing
└── BrokenShapes      our own shapes use what our validator does not know
"""

from __future__ import annotations


class DcatError(ValueError):
    """The root of this room's errors; each says what happened and what to do."""


class Unreadable(DcatError):
    """A document that cannot, or may not, be read."""


class NotADescription(DcatError):
    """A document that can be read and does not hold what was looked for."""


class BrokenShapes(DcatError):
    """A file of shapes that goes beyond the part of SHACL understood here."""
