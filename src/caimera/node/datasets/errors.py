"""What can go wrong with datasets.

DatasetError
├── CrateRefused     the crate is damaged, or breaks the common data model; `findings` lists how
├── VersionTaken     another crate is registered as this version
├── PolicyUnknown    no such policy
└── DatasetUnknown   no such dataset here
"""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID


class DatasetError(Exception):
    """The act was refused; nothing changed."""


class CrateRefused(DatasetError):
    """The crate is damaged, or breaks the common data model."""

    def __init__(self, path: Path, findings: Sequence[str]) -> None:
        self.findings = tuple(findings)
        listed = "\n".join(f"- {finding}" for finding in self.findings)
        super().__init__(f"{path} was not registered. Get a sound copy and try again. Found:\n{listed}")


class VersionTaken(DatasetError):
    """Another crate is registered as this version."""

    def __init__(self, dataset_id: UUID, version: str) -> None:
        super().__init__(
            f"Version {version} of dataset {dataset_id} is registered with other contents. "
            "A released version never changes: give the new crate a new version."
        )


class PolicyUnknown(DatasetError):
    """No such policy."""

    def __init__(self, policy: str) -> None:
        super().__init__(f"No policy is called {policy!r}: use open or protected.")


class DatasetUnknown(DatasetError):
    """No such dataset here."""

    def __init__(self, dataset_id: UUID) -> None:
        super().__init__(
            f"This node has no dataset {dataset_id}. `caimera node datasets` lists those it has."
        )
