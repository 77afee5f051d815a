"""What can go wrong with datasets.

DatasetError
├── CrateRefused     the crate is damaged, or breaks the common data model; `findings` lists how
├── DatabaseRefused  the database cannot be read, or breaks the common data model; `findings` lists how
├── DatabaseNameInvalid   no name for a database
├── VersionTaken     other contents are registered as this version
├── PolicyUnknown    no such policy
├── PolicyRefused    the policy's numbers would protect nobody
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


class DatabaseRefused(DatasetError):
    """The database cannot be read, or breaks the common data model."""

    def __init__(self, name: str, findings: Sequence[str]) -> None:
        self.findings = tuple(findings)
        listed = "\n".join(f"- {finding}" for finding in self.findings)
        super().__init__(f"Nothing was released from the database {name}. Found:\n{listed}")


class DatabaseNameInvalid(DatasetError):
    """No name for a database."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} is no name for a database: it has 1 to 40 of a-z, 0-9 and _, and begins with a letter."
        )


class VersionTaken(DatasetError):
    """Other contents are registered as this version."""

    def __init__(self, dataset_id: UUID, version: str) -> None:
        super().__init__(
            f"Version {version} of dataset {dataset_id} is registered with other contents. "
            "A released version never changes: give the new contents a new version."
        )


class PolicyUnknown(DatasetError):
    """No such policy."""

    def __init__(self, policy: str) -> None:
        super().__init__(f"No policy is called {policy!r}: use open or protected.")


class PolicyRefused(DatasetError):
    """The policy's numbers would protect nobody."""


class DatasetUnknown(DatasetError):
    """No such dataset here."""

    def __init__(self, dataset_id: UUID) -> None:
        super().__init__(
            f"This node has no dataset {dataset_id}. `caimera node datasets` lists those it has."
        )
