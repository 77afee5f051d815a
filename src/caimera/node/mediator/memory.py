"""The sets that were answered, in this process: read once, and then only what is new."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator

from django.db import connection

from caimera.disclosure import Earlier, Noisy

_NEWER = """
SELECT id, dataset_id::text, patients, subjects, studies, series FROM mediator_remembered
WHERE id > %s ORDER BY id LIMIT %s"""

_AT_ONCE = 10_000
"""Sets read with one statement: enough, and not too many for the memory of a node that has just started."""


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
        self._sets: dict[str, list[Earlier]] = defaultdict(list)
        self._sizes: dict[str, list[tuple[int, int]]] = defaultdict(list)

    def read(self) -> None:
        """Read what was remembered since the last time, by whichever process."""
        more = True
        while more:
            with connection.cursor() as cursor:
                cursor.execute(_NEWER, [self._last, _AT_ONCE])
                rows = cursor.fetchall()
            more = len(rows) == _AT_ONCE
            for number, name, patients, *numbers in rows:
                self._add(name, Earlier(int.from_bytes(patients, "little"), noisy_of(*numbers)))
                self._last = number

    def _add(self, name: str, earlier: Earlier) -> None:
        sets = self._sets[name]
        insort(self._sizes[name], (earlier.patients.bit_count(), len(sets)))
        sets.append(earlier)

    def near(self, name: str, size: int, within: int) -> Iterator[Earlier]:
        """The sets of a dataset whose size is less than `within` away, oldest first: no others can matter."""
        sizes = self._sizes[name]
        first, last = bisect_left(sizes, (size - within + 1, -1)), bisect_left(sizes, (size + within, -1))
        sets = self._sets[name]
        yield from (sets[place] for place in sorted(place for _, place in sizes[first:last]))
