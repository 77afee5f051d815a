"""All facets of all records as sets of bits: counting under filters is "and" and counting bits.

One index serves every request of a process until another edition of the catalogue is there.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.utils import timezone

from caimera.hub.catalogue.facets import FACETS, NOT_RECORDED, Facet
from caimera.hub.catalogue.filters import Query, Sort
from caimera.hub.catalogue.queries import edition, visible_records
from caimera.hub.catalogue.tiers import really, tiers_now

_REMEMBERED = 64
"""Texts whose scores are kept, 80 kB each of 10,000 records."""

Bits = Any
"""Packed bits in words of 64, one bit a record: `uint64`."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index keeps of one record."""

    id: UUID
    title: str
    facets: Mapping[str, Sequence[str]]
    subjects: int | None
    changed_on: str
    minimum_age: int | None = None
    maximum_age: int | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One facet: a row of bits for each key, one of them for what is not recorded.

    The row of a key has the records of all that is a kind of it: a record counts once, however many of its
    values are.
    """

    facet: Facet
    keys: tuple[str, ...]
    place: Mapping[str, int]
    rows: Bits

    def any_of(self, keys: Iterable[str]) -> Bits:
        """The records with any of these values; nothing has a value that is not known."""
        known = [self.place[key] for key in keys if key in self.place]
        return np.bitwise_or.reduce(self.rows[known], axis=0, initial=np.uint64(0))

    def counts(self, within: Bits) -> dict[str, int]:
        """How many of some records have each value, values nobody has left out."""
        counted = np.bitwise_count(self.rows & within).sum(axis=1, dtype=np.int64).tolist()
        return {key: count for key, count in zip(self.keys, counted, strict=True) if count}


@dataclass(frozen=True, slots=True)
class Found:
    """The records found, in order; and for every facet the counts under all other filters."""

    ids: Sequence[UUID]
    counts: Mapping[str, Mapping[str, int]]


class Index:
    """The facets, numbers and orders of some records; what it says never changes."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        # In order of titles: what is found comes out in that order by itself.
        entries = sorted(entries, key=lambda entry: (entry.title.casefold(), entry.id))
        self.ids = [entry.id for entry in entries]
        self._places = {str(entry.id): place for place, entry in enumerate(entries)}
        self.columns = {facet.name: _column(facet, entries) for facet in FACETS}
        self._subjects = _numbers(one.subjects for one in entries)
        self._minimum_ages = _numbers(one.minimum_age for one in entries)
        self._maximum_ages = _numbers(one.maximum_age for one in entries)
        self._changed = np.array([one.changed_on for one in entries], dtype="U32")
        self._remembered: dict[str, Any] = {}
        self._all = pack(np.ones(len(entries), dtype=bool))

    def __len__(self) -> int:
        return len(self.ids)

    def find(self, query: Query, scores: Any = None) -> Found:
        """What a query finds; `scores` are what `scores` says of its words, None where it has none."""
        base = self._base(query, scores)
        chosen = {name: self.columns[name].any_of(keys) for name, keys in query.chosen.items()}
        everything = _all_of(base, chosen.values())
        counts = {
            name: column.counts(
                _all_of(base, (bits for other, bits in chosen.items() if other != name))
                if name in chosen
                else everything
            )
            for name, column in self.columns.items()
        }
        places = self._ordered(np.flatnonzero(unpack(everything, len(self))), query.sort, scores)
        return Found([self.ids[place] for place in places.tolist()], counts)

    def scores(self, text: str, ranks_of: Callable[[str], Mapping[str, float]]) -> Any:
        """How well each record fits some words, 0 where it does not; None for no words.

        `ranks_of` gives the rank of each record the words are in, by its identifier as text. The last few
        texts are remembered: who narrows a search asks for the same words again and again.
        """
        if not text:
            return None
        if (known := self._remembered.get(text)) is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            known = self._remembered[text] = self._by_place(ranks_of(text))
        return known

    def _by_place(self, ranks: Mapping[str, float]) -> Any:
        scores = np.zeros(len(self))
        for dataset_id, rank in ranks.items():
            if (place := self._places.get(dataset_id)) is not None:
                scores[place] = max(rank, 1e-12)
        return scores

    def _base(self, query: Query, scores: Any) -> Bits:
        """What holds whatever is chosen in facets: the words and the range of subjects."""
        bits = self._all
        if scores is not None:
            bits = bits & pack(scores > 0)
        for fits in self._in_ranges(query.ranges):
            bits = bits & pack(fits)
        return bits

    def _in_ranges(self, ranges: Mapping[str, int]) -> Iterator[Any]:
        """Flags for each bound that is given; what is not known is in no range."""
        if "least" in ranges or "most" in ranges:
            yield self._subjects >= ranges.get("least", 0)
        if "most" in ranges:
            yield self._subjects <= ranges["most"]
        if "youngest" in ranges:
            yield self._maximum_ages >= ranges["youngest"]
        if "oldest" in ranges:
            yield (self._minimum_ages >= 0) & (self._minimum_ages <= ranges["oldest"])

    def _ordered(self, places: Any, sort: Sort, scores: Any) -> Any:
        """Places in the order asked for; equal ones, and those without a number, by title, the last last."""
        if sort is Sort.RELEVANCE and scores is not None:
            return places[np.argsort(-scores[places], kind="stable")]
        subjects = self._subjects[places]
        if sort is Sort.MOST_SUBJECTS:
            return places[np.argsort(-subjects, kind="stable")]
        if sort is Sort.FEWEST_SUBJECTS:
            return places[np.lexsort((subjects, subjects < 0))]
        if sort is Sort.NEWEST:
            _texts, order = np.unique(self._changed[places], return_inverse=True)
            return places[np.argsort(-order, kind="stable")]
        return places


def _numbers(given: Iterable[int | None]) -> Any:
    """Numbers, -1 where none is known."""
    return np.array([-1 if one is None else one for one in given], np.int64)


def pack(flags: Any) -> Bits:
    """One bit a flag, in words of 64, the rest zero; flags along the last axis."""
    short = -flags.shape[-1] % 64
    padded = np.concatenate([flags, np.zeros((*flags.shape[:-1], short), dtype=bool)], axis=-1)
    return np.packbits(padded, axis=-1, bitorder="little").view(np.uint64)


def unpack(bits: Bits, length: int) -> Any:
    """The flags that were packed."""
    return np.unpackbits(bits.view(np.uint8), bitorder="little", count=length).astype(bool)


def _all_of(base: Bits, others: Iterable[Bits]) -> Bits:
    return np.bitwise_and.reduce([base, *others], axis=0)


def _column(facet: Facet, entries: Sequence[Entry]) -> Column:
    having: defaultdict[str, list[int]] = defaultdict(list)
    for place, entry in enumerate(entries):
        for key in _with_broader(facet, entry):
            having[key].append(place)
    keys = tuple(having)
    flags = np.zeros((len(keys), len(entries)), dtype=bool)
    for number, key in enumerate(keys):
        flags[number, having[key]] = True
    return Column(facet, keys, {key: number for number, key in enumerate(keys)}, pack(flags))


def _with_broader(facet: Facet, entry: Entry) -> Iterable[str]:
    keys = entry.facets.get(facet.name) or (NOT_RECORDED,)
    return dict.fromkeys((*keys, *(broader for key in keys for broader in facet.broader(key))))


_lock = threading.Lock()
_current: tuple[Any, Index] = (None, Index([]))


def index() -> Index:
    """The index of the catalogue as it is now; built anew by the first who asks after a harvest, or
    after a node offers something else."""
    global _current
    tiers = tiers_now(timezone.now())
    now = (edition(), tiers)
    if _current[0] != now:
        with _lock:
            if _current[0] != now:
                _current = (now, Index(_entries(tiers)))
    return _current[1]


def _entries(tiers: Mapping[str, int]) -> list[Entry]:
    """What is kept of each record; its tier is what its node really offers."""
    columns = (
        "source_id",
        "id",
        "title",
        "facets",
        "subjects",
        "changed_on",
        "minimum_age",
        "maximum_age",
    )
    rows = visible_records().order_by().values_list(*columns).iterator(2_000)
    return [
        Entry(dataset_id, title, {**facets, "tier": really(facets.get("tier", ()), tiers[source])}, *rest)
        for source, dataset_id, title, facets, *rest in rows
    ]
