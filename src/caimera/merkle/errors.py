"""What can be wrong with something a log says.

MerkleError (ValueError)
├── ProofInvalid       a proof does not lead to the root it should
├── NoteMalformed      a text has not the form of a signed note or of a checkpoint
├── KeyMalformed       a text is no verifier key
└── SignatureMissing   nobody trusted signed the note, or the signature is not theirs
"""

from __future__ import annotations


class MerkleError(ValueError):
    """The root of this room's errors; each says what is wrong, never shows a private key."""


class ProofInvalid(MerkleError):
    """A proof does not lead to the root it should."""


class NoteMalformed(MerkleError):
    """A text has not the form of a signed note or of a checkpoint."""


class KeyMalformed(MerkleError):
    """A text is no verifier key."""


class SignatureMissing(MerkleError):
    """The key asked for did not sign the note."""
