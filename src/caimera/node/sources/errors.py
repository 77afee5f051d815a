"""What can go wrong while a question is evaluated.

SourceError
├── OriginUnusable  a published dataset is missing, or is not what was released
├── IndexUnusable   the derived index cannot be built or read
└── DeadlinePassed  the answer would come too late
"""

from pathlib import Path


class SourceError(Exception):
    """The source cannot count."""


class OriginUnusable(SourceError):
    """A published dataset is missing, or is not what was released."""

    def __init__(self, origin: str, why: str, remedy: str) -> None:
        super().__init__(f"{origin} cannot be used: {why} {remedy}")


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
