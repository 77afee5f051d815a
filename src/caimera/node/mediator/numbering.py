"""Each patient's place in the sets of a dataset, which no version of the data changes."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from caimera.node.mediator.models import Numbering
from caimera.node.sources import PatientSet, Source, SourceRelease

_HASH_SIZE = 16
_LOCK = 0x_CA1_0001
"""The number of the lock under which protected datasets remember, in PostgreSQL's advisory locks."""


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where the patients of a release stand, in the order of its sets."""

    numbers: NDArray[np.int64]
    in_order: bool
    """Whether each stands at its own number, as in the first version of a dataset."""

    def bits(self, patients: PatientSet) -> int:
        """A set of patients as an int, a bit each."""
        if self.in_order:
            return int.from_bytes(np.packbits(patients, bitorder="little").tobytes(), "little")
        standing = np.zeros(int(self.numbers.max(initial=0)) + 1, dtype=np.bool_)
        standing[self.numbers[patients]] = True
        return int.from_bytes(np.packbits(standing, bitorder="little").tobytes(), "little")


_known: dict[tuple[UUID, str, bytes], Places] = {}
_guarding = Lock()


def take_turn() -> None:
    """Wait until no other process settles answers or numbers patients; held to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def number_patients(release: SourceRelease, source: Source, key: bytes) -> Places:
    """The places of a release's patients; those never seen get new ones. Raises SourceError."""
    known = _known.get(named := (release.dataset_id, release.digest, key))
    if known is None:
        identifiers = source.patients(release)
        numbers = _numbered(release.dataset_id, [_hash(key, release, one) for one in identifiers])
        known = Places(numbers, in_order=bool((numbers == np.arange(len(numbers))).all()))
        made = known
        transaction.on_commit(lambda: _keep(named, made))
    return known


def forget() -> None:
    """Begin anew, as a process does: places are read from the database again."""
    with _guarding:
        _known.clear()


def _keep(named: tuple[UUID, str, bytes], places: Places) -> None:
    """Keep the places of one version a dataset, once they are sure to stand in the database."""
    with _guarding:
        for other in [one for one in _known if one[0] == named[0]]:
            del _known[other]
        _known[named] = places


def _numbered(dataset_id: UUID, hashes: Sequence[bytes]) -> NDArray[np.int64]:
    known = _standing(dataset_id)
    if any(one not in known for one in hashes):
        take_turn()
        known = _standing(dataset_id)
        new = [one for one in dict.fromkeys(hashes) if one not in known]
        known |= {one: len(known) + at for at, one in enumerate(new)}
        Numbering.objects.update_or_create(dataset_id=dataset_id, defaults={"hashes": b"".join(known)})
    return np.array([known[one] for one in hashes], dtype=np.int64)


def _standing(dataset_id: UUID) -> dict[bytes, int]:
    row = Numbering.objects.filter(dataset_id=dataset_id).first()
    data = bytes(row.hashes) if row else b""
    return {data[at : at + _HASH_SIZE]: at // _HASH_SIZE for at in range(0, len(data), _HASH_SIZE)}


def _hash(key: bytes, release: SourceRelease, identifier: str) -> bytes:
    said = b"patient" + release.dataset_id.bytes + identifier.encode()
    return hmac.digest(key, said, "sha256")[:_HASH_SIZE]
