"""This node's own keys."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from caimera.protocol.identity import Card, Identity
from caimera.secrets import FileStore, load_identity
from caimera.transport import public_key


def secrets() -> FileStore:
    """The encrypted file with this node's keys."""
    return FileStore(settings.SITE.secrets_file, settings.SITE.secrets_key_file)


@cache
def node_identity() -> Identity:
    """The keys this node signs and opens with; raises SecretMissing before `caimera node init`."""
    return load_identity(secrets(), settings.SITE.site_id)


@cache
def disclosure_key() -> bytes:
    """What noise and limits are drawn from; whoever has it can take the noise off. Raises SecretMissing."""
    return secrets().get("disclosure_key")


def node_card() -> Card:
    """What the hub must know of this node: its name and public keys."""
    broker_key = public_key(secrets().get("broker_seed").decode())
    return node_identity().card(settings.SITE.site_name, broker_key=broker_key)
