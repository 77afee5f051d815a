"""Released datasets as a source: counted over one index of all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore, Lock

import numpy as np

from caimera.cohort import Condition, Question, conditions
from caimera.node.sources.building import ensured_index
from caimera.node.sources.errors import DeadlinePassed
from caimera.node.sources.evaluation import Evaluation
from caimera.node.sources.index import Dataset, Index
from caimera.node.sources.source import Contributions, PatientSet, SourceCount, SourceRelease
from caimera.node.sources.span import Counts, Span, runs
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
        self._index(lambda index: index.is_exactly(releases), releases)

    def statuses(self, question: Question, releases: Sequence[SourceRelease]) -> tuple[ConditionStatus, ...]:
        """What is done with each condition: an unknown variable or operator is unsupported, never false."""
        index = self._holding(releases)
        asked = [index.datasets[index.place(release)] for release in releases]
        return tuple(_status(path, condition, asked) for path, condition in conditions(question))

    def patients(self, release: SourceRelease) -> tuple[str, ...]:
        """The identifiers of a release's patients that have a series, in the order of its sets."""
        index = self._holding([release])
        return index.identifiers(index.place(release))

    def count(
        self, question: Question, releases: Sequence[SourceRelease], *, wait: float
    ) -> tuple[SourceCount, ...]:
        """Count exactly; a release without a match counts zero."""
        until = time.monotonic() + wait
        index = self._holding(releases)
        counts: dict[int, SourceCount] = {}
        with self._turn(until) as step:
            for first, last in runs(map(index.place, releases)):
                span = Span(index, first, last)
                found = _counts(span, Evaluation(span, step=step).series_per_study(question))
                counts.update(zip(range(first, last), found, strict=True))
        return tuple(counts[index.place(release)] for release in releases)

    def sets(
        self, questions: Sequence[Question], releases: Sequence[SourceRelease], *, wait: float
    ) -> tuple[tuple[PatientSet, ...], ...]:
        """The patients of each release that fit each question; what questions share is worked out once."""
        until = time.monotonic() + wait
        index = self._holding(releases)
        found: list[dict[int, PatientSet]] = [{} for _ in range(len(questions))]
        with self._turn(until) as step:
            for first, last in runs(map(index.place, releases)):
                span = Span(index, first, last)
                evaluation = Evaluation(span, step=step)
                for question, sets in zip(questions, found, strict=True):
                    mask = evaluation.patients(question)
                    mask.flags.writeable = False
                    each = (mask[part] for part in span.datasets(Level.PATIENT))
                    sets.update(zip(range(first, last), each, strict=True))
        places = [index.place(release) for release in releases]
        return tuple(tuple(sets[place] for place in places) for sets in found)

    def contributions(self, question: Question, release: SourceRelease, *, wait: float) -> Contributions:
        """How many studies and series of each patient fit."""
        until = time.monotonic() + wait
        index = self._holding([release])
        place = index.place(release)
        with self._turn(until) as step:
            span = Span(index, place, place + 1)
            series = Evaluation(span, step=step).series_per_study(question)
            return Contributions(studies=span.per_patient(series > 0), series=span.per_patient(series))

    def _holding(self, releases: Sequence[SourceRelease]) -> Index:
        return self._index(lambda index: index.holds(releases), releases)

    def _index(self, fits: Callable[[Index], bool], releases: Sequence[SourceRelease]) -> Index:
        with self._opening:
            if self._opened is None or not fits(self._opened):
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


def _counts(span: Span, series: Counts) -> Iterator[SourceCount]:
    """The numbers of each dataset of a span, of the series that fit in each of its studies."""
    subjects = span.some(series > 0, Level.STUDY, Level.PATIENT)
    names = (each.dataset_id for each in span.index.datasets[span.first : span.last])
    places = zip(names, span.datasets(Level.PATIENT), span.datasets(Level.STUDY), strict=True)
    for dataset_id, its_patients, its_studies in places:
        yield SourceCount(
            dataset_id,
            subjects=int(np.count_nonzero(subjects[its_patients])),
            studies=int(np.count_nonzero(series[its_studies])),
            series=int(series[its_studies].sum(dtype=np.int64)),
        )


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
