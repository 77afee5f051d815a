"""Signing the tree: checkpoints, each going on from the one before, and the proofs that it does."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection, transaction

from caimera.audit.errors import TrailDamaged
from caimera.audit.keys import log_key
from caimera.audit.models import Checkpoint
from caimera.audit.sequencing import locked
from caimera.merkle import (
    HASH_SIZE,
    Frontier,
    MerkleError,
    Note,
    SignerKey,
    consistency_proof,
    open_checkpoint,
)
from caimera.merkle import Checkpoint as Signed

_CHUNK = 10_000


def make_checkpoint(*, wait: bool = False) -> Checkpoint | None:
    """Sign the tree as it is; None where it did not grow since, or another holds the trail's lock.

    Only leaves that came since are read; the last checkpoint's frontier must have the root that was signed.
    Raises TrailDamaged.
    """
    key = log_key()
    with transaction.atomic():
        if not locked(wait=wait):
            return None
        last = Checkpoint.objects.last()
        tree = frontier_of(last, key) if last else Frontier()
        before = tree.size
        tree.extend(leaf_hashes(before, _size()))
        if tree.size == before:
            return None
        note = Signed(key.name, tree.size, tree.root()).signed(key)
        return Checkpoint.objects.create(size=tree.size, note=str(note), frontier=b"".join(tree.hashes))


def frontier_of(checkpoint: Checkpoint, key: SignerKey) -> Frontier:
    """The tree a checkpoint goes on from, whose root this site signed. Raises TrailDamaged."""
    try:
        signed = open_checkpoint(Note.parse(checkpoint.note), key.verifier)
        tree = Frontier(checkpoint.size, hashes_of(checkpoint))
    except (MerkleError, ValueError) as error:
        raise TrailDamaged(f"The checkpoint of {checkpoint.size} is not what this site signed.") from error
    if (signed.size, signed.root) != (tree.size, tree.root()):
        raise TrailDamaged(
            f"The frontier of the checkpoint of {checkpoint.size} is not what this site signed."
        )
    return tree


def hashes_of(checkpoint: Checkpoint) -> list[bytes]:
    """A checkpoint's frontier, hash by hash."""
    data = bytes(checkpoint.frontier)
    return [data[place : place + HASH_SIZE] for place in range(0, len(data), HASH_SIZE)]


def leaf_hashes(first: int, last: int) -> Iterator[bytes]:
    """The hashes of the leaves from `first` up to, not including, `last`. Raises TrailDamaged at a gap."""
    expected = first
    for start in range(first, last, _CHUNK):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT position, hash FROM audit_leaf"
                " WHERE position >= %s AND position < %s ORDER BY position",
                [start, min(start + _CHUNK, last)],
            )
            for position, data in cursor:
                if position != expected:
                    break
                expected += 1
                yield bytes(data)
    if expected < last:
        raise TrailDamaged(f"The leaf at position {expected} is missing.")


def proof_since(known: int, checkpoint: Checkpoint) -> list[bytes]:
    """That this checkpoint goes on from the one of `known` leaves. Raises TrailDamaged."""
    if not 0 < known < checkpoint.size:
        return []
    old = Checkpoint.objects.filter(pk=known).first()
    if old is None:
        raise TrailDamaged(f"The checkpoint of {known} leaves, which a witness knows, is missing.")
    return consistency_proof(frontier_of(old, log_key()), list(leaf_hashes(known, checkpoint.size)))


def _size() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(position) + 1, 0) FROM audit_leaf")
        return int(cursor.fetchone()[0])
