"""What can go wrong in the common data model.

ModelError
└── MappingTableError   a table of raw values names what the vocabulary does not have, or is malformed
"""

from __future__ import annotations


class ModelError(ValueError):
    """The root of this room's errors."""


class MappingTableError(ModelError):
    """A mapping file cannot be used as it stands; the message names the file, the line and the fix."""
