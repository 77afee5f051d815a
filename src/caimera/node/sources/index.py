"""An open index: arrays of numbers, mapped from files and never written again.

Patients of one dataset stand together, and so do the studies of a patient and the rows of a study. A row
stands for all series of a study that nothing tells apart; `row_series` says how many these are. Where each
dataset's, patient's and study's own begin, and where the last one's end, is in `dataset_patients`,
`patient_studies` and `study_rows`; whose each study and row is, in `study_patient` and `row_study`. Every
patient has a study and every study a row. What profiles and compositions are is said in `rows.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from caimera.cdm import PLACES
from caimera.node.sources.building import DIRECTORY
from caimera.node.sources.errors import IndexUnusable
from caimera.node.sources.source import SourceRelease
from caimera.node.sources.states import States
from caimera.vocabulary import Level

Key = tuple[int, str]
"""A release as the index knows it: dataset, as a number that is quick to find, and digest."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """One release in the index. `recorded` names the variables of which it records anything."""

    dataset_id: UUID
    digest: str
    dates_shifted: bool
    recorded: frozenset[str]


class Index:
    """One index folder. Raises IndexUnusable where it is not whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._read_directory()
            self.profile = {level: self._array(f"{level}_profile") for level in Level}
            self.profiles = {level: self._array(f"{level}_profiles") for level in Level}
            self.dataset_patients = self._array("dataset_patients")
            self.patient_studies = self._array("patient_studies")
            self.study_patient = self._array("study_patient")
            self.study_composition = self._array("study_composition")
            self.study_rows = self._array("study_rows")
            self.row_study = self._array("series_study")
            self.row_series = self._array("series_count")
            self.composition_rows = self._array("composition_rows")
            self.composition_profile = self._array("composition_profile")
            self.composition_series = self._array("composition_series")
            self._identifier_starts = self._array("identifier_starts")
            self._identifier_text = self._array("identifier_text")
            self.states = {
                name: States(self._array(f"{name}_values"), self._array(f"{name}_starts")) for name in PLACES
            }
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexUnusable(path.parent, str(error)) from error

    def _read_directory(self) -> None:
        read = json.loads((self.path / DIRECTORY).read_text(encoding="utf-8"))
        self.codes: Mapping[str, Mapping[str, float]] = read["codes"]
        self.datasets = tuple(
            Dataset(
                UUID(each["dataset_id"]), each["digest"], each["dates_shifted"], frozenset(each["recorded"])
            )
            for each in read["datasets"]
        )
        self._place = {(each.dataset_id.int, each.digest): place for place, each in enumerate(self.datasets)}

    def _array(self, name: str) -> Any:
        mapped = np.load(self.path / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        return mapped.view(np.ndarray)

    def size(self, level: Level) -> int:
        """How many patients, studies or rows there are."""
        return len(self.profile[level])

    @cached_property
    def recorded(self) -> frozenset[str]:
        """The variables of which any dataset records anything."""
        return frozenset().union(*(each.recorded for each in self.datasets))

    def is_exactly(self, releases: Sequence[SourceRelease]) -> bool:
        """Whether these releases and no others are in this index."""
        return self._place.keys() == {_key(release) for release in releases}

    def places(self, releases: Sequence[SourceRelease]) -> tuple[int, ...]:
        """The number of each release among `datasets`. Raises KeyError where one is not there."""
        return tuple(self._place[_key(release)] for release in releases)

    def patients(self, place: int) -> slice:
        """The patients of a dataset."""
        return slice(int(self.dataset_patients[place]), int(self.dataset_patients[place + 1]))

    def studies(self, place: int) -> slice:
        """The studies of a dataset."""
        patients = self.patients(place)
        return slice(int(self.patient_studies[patients.start]), int(self.patient_studies[patients.stop]))

    def identifiers(self, place: int) -> tuple[str, ...]:
        """The identifiers of the patients of a dataset."""
        patients = self.patients(place)
        starts = self._identifier_starts[patients.start : patients.stop + 1].tolist()
        text = bytes(self._identifier_text[starts[0] : starts[-1]])
        begins = [start - starts[0] for start in starts]
        return tuple(text[a:b].decode() for a, b in pairwise(begins))


def _key(release: SourceRelease) -> Key:
    return release.dataset_id.int, release.digest
