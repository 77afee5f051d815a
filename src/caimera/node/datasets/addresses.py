"""What this room has among the node's secrets, never in its database: addresses, and the key of noise."""

from __future__ import annotations

import re

from django.conf import settings

from caimera.node.datasets.errors import DatabaseNameInvalid
from caimera.secrets import FileStore, SecretMissing

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def _secret(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise DatabaseNameInvalid(name)
    return f"database_{name}"


def _store() -> FileStore:
    return FileStore(settings.SITE.secrets_file, settings.SITE.secrets_key_file)


def address_of(name: str) -> str:
    """The address of a database. Raises LookupError where none is kept, and SecretsUnreadable."""
    try:
        return _store().get(_secret(name)).decode()
    except SecretMissing:
        raise LookupError(name) from None


def disclosure_key() -> bytes:
    """What the noise of descriptions is drawn from, the same as that of answers. Raises SecretMissing."""
    return _store().get("disclosure_key")


def keep_address(name: str, address: str) -> None:
    """Keep the address of a database in place of the one before. Raises DatabaseNameInvalid."""
    _store().put(_secret(name), address.encode())
