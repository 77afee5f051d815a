"""The sets that were answered, in this process: read once, and then only what is new."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

from caimera.disclosure import Earlier, Noisy
from caimera.node.mediator.models import Remembered


def noisy_of(subjects: int | None, studies: int | None, series: int | None) -> Noisy | None:
    """The numbers of a row."""
    return None if subjects is None else Noisy(subjects, studies, series)


class Memory:
    """Sets by dataset and size. Used by whoever has the turn (`take_turn`), so by one thread at a time."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew: everything is read from the database again."""
        self._last = 0
        self._sets: dict[UUID, list[Earlier]] = defaultdict(list)
        self._sizes: dict[UUID, list[tuple[int, int]]] = defaultdict(list)

    def read(self) -> None:
        """Read what was remembered since the last time, by whichever process."""
        rows = Remembered.objects.filter(id__gt=self._last).order_by("id")
        for number, dataset_id, patients, *numbers in rows.values_list(
            "id", "dataset_id", "patients", "subjects", "studies", "series"
        ).iterator():
            self._add(dataset_id, Earlier(int.from_bytes(patients, "little"), noisy_of(*numbers)))
            self._last = number

    def _add(self, dataset_id: UUID, earlier: Earlier) -> None:
        sets = self._sets[dataset_id]
        insort(self._sizes[dataset_id], (earlier.patients.bit_count(), len(sets)))
        sets.append(earlier)

    def near(self, dataset_id: UUID, size: int, within: int) -> Iterator[Earlier]:
        """The sets of a dataset whose size is less than `within` away, oldest first: no others can matter."""
        sizes = self._sizes[dataset_id]
        first, last = bisect_left(sizes, (size - within + 1, -1)), bisect_left(sizes, (size + within, -1))
        sets = self._sets[dataset_id]
        yield from (sets[place] for place in sorted(place for _, place in sizes[first:last]))
