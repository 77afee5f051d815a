"""What can go wrong while a question is evaluated.

SourceError
├── CrateUnusable   a published crate is missing, or is not what was registered
├── IndexUnusable   the derived index cannot be built or read
└── DeadlinePassed  the answer would come too late
"""

from pathlib import Path
from uuid import UUID


class SourceError(Exception):
    """The source cannot count."""


class CrateUnusable(SourceError):
    """A published crate is missing, or is not what was registered."""

    def __init__(self, dataset_id: UUID, path: Path, why: str) -> None:
        super().__init__(
            f"The crate of dataset {dataset_id} at {path} cannot be used: {why} "
            "Restore it or register it again."
        )


class IndexUnusable(SourceError):
    """The derived index cannot be built or read."""

    def __init__(self, directory: Path, why: str) -> None:
        super().__init__(
            f"The index in {directory} cannot be used. Give it space and memory; it may be deleted at any "
            f"time. Cause: {why}"
        )


class DeadlinePassed(SourceError):
    """The answer would come too late."""

    def __init__(self) -> None:
        super().__init__("Counting took longer than the time left for an answer.")
