"""What can go wrong with the secrets of a site.

SecretsError
├── SecretMissing       no secret has this name
├── SecretNameInvalid   no secret can have this name
├── SecretsExist        a store is already there
└── SecretsUnreadable   a file is missing, open to others, damaged, or of another key
"""

from __future__ import annotations


class SecretsError(Exception):
    """The root of this room's errors; each says what happened and what to do, never a value."""


class SecretMissing(SecretsError):
    """No secret has this name."""


class SecretNameInvalid(SecretsError):
    """A name is 1 to 64 of a-z, 0-9 and _, a letter first."""


class SecretsExist(SecretsError):
    """A store is already there; its secrets are not overwritten."""


class SecretsUnreadable(SecretsError):
    """The store or its key cannot be used as it is."""
