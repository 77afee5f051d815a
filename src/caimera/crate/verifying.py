"""Is a crate, byte for byte, what was written?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from caimera.crate.crate import fingerprint, read_small
from caimera.crate.errors import CrateUnreadable
from caimera.crate.manifest import MANIFEST, SEAL, File, Manifest, digest_of
from caimera.crate.seal import Seal
from caimera.protocol import base64url


class FindingKind(StrEnum):
    """How a crate departs from what was written."""

    CHANGED = "changed"
    MISSING = "missing"
    ADDED = "added"
    UNSIGNED = "unsigned"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Finding:
    """One departure: what kind, where in the crate, and a sentence."""

    kind: FindingKind
    path: str
    message: str


def verify(path: Path, *, signer_key: bytes | None = None) -> tuple[Finding, ...]:
    """Everything in which a crate departs from what was written; empty when nothing does.

    With `signer_key` (32 raw bytes, Ed25519) the crate must be signed by that key. Without it a signed
    crate is checked against the key it carries itself, and an unsigned one for accidents only.
    Raises CrateUnreadable when there is no folder at `path`.
    """
    root = path.resolve()
    if not root.is_dir():
        raise CrateUnreadable(f"{path} is not a folder; give the folder of a crate.")
    return (*_seal_findings(root, signer_key), *_file_findings(root))


def _seal_findings(root: Path, signer_key: bytes | None) -> Iterator[Finding]:
    if absent := [name for name in (MANIFEST, SEAL) if not os.path.lexists(root / name)]:
        yield from (Finding(FindingKind.MISSING, name, f"{name} is missing.") for name in absent)
        return
    try:
        manifest = read_small(root / MANIFEST)
        seal = Seal.from_bytes(read_small(root / SEAL))
    except CrateUnreadable as error:
        yield Finding(FindingKind.CHANGED, SEAL, str(error))
        return
    if seal.manifest_sha256 != digest_of(manifest):
        yield Finding(FindingKind.CHANGED, MANIFEST, f"{MANIFEST} is not the one that {SEAL} was made for.")
    yield from _signature_findings(seal, manifest, signer_key)


def _signature_findings(seal: Seal, manifest: bytes, signer_key: bytes | None) -> Iterator[Finding]:
    if seal.key is None:
        if signer_key is not None:
            yield Finding(
                FindingKind.UNSIGNED, SEAL, "The crate is not signed; ask its provider for a signed one."
            )
    elif signer_key is not None and seal.key != base64url.encode(signer_key):
        message = f"The crate is signed by {seal.key}, not by the key given."
        yield Finding(FindingKind.SIGNATURE, SEAL, message)
    elif not seal.holds(manifest):
        message = f"The signature by {seal.key} does not belong to this {MANIFEST}."
        yield Finding(FindingKind.SIGNATURE, SEAL, message)


def _file_findings(root: Path) -> Iterator[Finding]:
    try:
        manifest = Manifest.from_bytes(read_small(root / MANIFEST))
    except CrateUnreadable as error:
        if os.path.lexists(root / MANIFEST):
            yield Finding(FindingKind.CHANGED, MANIFEST, str(error))
        return
    listed = {file.path for file in manifest.files} | {MANIFEST, SEAL}
    for file in manifest.files:
        yield from _listed_file(root, file)
    yield from _unlisted(root, listed)


def _listed_file(root: Path, file: File) -> Iterator[Finding]:
    try:
        size, sha256 = fingerprint(root / file.path)
    except FileNotFoundError:
        yield Finding(FindingKind.MISSING, file.path, f"{file.path} is missing.")
    except (OSError, CrateUnreadable) as error:
        yield Finding(FindingKind.CHANGED, file.path, f"{file.path} cannot be read as a file: {error}")
    else:
        if (size, sha256) != (file.size, file.sha256):
            message = f"{file.path} was changed: {size:,} bytes where {file.size:,} were written."
            if size == file.size:
                message = f"{file.path} was changed: its SHA-256 is {sha256}."
            yield Finding(FindingKind.CHANGED, file.path, message)


def _unlisted(root: Path, listed: set[str]) -> Iterator[Finding]:
    folders = {parent.as_posix() for path in listed for parent in Path(path).parents}
    for relative, entry in _entries(root, ""):
        if entry.is_symlink():
            yield Finding(FindingKind.ADDED, relative, f"{relative} is a symbolic link; a crate holds none.")
        elif relative not in (folders if entry.is_dir(follow_symlinks=False) else listed):
            yield Finding(FindingKind.ADDED, relative, f"{relative} does not belong to the crate.")


def _entries(folder: Path, prefix: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    with os.scandir(folder) as entries:
        ordered = sorted(entries, key=lambda entry: entry.name)
    for entry in ordered:
        relative = prefix + entry.name
        yield relative, entry
        if entry.is_dir(follow_symlinks=False):
            yield from _entries(Path(entry.path), relative + "/")
