"""Released datasets as a source: counted over one index of all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore, Lock

import numpy as np

from caimera.cohort import Condition, Question, conditions
from caimera.node.sources.building import ensured_index
from caimera.node.sources.deciding import Decisions
from caimera.node.sources.errors import DeadlinePassed
from caimera.node.sources.evaluation import Evaluation
from caimera.node.sources.index import Dataset, Index
from caimera.node.sources.source import Contributions, PatientSet, SourceCount, SourceRelease
from caimera.node.sources.span import spans
from caimera.protocol.messages import ConditionStatus, Treatment
from caimera.vocabulary import VOCABULARY, Level, Operator

OPERATORS = {variable.name: variable.operators for variable in VOCABULARY.variables}
"""What this source answers."""


class IndexedSource:
    """Answers from an index in `directory`, which it makes and replaces; `threads` questions at once."""

    def __init__(self, directory: Path, *, threads: int = 2) -> None:
        self._directory = directory
        self._places = BoundedSemaphore(threads)
        self._opening = Lock()
        self._opened: Index | None = None
        self._closed = False

    def capabilities(self) -> Mapping[str, tuple[Operator, ...]]:
        """The variables the prepared releases record; before any are prepared, the whole vocabulary."""
        index = self._opened
        known = (each for each in VOCABULARY.variables if index is None or each.name in index.recorded)
        return {variable.name: variable.operators for variable in known}

    def prepare(self, releases: Sequence[SourceRelease]) -> None:
        """Build and open the index of exactly these releases."""
        with self._opening:
            if self._opened is None or not self._opened.is_exactly(releases):
                self._open(releases)

    def statuses(self, question: Question, releases: Sequence[SourceRelease]) -> tuple[ConditionStatus, ...]:
        """What is done with each condition: an unknown variable or operator is unsupported, never false."""
        index, places = self._found(releases)
        asked = [index.datasets[place] for place in places]
        return tuple(_status(path, condition, asked) for path, condition in conditions(question))

    def patients(self, release: SourceRelease) -> tuple[str, ...]:
        """The identifiers of a release's patients that have a series, in the order of its sets."""
        index, (place,) = self._found([release])
        return index.identifiers(place)

    def count(
        self, question: Question, releases: Sequence[SourceRelease], *, wait: float
    ) -> tuple[SourceCount, ...]:
        """Count exactly; a release without a match counts zero."""
        until = time.monotonic() + wait
        index, places = self._found(releases)
        with self._turn(until) as step:
            series = np.zeros(index.size(Level.STUDY), np.uint32)
            fits = np.zeros(index.size(Level.PATIENT), np.bool_)
            for each in _evaluations(index, places, step):
                span = each.span
                series[span.studies] = found = each.series_per_study(question)
                fits[span.patients] = span.some(found > 0, Level.STUDY, Level.PATIENT)
        return tuple(
            SourceCount(
                release.dataset_id,
                subjects=int(np.count_nonzero(fits[index.patients(place)])),
                studies=int(np.count_nonzero(series[index.studies(place)])),
                series=int(series[index.studies(place)].sum(dtype=np.int64)),
            )
            for release, place in zip(releases, places, strict=True)
        )

    def sets(
        self, questions: Sequence[Question], releases: Sequence[SourceRelease], *, wait: float
    ) -> tuple[tuple[PatientSet, ...], ...]:
        """The patients of each release that fit each question; what questions share is worked out once."""
        until = time.monotonic() + wait
        index, places = self._found(releases)
        with self._turn(until) as step:
            fits = np.zeros((len(questions), index.size(Level.PATIENT)), np.bool_)
            for each in _evaluations(index, places, step):
                for at, mask in each.patients(questions):
                    fits[at, each.span.patients] = mask
        fits.flags.writeable = False
        parts = [index.patients(place) for place in places]
        return tuple(tuple(found[part] for part in parts) for found in fits)

    def contributions(self, question: Question, release: SourceRelease, *, wait: float) -> Contributions:
        """How many studies and series of each patient fit."""
        until = time.monotonic() + wait
        index, (place,) = self._found([release])
        patients = index.patients(place)
        studies, series = np.zeros((2, patients.stop - patients.start), np.uint32)
        with self._turn(until) as step:
            for each in _evaluations(index, [place], step):
                here = slice(
                    *(end - patients.start for end in (each.span.patients.start, each.span.patients.stop))
                )
                found = each.series_per_study(question)
                studies[here], series[here] = each.span.per_patient(found > 0), each.span.per_patient(found)
        return Contributions(studies, series)

    def _found(self, releases: Sequence[SourceRelease]) -> tuple[Index, tuple[int, ...]]:
        """An index that holds these releases, and where it does; built first where there is none."""
        with self._opening:
            try:
                index = self._opened or self._open(releases)
                return index, index.places(releases)
            except KeyError:
                index = self._open(releases)
                return index, index.places(releases)

    def _open(self, releases: Sequence[SourceRelease]) -> Index:
        with ensured_index(self._directory, releases) as path:
            self._opened = Index(path)
        return self._opened

    @contextmanager
    def _turn(self, until: float) -> Iterator[Callable[[], None]]:
        """Wait for a place, and give what must be called again and again while it is taken."""

        def step() -> None:
            if self._closed or time.monotonic() > until:
                raise DeadlinePassed

        if not self._places.acquire(timeout=max(0.0, until - time.monotonic())):
            raise DeadlinePassed
        try:
            step()
            yield step
        finally:
            self._places.release()

    def close(self) -> None:
        """End what is being counted at its next step, as if its time were over, and let go of the index."""
        self._closed = True
        self._opened = None


def _evaluations(index: Index, places: Iterable[int], step: Callable[[], None]) -> Iterator[Evaluation]:
    """The datasets at these places of the index, as spans to put questions to."""
    decisions = Decisions(index, step=step)
    for span in spans(index, places):
        yield Evaluation(span, decisions, step=step)


def _status(path: str, condition: Condition, datasets: Sequence[Dataset]) -> ConditionStatus:
    if condition.operator not in OPERATORS.get(condition.variable, ()):
        why = f"This node does not answer {condition.operator} on {condition.variable}."
        return ConditionStatus(path=path, status=Treatment.UNSUPPORTED, why=why)
    why = _caution(condition.variable, datasets)
    return ConditionStatus(path=path, status=Treatment.APPROXIMATED if why else Treatment.APPLIED, why=why)


def _caution(variable: str, datasets: Sequence[Dataset]) -> str:
    """Why a condition on this variable is only approximately answered here; empty when it is not."""
    if not any(variable in dataset.recorded for dataset in datasets):
        return f"No dataset here records {VOCABULARY.variable(variable).label}."
    shifted = sum(dataset.dates_shifted for dataset in datasets)
    if variable == "year_of_imaging" and shifted:
        return f"Dates were shifted in {shifted} of {len(datasets)} datasets; their series have no year."
    return ""
