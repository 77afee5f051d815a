"""The manifest: what a crate's dataset is, and the size and SHA-256 of every file in it."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    Field,
    ValidationError,
    model_validator,
)

from caimera.crate.errors import CrateUnreadable
from caimera.protocol import canonical
from caimera.protocol.messages import Frozen

MANIFEST = "manifest.json"
SEAL = "manifest.sig"
METADATA = "ro-crate-metadata.json"
REPORT = "mapping-report.json"

LARGEST_MANIFEST = 256 * 1024 * 1024
"""Bytes; a million files fit."""

_SAFE_PART = re.compile(r"[^\x00-\x1f\x7f/\\]+")


class Description(Frozen):
    """What the dataset is, in its provider's words. `licence` is an SPDX expression, `doi` a bare DOI."""

    dataset_id: UUID
    title: Annotated[str, Field(min_length=1)]
    description: str = ""
    provider: str = ""
    version: Annotated[str, Field(min_length=1)]
    licence: str = ""
    doi: str = ""
    policy_hint: Literal["open", "protected"]
    """How the provider would like it released; the node's own policy decides."""
    vocabulary: str
    created: AwareDatetime


def _inside(path: str) -> str:
    parts = path.split("/")
    if not all(_SAFE_PART.fullmatch(part) and part not in {".", ".."} for part in parts):
        raise ValueError(f"the name {path!r} would lead out of the crate or cannot be a file name")
    if path in {MANIFEST, SEAL}:
        raise ValueError(f"{path!r} cannot list itself")
    return path


class File(Frozen):
    """One file of the crate; `path` is relative, with `/` between its parts."""

    path: Annotated[str, AfterValidator(_inside)]
    size: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Manifest(Frozen):
    """Everything a crate holds, sorted by path."""

    format: Literal["caimera-crate/1"] = "caimera-crate/1"
    dataset: Description
    files: tuple[File, ...]

    @model_validator(mode="after")
    def _each_once_in_order(self) -> Manifest:
        paths = [file.path for file in self.files]
        if paths != sorted(set(paths)):
            raise ValueError("files must be listed once each, sorted by path")
        return self

    def to_bytes(self) -> bytes:
        """The canonical text (RFC 8785) that is hashed and signed."""
        return canonical.dumps(self.model_dump(mode="json"))

    @staticmethod
    def from_bytes(data: bytes) -> Manifest:
        """Read `manifest.json`; raises CrateUnreadable unless it is canonical and safe to follow."""
        try:
            manifest = Manifest.model_validate_json(data)
        except ValidationError as error:
            problem = error.errors()[0]
            place = ".".join(str(part) for part in problem["loc"])
            raise CrateUnreadable(
                f"{MANIFEST} is damaged at {place or 'its start'}: {problem['msg']}."
            ) from error
        if manifest.to_bytes() != data:
            raise CrateUnreadable(
                f"{MANIFEST} is not in its canonical form; it was changed after it was written."
            )
        return manifest


def digest_of(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
