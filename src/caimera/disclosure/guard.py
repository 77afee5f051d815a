"""The rules of one dataset together with what its noise is drawn from."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from caimera.disclosure.noise import seed_of
from caimera.disclosure.policy import Policy


@dataclass(frozen=True, slots=True)
class Guard:
    """A protected dataset's policy, and `key`, the node's secret.

    Sets of patients are ints with a bit for each patient, whose place never changes.
    """

    policy: Policy
    key: bytes
    dataset_id: UUID

    def seed(self, question: str, digest: str) -> bytes:
        """What the noise of a question is drawn from; `digest` names the version of the data."""
        return seed_of(self.key, question=question, dataset_id=self.dataset_id, digest=digest)

    def too_small(self, patients: int) -> bool:
        """Whether a set is never told: below the minimum always, below twice the minimum sometimes."""
        return self._within(patients, self.policy.minimum)

    def near(self, difference: int) -> bool:
        """Whether two sets that differ by these patients get one answer: always below the overlap,
        sometimes below twice the overlap."""
        return self._within(difference, self.policy.overlap)

    @property
    def reach(self) -> int:
        """Sets that differ by so many patients or more never get one answer."""
        return 2 * self.policy.overlap

    def order(self, name: str) -> bytes:
        """A secret order of names, for choosing between equals."""
        return hmac.digest(self.key, f"order {self.dataset_id} {name}".encode(), "sha256")

    def _within(self, patients: int, radius: int) -> bool:
        """A limit that is sharp tells the last of several patients to whoever knows the others. This one is
        drawn, from `radius` to twice that, by whichever of the patients comes first in a secret order: sets
        that share most patients mostly share the limit, so asking about others of them seldom draws again."""
        size = patients.bit_count()
        if size < radius or size >= 2 * radius:
            return size < radius
        dataset = self.dataset_id.bytes
        first = min(_drawn(self.key, dataset, patient) for patient in _places(patients))
        return size < radius + int.from_bytes(first[8:16]) % radius


@lru_cache(maxsize=65_536)
def _drawn(key: bytes, dataset: bytes, patient: int) -> bytes:
    return hmac.digest(key, b"limit" + dataset + patient.to_bytes(8), "sha256")


def _places(patients: int) -> Iterator[int]:
    while patients:
        lowest = patients & -patients
        yield lowest.bit_length() - 1
        patients ^= lowest
