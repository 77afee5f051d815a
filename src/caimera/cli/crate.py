"""`caimera crate`: look at a dataset on disk."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from caimera.crate import Crate, CrateUnreadable, Finding, open_crate, verify
from caimera.protocol import base64url


class PublicKey(click.ParamType[bytes]):
    """An Ed25519 public key as site cards show it: 32 bytes in base64url, 43 characters."""

    name = "key"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> bytes:
        """The raw 32 bytes."""
        try:
            key = base64url.decode(value)
        except ValueError as error:
            self.fail(f"{error} Copy the sign_key of the signer's card.", param, ctx)
        if len(key) != 32:
            self.fail(
                f"The key is {len(key)} bytes long, not 32. Copy the sign_key of the signer's card.",
                param,
                ctx,
            )
        return key


@click.group()
def crate() -> None:
    """Datasets on disk."""


@crate.command("verify")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--key", type=PublicKey(), help="Public key the crate must be signed with (sign_key of a site card)."
)
def verify_command(path: Path, key: bytes | None) -> None:
    """Check that the crate at PATH is, byte for byte, what was written.

    Ends with 0 when nothing was changed, is missing or was added, otherwise with 1.
    """
    try:
        findings = verify(path, signer_key=key)
        if not findings:
            click.echo(_sound(open_crate(path), key))
            return
    except CrateUnreadable as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    for finding in findings:
        click.echo(_line(finding), err=True)
    click.echo(f"The crate is not what was written: {_findings(len(findings))}.", err=True)
    sys.exit(1)


def _sound(found: Crate, key: bytes | None) -> str:
    title, version = found.description.title, found.description.version
    files = len(found.manifest.files)
    trust = "signed by the key given" if key else "by its own account; give --key to check who signed it"
    return f"{title}, version {version}: all {files} files are as written, {trust}.\nDigest {found.digest}"


def _line(finding: Finding) -> str:
    """A line any terminal can show: a file name may hold bytes that are no text."""
    return f"{finding.kind}: {finding.message}".encode("utf-8", "backslashreplace").decode()


def _findings(count: int) -> str:
    return "1 finding" if count == 1 else f"{count} findings"
