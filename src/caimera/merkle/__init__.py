"""The verifiable log: leaves, tree, proofs, signed and cosigned checkpoints; pure."""

from caimera.merkle.checkpoints import Checkpoint, cosign, cosigned_at, open_checkpoint
from caimera.merkle.errors import KeyMalformed, MerkleError, NoteMalformed, ProofInvalid, SignatureMissing
from caimera.merkle.notes import COSIGNATURE, ED25519, Note, Signature, SignerKey, VerifierKey
from caimera.merkle.proofs import (
    consistency_proof,
    inclusion_proof,
    inclusion_proof_after,
    verify_consistency,
    verify_inclusion,
)
from caimera.merkle.tree import EMPTY_ROOT, HASH_SIZE, Frontier, leaf_hash, node_hash, root_of

__all__ = [
    "COSIGNATURE",
    "ED25519",
    "EMPTY_ROOT",
    "HASH_SIZE",
    "Checkpoint",
    "Frontier",
    "KeyMalformed",
    "MerkleError",
    "Note",
    "NoteMalformed",
    "ProofInvalid",
    "Signature",
    "SignatureMissing",
    "SignerKey",
    "VerifierKey",
    "consistency_proof",
    "cosign",
    "cosigned_at",
    "inclusion_proof",
    "inclusion_proof_after",
    "leaf_hash",
    "node_hash",
    "open_checkpoint",
    "root_of",
    "verify_consistency",
    "verify_inclusion",
]
