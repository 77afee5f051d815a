"""Making the keys a node speaks with; needs no database."""

from __future__ import annotations

import secrets as randomness

from caimera.protocol.identity import Identity
from caimera.secrets import FileStore, save_identity
from caimera.transport import new_broker_key


def create_missing_keys(store: FileStore, *, site_id: str) -> list[str]:
    """Make the keys that are not there yet, never replacing one; returns their names, sorted."""
    missing = {"sign_key", "seal_key", "broker_seed", "django_secret_key", "disclosure_key"} - set(
        store.names()
    )
    if missing & {"sign_key", "seal_key"}:
        save_identity(store, Identity.generate(site_id))
    if "broker_seed" in missing:
        seed, _ = new_broker_key()
        store.put("broker_seed", seed.encode())
    if "django_secret_key" in missing:
        store.put("django_secret_key", randomness.token_urlsafe(48).encode())
    if "disclosure_key" in missing:
        store.put("disclosure_key", randomness.token_bytes(32))
    return sorted(missing)
