"""Proofs that a leaf is in a tree, and that one tree is the beginning of another (RFC 9162, section 2.1)."""

from __future__ import annotations

from collections.abc import Sequence

from caimera.merkle.errors import ProofInvalid
from caimera.merkle.tree import EMPTY_ROOT, Frontier, merged, node_hash, root_of, split


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes beside the path from leaf `index` to the root over all `leaves` (leaf hashes), lowest first.

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"There is no leaf {index} in a tree of {len(leaves)}.")
    path: list[bytes] = []
    first, last = 0, len(leaves)
    while last - first > 1:
        middle = first + split(last - first)
        if index < middle:
            path.append(root_of(leaves[middle:last]))
            last = middle
        else:
            path.append(root_of(leaves[first:middle]))
            first = middle
    return path[::-1]


def inclusion_proof_after(before: Frontier, added: Sequence[bytes], index: int) -> list[bytes]:
    """The same for one of the `added` leaf hashes in the tree of `before` and these.

    Of what was before, the frontier is enough.

    Raises:
        IndexError: it is none of the added leaves.
    """
    start, end = before.size, before.size + len(added)
    if not start <= index < end:
        raise IndexError(f"Leaf {index} is none of those from {start} up to {end}.")
    known = list(before.hashes)
    path: list[bytes] = []
    first, last, ahead = 0, end, []
    while last - first > 1:
        middle = first + split(last - first)
        ahead.append((first, middle, last))
        first, last = (first, middle) if index < middle else (middle, last)
    for first, middle, last in ahead:
        beside = (middle, last) if index < middle else (first, middle)
        path.append(_root_between(beside, start, known, added))
    return path[::-1]


def _root_between(part: tuple[int, int], start: int, known: list[bytes], added: Sequence[bytes]) -> bytes:
    """The root over the leaves of a part; what lies before `start` is taken from `known`, the first first."""
    first, last = part
    if first >= start:
        return root_of(added[first - start : last - start])
    if last <= start:
        return known.pop(0)
    middle = first + split(last - first)
    left = _root_between((first, middle), start, known, added)
    return node_hash(left, _root_between((middle, last), start, known, added))


def verify_inclusion(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that `leaf` (a leaf hash) is number `index` of the `size` leaves under `root`.

    Raises:
        ProofInvalid: it is not shown to be.
    """
    if not 0 <= index < size:
        raise ProofInvalid(f"There is no leaf {index} in a tree of {size}.")
    number, last, found = index, size - 1, leaf
    for beside in proof:
        if last == 0:
            raise ProofInvalid("The proof of inclusion is too long.")
        if number & 1 or number == last:
            found = node_hash(beside, found)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        number, last = number >> 1, last >> 1
    if last or found != root:
        raise ProofInvalid(f"Leaf {index} is not shown to be in the tree of {size}.")


def consistency_proof(before: Frontier, added: Sequence[bytes]) -> list[bytes]:
    """The hashes that show the tree of `before` to be the beginning of the one with `added` leaf hashes.

    Empty where nothing was before or nothing was added.
    """
    if not before.size or not added:
        return []
    known, end = list(before.hashes), before.size + len(added)
    first, last, proof, whole = 0, end, [], True
    while last != before.size:
        middle = first + split(last - first)
        if before.size <= middle:
            proof.append(root_of(added[middle - before.size : last - before.size]))
            last = middle
        else:
            proof.append(known.pop(0))
            first, whole = middle, False
    return [*([] if whole else [merged(known)]), *reversed(proof)]


def verify_consistency(
    *, old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the first `old_size` leaves under `root` are those under `old_root`.

    Raises:
        ProofInvalid: they are not shown to be.
    """
    if not 0 <= old_size <= size:
        raise ProofInvalid(f"A tree of {size} leaves cannot begin with one of {old_size}.")
    if old_size in (0, size):
        _verify_at_the_end(old_size, old_root, size, root, proof)
        return
    path = list(proof)
    if not old_size & (old_size - 1):
        path.insert(0, old_root)
    if not path:
        raise ProofInvalid("The proof of consistency is empty.")
    if _walk(path, old_size, size) != (old_root, root):
        raise ProofInvalid(f"The tree of {size} leaves is not shown to begin with that of {old_size}.")


def _verify_at_the_end(
    old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> None:
    expected = root if old_size == size else EMPTY_ROOT
    if proof or old_root != expected:
        raise ProofInvalid(f"The trees of {old_size} and {size} leaves do not fit each other.")


def _walk(path: Sequence[bytes], old_size: int, size: int) -> tuple[bytes, bytes]:
    """The roots of the old and the new tree that a proof leads to (RFC 9162, section 2.1.4.2)."""
    number, last = old_size - 1, size - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    old = new = path[0]
    for beside in path[1:]:
        if last == 0:
            raise ProofInvalid("The proof of consistency is too long.")
        if number & 1 or number == last:
            old, new = node_hash(beside, old), node_hash(beside, new)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            new = node_hash(new, beside)
        number, last = number >> 1, last >> 1
    if last:
        raise ProofInvalid("The proof of consistency is too short.")
    return old, new
