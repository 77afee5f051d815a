"""Tree hashes (RFC 9162, section 2.1, as in RFC 6962) and the frontier to which leaves are appended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

HASH_SIZE = 32
EMPTY_ROOT = sha256().digest()
"""The root of a tree without leaves."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf: SHA-256 of a byte 0 and the leaf's bytes."""
    return sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees: SHA-256 of a byte 1 and both hashes."""
    return sha256(b"\1" + left + right).digest()


def split(size: int) -> int:
    """How many of `size` leaves (2 or more) the left subtree holds: the largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes, in their order."""
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


@dataclass(slots=True)
class Frontier:
    """The roots of the perfect subtrees that `size` leaves fall into, the largest first.

    It is all one must keep of a tree to append to it and say its root (a "compact range" from 0).

    Raises:
        ValueError: not as many hashes of 32 bytes as `size` has bits set.
    """

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.hashes) != self.size.bit_count():
            raise ValueError(f"A frontier of {self.size} leaves does not have {len(self.hashes)} hashes.")
        if any(len(each) != HASH_SIZE for each in self.hashes):
            raise ValueError("Each hash of a frontier has 32 bytes.")

    def append(self, leaf: bytes) -> None:
        """Take one more leaf hash: equal subtrees merge, as in adding one to a binary number."""
        size, hashes = self.size, self.hashes
        while size & 1:
            leaf = sha256(b"\1" + hashes.pop() + leaf).digest()
            size >>= 1
        hashes.append(leaf)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Take leaf hashes in their order."""
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        """The root of the tree; `EMPTY_ROOT` without leaves."""
        return merged(self.hashes) if self.hashes else EMPTY_ROOT

    def copy(self) -> Frontier:
        """A frontier of the same leaves that goes its own way."""
        return Frontier(self.size, list(self.hashes))


def merged(hashes: Sequence[bytes]) -> bytes:
    """The root of subtrees that stand side by side, the largest first; at least one."""
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root
