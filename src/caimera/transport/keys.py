"""The broker's sign-in keys (nkeys): Ed25519 in NATS's own spelling. The broker holds public halves only."""

from __future__ import annotations

import base64
import binascii
import os

import nkeys

from caimera.transport.errors import BadBrokerKey

_SIZE = 35
"""One byte for the kind of key, 32 for the key, two for the checksum."""


def new_broker_key() -> tuple[str, str]:
    """A new key as (seed "SU…", public "U…"). The seed is secret."""
    seed = nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER).decode()
    return seed, public_key(seed)


def public_key(seed: str) -> str:
    """The public half of a user's seed; raises BadBrokerKey, which does not show the seed."""
    if not seed.startswith("SU") or not _is_whole(seed, size=_SIZE + 1):
        raise BadBrokerKey('This is not the seed of a broker key ("SU…"). Make one with new_broker_key.')
    return str(nkeys.from_seed(bytearray(seed.encode())).public_key.decode())


def check_public_key(key: str) -> str:
    """Return `key` if it is a user's public key, checksum included; else raises BadBrokerKey."""
    if not key.startswith("U") or not _is_whole(key, size=_SIZE):
        raise BadBrokerKey('This is not a public broker key ("U…"). Take it from the site\'s card.')
    return key


def _is_whole(text: str, *, size: int) -> bool:
    try:
        data = base64.b32decode(text + "=" * (-len(text) % 8))
    except binascii.Error:
        return False
    return len(data) == size and data[-2:] == bytes(nkeys.crc16_checksum(data[:-2]))
