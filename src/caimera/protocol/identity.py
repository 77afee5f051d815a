"""Who a site is: its private keys, and the card others know it by."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Literal

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from nacl.signing import SigningKey, VerifyKey
from pydantic import Field, field_validator

from caimera.protocol import base64url
from caimera.protocol.errors import IdentityError
from caimera.protocol.messages import Frozen, SiteId
from caimera.protocol.sealing import Keys

_SITE = re.compile(r"[a-z][a-z0-9-]{1,40}")
_KEY_SIZE = 32


def check_site(site: str) -> str:
    """Return `site` if it can name a site (2 to 41 of a-z, 0-9 and -, a letter first); else IdentityError."""
    if not _SITE.fullmatch(site):
        raise IdentityError(
            "A site's id has 2 to 41 of the characters a-z, 0-9 and -, and begins with a letter."
        )
    return site


class Card(Frozen):
    """What two sites exchange at enrolment: a name and three public keys, as JSON."""

    version: Literal[1] = 1
    site: SiteId
    name: Annotated[str, Field(min_length=1, max_length=200)]
    sign_key: str
    """Ed25519, 32 bytes in base64url."""
    seal_key: str
    """X25519, 32 bytes in base64url."""
    broker_key: Annotated[str, Field(pattern=r"^(U[A-Z2-7]{55})?$")] = ""
    """The broker's public user key (nkey), or empty where the broker is another's business."""

    @field_validator("sign_key", "seal_key")
    @classmethod
    def _is_a_key(cls, text: str) -> str:
        if len(base64url.decode(text)) != _KEY_SIZE:
            raise ValueError("a public key has 32 bytes")
        return text

    @field_validator("seal_key")
    @classmethod
    def _can_be_sealed_to(cls, text: str) -> str:
        """Points of low order would make every sealed body readable by all (RFC 7748, section 6.1)."""
        public = X25519PublicKey.from_public_bytes(base64url.decode(text))
        X25519PrivateKey.generate().exchange(public)
        return text

    @cached_property
    def verifier(self) -> VerifyKey:
        """Checks what this site signed."""
        return VerifyKey(base64url.decode(self.sign_key))

    @cached_property
    def sealer(self) -> X25519PublicKey:
        """Seals what only this site may read."""
        return X25519PublicKey.from_public_bytes(base64url.decode(self.seal_key))


@dataclass(frozen=True, slots=True)
class Identity:
    """A site's name and private keys: raw Ed25519 and X25519, 32 bytes each, never shown.

    Raises:
        IdentityError: a name or a key that is not of this form.
    """

    site: str
    sign_key: bytes = field(repr=False)
    seal_key: bytes = field(repr=False)
    signer: SigningKey = field(init=False, repr=False, compare=False)
    """Signs in this site's name."""
    opener: X25519PrivateKey = field(init=False, repr=False, compare=False)
    """Opens keys that were sealed for this site."""
    keys: Keys = field(init=False, repr=False, compare=False)
    """What is sealed with for others, and what they seal with for this site."""

    def __post_init__(self) -> None:
        check_site(self.site)
        if len(self.sign_key) != _KEY_SIZE or len(self.seal_key) != _KEY_SIZE:
            raise IdentityError("A private key has 32 bytes; make both anew with Identity.generate.")
        # Made once: making a key costs as much as signing with it.
        object.__setattr__(self, "signer", SigningKey(self.sign_key))
        object.__setattr__(self, "opener", X25519PrivateKey.from_private_bytes(self.seal_key))
        object.__setattr__(self, "keys", Keys(signer=self.signer, opener=self.opener))

    @classmethod
    def generate(cls, site: str) -> Identity:
        """A new identity with fresh keys."""
        return cls(
            site=site,
            sign_key=bytes(SigningKey.generate()),
            seal_key=X25519PrivateKey.generate().private_bytes_raw(),
        )

    def card(self, name: str, broker_key: str = "") -> Card:
        """The public side, to hand to another site."""
        return Card(
            site=self.site,
            name=name,
            sign_key=base64url.encode(bytes(self.signer.verify_key)),
            seal_key=base64url.encode(self.opener.public_key().public_bytes_raw()),
            broker_key=broker_key,
        )
