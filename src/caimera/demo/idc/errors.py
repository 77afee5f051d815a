"""What can go wrong when the demo's crates are made.

DemoDataError
├── IndexMissing            the package with the index is not installed, or lacks a file
└── CollectionUndeclared    a collection has no line in mappings/policies.csv
"""

from __future__ import annotations


class DemoDataError(Exception):
    """The root of this room's errors."""


class IndexMissing(DemoDataError):
    """The index cannot be found; the message says what to install."""


class CollectionUndeclared(DemoDataError):
    """Nobody declared a collection open or protected."""
