"""The seal: `manifest.sig`, which binds the bytes of the manifest."""

from __future__ import annotations

from typing import Annotated

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import AfterValidator, Field, ValidationError, model_validator

from caimera.crate.errors import CrateUnreadable
from caimera.crate.manifest import SEAL, digest_of
from caimera.protocol import base64url, canonical
from caimera.protocol.messages import Frozen


def _base64url(text: str) -> str:
    base64url.decode(text)
    return text


class Seal(Frozen):
    """SHA-256 of the manifest and, where there is a signer, its key and Ed25519 signature (base64url)."""

    manifest_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    key: Annotated[str, AfterValidator(_base64url)] | None = None
    signature: Annotated[str, AfterValidator(_base64url)] | None = None

    @model_validator(mode="after")
    def _key_with_signature(self) -> Seal:
        if (self.key is None) != (self.signature is None):
            raise ValueError("a signature comes with its key")
        return self

    @staticmethod
    def over(manifest: bytes, signer: Ed25519PrivateKey | None) -> Seal:
        """The seal of a manifest's bytes."""
        if signer is None:
            return Seal(manifest_sha256=digest_of(manifest))
        return Seal(
            manifest_sha256=digest_of(manifest),
            key=base64url.encode(signer.public_key().public_bytes_raw()),
            signature=base64url.encode(signer.sign(manifest)),
        )

    def to_bytes(self) -> bytes:
        """The canonical text (RFC 8785)."""
        return canonical.dumps(self.model_dump(mode="json"))

    @staticmethod
    def from_bytes(data: bytes) -> Seal:
        """Read `manifest.sig`; raises CrateUnreadable unless every byte is as it was written."""
        try:
            seal = Seal.model_validate_json(data)
        except ValidationError as error:
            raise CrateUnreadable(f"{SEAL} is damaged: {error.errors()[0]['msg']}.") from error
        if seal.to_bytes() != data:
            raise CrateUnreadable(
                f"{SEAL} is not in its canonical form; it was changed after it was written."
            )
        return seal

    def holds(self, manifest: bytes) -> bool:
        """True when this seal's own key signed exactly these bytes."""
        if self.key is None or self.signature is None:
            return False
        try:
            public = Ed25519PublicKey.from_public_bytes(base64url.decode(self.key))
            public.verify(base64url.decode(self.signature), manifest)
        except (InvalidSignature, ValueError):
            return False
        return True
