"""A site's private keys in its store."""

from __future__ import annotations

from caimera.protocol.identity import Identity
from caimera.secrets.store import FileStore


def save_identity(store: FileStore, identity: Identity) -> None:
    """Keep both private keys, replacing those that were there."""
    store.update({"sign_key": identity.sign_key, "seal_key": identity.seal_key})


def load_identity(store: FileStore, site: str) -> Identity:
    """The identity of `site`; raises SecretMissing before its keys were made, and SecretsUnreadable."""
    return Identity(site=site, sign_key=store.get("sign_key"), seal_key=store.get("seal_key"))
