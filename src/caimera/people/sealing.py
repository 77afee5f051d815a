"""Small things sealed with this site's own key, so that who reads a cookie or the database learns nothing.

AES-256-GCM under a key derived (HKDF, RFC 5869) from the site's secret, another for each purpose.
"""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE_BYTES = 12


def seal(purpose: str, content: Any) -> str:
    """JSON values as a text that only `unseal` of the same purpose opens, at this site."""
    nonce = os.urandom(_NONCE_BYTES)
    sealed = _cipher(purpose, settings.SECRET_KEY).encrypt(nonce, json.dumps(content).encode(), None)
    return urlsafe_b64encode(nonce + sealed).decode()


def unseal(purpose: str, text: str) -> Any:
    """What was sealed; None where it was not, here and for this purpose."""
    try:
        sealed = urlsafe_b64decode(text.encode())
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        return json.loads(_cipher(purpose, settings.SECRET_KEY).decrypt(nonce, rest, None))
    except (ValueError, InvalidTag):
        return None


@lru_cache(maxsize=8)
def _cipher(purpose: str, secret: str) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"caimera.people." + purpose.encode())
    return AESGCM(derived.derive(secret.encode()))
