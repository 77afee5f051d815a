"""Noise that is drawn once for each question, and the same whenever it is asked again."""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from uuid import UUID

_UNIT = 2**64


def seed_of(key: bytes, *, question: str, dataset_id: UUID, digest: str) -> bytes:
    """What the noise of one answer is drawn from, 32 bytes.

    `key` is the node's secret, `question` the canonical text after banding and without the parts that are
    not followed, `digest` names the version of the data. Neither the count nor the set takes part: noise
    that followed them would tell equal sets.
    """
    said = json.dumps([question, str(dataset_id), digest]).encode()
    return hmac.new(key, said, hashlib.sha256).digest()


def discrete_laplace(epsilon: float, seed: bytes, what: str) -> int:
    """The difference of two geometric draws: P(n) is proportional to exp(-epsilon * |n|).

    Each `what` that is counted has a draw of its own; draws are cut at 64 * ln 2 / epsilon.
    """
    bits = hmac.digest(seed, what.encode(), "sha256")
    return _geometric(epsilon, bits[:8]) - _geometric(epsilon, bits[8:16])


def _geometric(epsilon: float, bits: bytes) -> int:
    """P(n or more) = exp(-epsilon * n), by inversion; only whole numbers come out, so no float can leak."""
    uniform = (int.from_bytes(bits) + 1) / _UNIT
    return math.floor(-math.log(uniform) / epsilon)
