"""Patients that stand side by side in an index, and how truth moves between their levels.

A mask says of each patient, study or row of the span whether something is true of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from caimera.node.sources.index import Index
from caimera.vocabulary import Level

Mask: TypeAlias = NDArray[np.bool_]
Counts: TypeAlias = NDArray[np.uint32]


LENGTH = 1 << 16
"""Patients taken at once: few enough for the processor's cache, many enough for the interpreter."""

_GAP = LENGTH // 8
"""Patients nobody asked for that are taken along, as beginning anew behind them would take longer."""


class Span:
    """The patients from the first of the slice `patients` up to but without its last."""

    def __init__(self, index: Index, patients: slice) -> None:
        self.index = index
        self.patients = patients
        self.studies = _part(index.patient_studies, patients)
        rows = _part(index.study_rows, self.studies)
        self._of_level = {Level.PATIENT: patients, Level.STUDY: self.studies, Level.SERIES: rows}
        self._composition = index.study_composition[self.studies]
        self._row_series = index.row_series[rows]

    def size(self, level: Level) -> int:
        """How many patients, studies or rows there are."""
        part = self._of_level[level]
        return int(part.stop - part.start)

    def everyone(self) -> Mask:
        """All patients."""
        return np.ones(self.size(Level.PATIENT), np.bool_)

    def spread(self, of_profiles: NDArray[Any], level: Level) -> NDArray[Any]:
        """What is true of profiles, as it is true of those who have them."""
        return of_profiles.take(self.index.profile[level][self._of_level[level]])

    def composed(self, of_compositions: NDArray[Any]) -> NDArray[Any]:
        """What is known of compositions, as it is known of the studies that have them."""
        return of_compositions.take(self._composition)

    def series_in(self, rows: Mask) -> Counts:
        """How many series of each study are in rows that fit."""
        if not len(rows):
            return np.zeros(0, np.uint32)
        starts = self.index.study_rows[self._of_level[Level.STUDY]] - self._of_level[Level.SERIES].start
        return np.add.reduceat(rows * self._row_series, starts, dtype=np.uint32)

    def some(self, mask: Mask, finer: Level, coarser: Level) -> Mask:
        """The studies or patients with at least one row or study for which the mask is true."""
        for below, above in _steps(finer, coarser):
            found = np.zeros(self.size(above), np.bool_)
            found[self._within(self._owners(below)[np.flatnonzero(mask)], above)] = True
            mask = found
        return mask

    def with_bits(self, studies: NDArray[Any], bits: Sequence[Any]) -> list[Mask]:
        """For each bit, the patients with at least one study that has it."""
        owners = self._within(self._owners(Level.STUDY), Level.PATIENT)
        found = np.zeros((len(bits), self.size(Level.PATIENT)), np.bool_)
        with_any = np.flatnonzero(studies.astype(np.bool_))
        owners, studies = owners[with_any], studies[with_any]
        for mask, bit in zip(found, bits, strict=True):
            mask[owners[(studies & bit).astype(np.bool_)]] = True
        return list(found)

    def each(self, mask: Mask, coarser: Level, finer: Level) -> Mask:
        """What is true of patients or studies, as it is true of each of their studies or rows."""
        for below, above in reversed(_steps(finer, coarser)):
            mask = mask.take(self._within(self._owners(below), above))
        return mask

    def per_patient(self, of_studies: NDArray[Any]) -> Counts:
        """The sum over each patient's studies."""
        if not len(of_studies):
            return np.zeros(0, np.uint32)
        starts = self.index.patient_studies[self._of_level[Level.PATIENT]] - self._of_level[Level.STUDY].start
        return np.add.reduceat(of_studies, starts, dtype=np.uint32)

    def _owners(self, level: Level) -> NDArray[Any]:
        """The patient of each study or the study of each row, by their numbers in the index."""
        every = self.index.study_patient if level is Level.STUDY else self.index.row_study
        return every[self._of_level[level]]

    def _within(self, numbers: NDArray[Any], level: Level) -> NDArray[Any]:
        """Numbers of the index as numbers of this span."""
        start = self._of_level[level].start
        return np.subtract(numbers, start, dtype=np.int64) if start else numbers


def _steps(finer: Level, coarser: Level) -> list[tuple[Level, Level]]:
    """The steps up from one level to another, the lowest first."""
    levels = (Level.SERIES, Level.STUDY, Level.PATIENT)
    return list(pairwise(levels[levels.index(finer) : levels.index(coarser) + 1]))


def _part(borders: NDArray[np.int64], above: slice) -> slice:
    """The studies or rows of these patients or studies, which begin and end where `borders` says."""
    return slice(int(borders[above.start]), int(borders[above.stop]))


def spans(index: Index, places: Iterable[int]) -> Iterator[Span]:
    """The patients of these datasets, and of few others between them, in spans of at most `LENGTH`."""
    for first, last in _runs(index, places):
        for start in range(first, last, LENGTH):
            yield Span(index, slice(start, min(start + LENGTH, last)))


def _runs(index: Index, places: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Stretches of patients, each up to but without its end, which no short gap divides."""
    stretches = (index.patients(place) for place in sorted(set(places)))
    run = next(stretches, slice(0, 0))
    for each in stretches:
        if each.start - run.stop > _GAP:
            yield run.start, run.stop
            run = each
        else:
            run = slice(run.start, each.stop)
    yield run.start, run.stop
