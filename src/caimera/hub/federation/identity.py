"""The hub's own keys, and the names it gives to people when it speaks of them to a node."""

from __future__ import annotations

import hmac
from functools import cache
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from caimera.protocol.identity import Identity
from caimera.secrets import FileStore, load_identity


def secrets() -> FileStore:
    """The encrypted file with this hub's keys."""
    return FileStore(settings.SITE.secrets_file, settings.SITE.secrets_key_file)


@cache
def hub_identity() -> Identity:
    """The keys this hub signs and opens with; raises SecretMissing before `caimera hub init`."""
    return load_identity(secrets(), settings.SITE.site_id)


def pseudonym(*, person_id: UUID, node_id: str, identity: Identity) -> str:
    """The name a node knows a person by: always the same at one node, another at each.

    HMAC-SHA256 of node and person under a key derived (HKDF, RFC 5869) from the hub's signing key, so
    that neither a node nor several together can tell who it is.
    """
    return hmac.digest(_key(identity), f"{node_id}/{person_id}".encode(), "sha256").hex()


@cache
def _key(identity: Identity) -> bytes:
    hkdf = HKDF(SHA256(), length=32, salt=None, info=b"caimera/asker-pseudonym/1")
    return hkdf.derive(identity.sign_key)
