"""A crate's description, computed: exact for open datasets, protected for protected ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa

from caimera.dcat.computed import Computed, Facet, Share
from caimera.dcat.concepts import iri_of
from caimera.dcat.facts import WIDTH, Facts, Recorded, facts
from caimera.dcat.telling import Counted, Memory, placed, tell, tell_size
from caimera.disclosure import Guard, Policy
from caimera.protocol.messages import Count, CountKind, Protection
from caimera.vocabulary import Kind, Variable

_SUBJECTS, _STUDIES, _SEGMENTED = "subjects", "studies", "segmented studies"
_WITHHELD = Count(kind=CountKind.WITHHELD)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Which version is described: `digest` names its data, `size` is in bytes where anyone knows it."""

    dataset_id: UUID
    version: str
    digest: str
    size: int | None = None


def describe_open(tables: Mapping[str, pa.Table], about: About) -> Computed:
    """The description of a dataset whose holder lets exact counts be shown."""
    known = facts(tables)
    studies, segmented = int(known.studies.sum()), int(known.segmented.sum())
    facets = tuple(_exact_facet(each, len(known.patients)) for each in known.recorded)
    return _computed(
        about, None, facets, map(_exact, (len(known.patients), studies, known.series, segmented))
    )


def describe_protected(
    tables: Mapping[str, pa.Table], about: About, *, guard: Guard, remembered: Memory
) -> tuple[Computed, Memory]:
    """The description of a protected dataset, and what is to be remembered for its next version.

    Every number and every value named comes from sets of patients told by `telling.tell`: too small sets are
    left out, numbers carry noise and are rounded, ages and years are in bands, and a version in which fewer
    than `overlap` patients differ from what was described says what was said. Sizes are powers of two.
    Studies are told where the policy tells them in answers too.
    """
    known = facts(tables)
    places, remembered = placed(known.patients, remembered, guard.key)
    everyone = _bits(places, range(len(places)))
    statements = {_SUBJECTS: Counted((everyone,)), **dict(_statements(known, places))}
    if (clip := guard.policy.studies_clip) is not None:
        statements[_STUDIES] = _clipped(places, known.studies, clip)
        statements[_SEGMENTED] = _clipped(places, known.segmented, clip)
    numbers, memory = tell(statements, remembered, guard, about.digest)
    size, memory = tell_size(about.size, everyone, memory, guard)
    told = _Told(numbers, guard.policy)
    facets = tuple(told.facet(each.variable) for each in known.recorded)
    counts = (told.count(_SUBJECTS), told.studies(_STUDIES), _WITHHELD, told.studies(_SEGMENTED))
    rules = guard.policy
    protection = Protection(minimum=rules.minimum, step=rules.step, epsilon=rules.epsilon)
    computed = _computed(replace(about, size=size), protection, facets, counts)
    return computed.model_copy(update={"studies_clip": rules.studies_clip}), memory


def _computed(
    about: About, protection: Protection | None, facets: tuple[Facet, ...], counts: Iterable[Count]
) -> Computed:
    subjects, studies, series, segmented = counts
    return Computed(
        dataset_id=about.dataset_id,
        version=about.version,
        digest=about.digest,
        policy="protected" if protection else "open",
        protection=protection,
        subjects=subjects,
        studies=studies,
        series=series,
        segmented_studies=segmented,
        size=about.size,
        facets=facets,
    )


def _exact(count: int) -> Count:
    return Count(kind=CountKind.EXACT, value=count)


def _exact_facet(known: Recorded, patients: int) -> Facet:
    recorded = len(known.anyone)
    return Facet(
        variable=known.variable.name,
        label=known.variable.label,
        shares=tuple(
            share_of(known.variable, name, _exact(len(known.values[name])))
            for name in _ordered(known.variable, known.values)
        ),
        recorded=_exact(recorded),
        completeness=round(100 * recorded / patients) if patients else None,
        lowest=known.lowest,
        highest=known.highest,
    )


def share_of(variable: Variable, name: str | int, subjects: Count) -> Share:
    """How many subjects have a value, by the vocabulary's name, or by the first year of a band.

    Raises UnknownValue on a name the variable does not have.
    """
    if isinstance(name, int):
        words = f"{name}-{name + WIDTH - 1}"
        return Share(name=words, label=words, first=name, last=name + WIDTH - 1, subjects=subjects)
    if variable.kind is Kind.BOOLEAN:
        return Share(name=name, label=name, subjects=subjects)
    value = variable.value(name)
    return Share(name=name, label=value.label, iri=iri_of(value), subjects=subjects)


def _ordered(variable: Variable, names: Iterable[str | int]) -> list[str | int]:
    """Values as the vocabulary orders them, bands by their years."""
    order = {value.name: place for place, value in enumerate(variable.values)}
    return sorted(names, key=lambda name: name if isinstance(name, int) else order.get(name, 0))


@dataclass(frozen=True, slots=True)
class _Told:
    """The numbers with noise of every statement, and how they are told."""

    numbers: Mapping[str, int | None]
    policy: Policy

    def count(self, name: str) -> Count:
        """A number of subjects, rounded; below the minimum only that."""
        number = self.numbers.get(name)
        if number is None or number < self.policy.minimum:
            return Count(kind=CountKind.FEWER_THAN, bound=self.policy.minimum)
        return self._rounded(number)

    def studies(self, name: str) -> Count:
        """A number of studies, rounded, where as many subjects may be told that have one."""
        number = self.numbers.get(name)
        if number is None or number < self.policy.minimum:
            return _WITHHELD
        return self._rounded(max(number, self.count(_SUBJECTS).value or 0) if name == _STUDIES else number)

    def _rounded(self, number: int) -> Count:
        step = self.policy.step
        return Count(kind=CountKind.ROUNDED, value=(number + step // 2) // step * step, step=step)

    def facet(self, variable: Variable) -> Facet:
        """The values of a variable that may be told."""
        counts = {name: self.count(_statement(variable, name)) for name in self._values(variable)}
        told = {name: count for name, count in counts.items() if count.value is not None}
        recorded = self.count(_recorded(variable))
        bands = [name for name in told if isinstance(name, int)]
        return Facet(
            variable=variable.name,
            label=variable.label,
            shares=tuple(share_of(variable, name, told[name]) for name in _ordered(variable, told)),
            recorded=recorded,
            completeness=self._completeness(recorded),
            lowest=min(bands, default=None),
            highest=max(bands) + WIDTH - 1 if bands else None,
        )

    def _values(self, variable: Variable) -> Iterator[str | int]:
        beginning = _statement(variable, "")
        for name in self.numbers:
            if name.startswith(beginning):
                value = name.removeprefix(beginning)
                yield int(value) if variable.kind is Kind.NUMBER else value

    def _completeness(self, recorded: Count) -> int | None:
        subjects = self.count(_SUBJECTS).value
        if not subjects or recorded.value is None:
            return None
        return min(100, round(20 * recorded.value / subjects) * 5)


def _statement(variable: Variable, value: str | int) -> str:
    return f"{variable.name}={value}"


def _recorded(variable: Variable) -> str:
    return f"{variable.name} recorded"


def _statements(known: Facts, places: Sequence[int]) -> Iterator[tuple[str, Counted]]:
    for each in known.recorded:
        yield _recorded(each.variable), Counted((_bits(places, each.anyone),))
        for name, rows in each.values.items():
            yield _statement(each.variable, name), Counted((_bits(places, rows),))


def _clipped(places: Sequence[int], counts: Any, clip: int) -> Counted:
    """The patients with at least one, two and so on, up to `clip` or what anyone has."""
    most = max(1, min(clip, int(counts.max(initial=0))))
    levels = tuple(_bits(places, np.flatnonzero(counts >= level)) for level in range(1, most + 1))
    return Counted(levels, clip)


def _bits(places: Sequence[int], rows: Iterable[int]) -> int:
    found = np.zeros(max(places, default=0) + 1, dtype=np.uint8)
    found[[places[row] for row in rows]] = 1
    return int.from_bytes(np.packbits(found, bitorder="little").tobytes(), "little")
