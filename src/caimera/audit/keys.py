"""The names and keys a site signs its trail with, and cosigns others' with; made when first needed."""

from __future__ import annotations

import os

from django.conf import settings

from caimera.merkle import COSIGNATURE, SignerKey
from caimera.secrets import FileStore


def log_name(site: str) -> str:
    """The origin line of a site's checkpoints."""
    return f"caimera.audit/{site}"


def witness_name(site: str) -> str:
    """The name a site cosigns under."""
    return f"caimera.witness/{site}"


def log_key() -> SignerKey:
    """What this site signs its checkpoints with. Raises SecretsError."""
    return SignerKey(log_name(settings.SITE.site_id), _private("audit_log_key"))


def witness_key() -> SignerKey:
    """What this site cosigns others' checkpoints with. Raises SecretsError."""
    return SignerKey(witness_name(settings.SITE.site_id), _private("audit_witness_key"), COSIGNATURE)


def _private(name: str) -> bytes:
    store = FileStore(settings.SITE.secrets_file, settings.SITE.secrets_key_file)
    return store.get_or_make(name, lambda: os.urandom(32))
