"""Datasets that stand side by side in an index, and how truth moves between their levels.

A mask says of each patient, study or row of the span whether something is true of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from caimera.node.sources.index import Index
from caimera.vocabulary import Level

Mask: TypeAlias = NDArray[np.bool_]
Counts: TypeAlias = NDArray[np.uint32]


class Span:
    """The datasets `first` up to but without `last` of an index."""

    def __init__(self, index: Index, first: int, last: int) -> None:
        self.index = index
        self.first, self.last = first, last
        patients = slice(*index.dataset_patients[[first, last]].tolist())
        studies = slice(*index.patient_studies[[patients.start, patients.stop]].tolist())
        rows = slice(*index.study_rows[[studies.start, studies.stop]].tolist())
        self._of_level = {Level.PATIENT: patients, Level.STUDY: studies, Level.SERIES: rows}
        self._composition = index.study_composition[studies]
        self._row_series = index.row_series[rows]

    def size(self, level: Level) -> int:
        """How many patients, studies or rows there are."""
        part = self._of_level[level]
        return part.stop - part.start

    def spread(self, of_profiles: Mask, level: Level) -> Mask:
        """What is true of profiles, as it is true of those who have them."""
        return of_profiles.take(self.index.profile[level][self._of_level[level]])

    def studies_with(self, of_profiles: Mask) -> Mask:
        """The studies that have a series whose profile fits."""
        index = self.index
        if not len(index.composition_profile):
            return np.zeros(0, np.bool_)
        rows = of_profiles.take(index.composition_profile)
        fit = np.logical_or.reduceat(rows, index.composition_rows[:-1])
        return fit.take(self._composition)

    def series_with(self, of_profiles: Mask) -> Counts:
        """How many series of each study have a profile that fits."""
        index = self.index
        if not len(index.composition_profile):
            return np.zeros(0, np.uint32)
        rows = of_profiles.take(index.composition_profile) * index.composition_series
        return np.add.reduceat(rows, index.composition_rows[:-1], dtype=np.uint32).take(self._composition)

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

    def datasets(self, level: Level) -> list[slice]:
        """Where each dataset of this span stands in a mask of its patients or studies."""
        borders = self.index.dataset_patients[self.first : self.last + 1]
        if level is Level.STUDY:
            borders = self.index.patient_studies[borders]
        return [slice(*each) for each in pairwise((borders - self._of_level[level].start).tolist())]

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


def runs(places: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Numbers in any order as stretches without a gap, each up to but without its end."""
    first = last = -1
    for place in sorted(set(places)):
        if place != last:
            if last >= 0:
                yield first, last
            first = place
        last = place + 1
    if last >= 0:
        yield first, last
