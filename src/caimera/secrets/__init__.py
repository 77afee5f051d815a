"""Where keys live: an encrypted file that only its owner may read."""

from caimera.secrets.errors import (
    SecretMissing,
    SecretNameInvalid,
    SecretsError,
    SecretsExist,
    SecretsUnreadable,
)
from caimera.secrets.identity import load_identity, save_identity
from caimera.secrets.store import FileStore

__all__ = [
    "FileStore",
    "SecretMissing",
    "SecretNameInvalid",
    "SecretsError",
    "SecretsExist",
    "SecretsUnreadable",
    "load_identity",
    "save_identity",
]
