"""Published crates as a source."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

from caimera.cohort import Condition, Question, conditions
from caimera.node.sources.building import ensure_index
from caimera.node.sources.compiling import compile_question
from caimera.node.sources.index import Index
from caimera.node.sources.layout import COLUMNS, fingerprint
from caimera.node.sources.source import SourceCount, SourceRelease
from caimera.protocol.messages import ConditionStatus, Treatment
from caimera.vocabulary import VOCABULARY, Operator


class CrateSource:
    """Counts over published crates through an index in `directory`, which it makes and replaces itself.

    `threads` questions count at once; `memory` bounds them together, in DuckDB's words such as `512MB`.
    """

    def __init__(self, directory: Path, *, threads: int = 2, memory: str = "512MB") -> None:
        self._directory = directory
        self._threads = threads
        self._memory = memory
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="count")
        self._opening = Lock()
        self._opened: tuple[str, Index] | None = None

    def capabilities(self) -> Mapping[str, tuple[Operator, ...]]:
        """The variables of the vocabulary that the index holds, with all their operators."""
        return {name: VOCABULARY.variable(name).operators for name in COLUMNS}

    def prepare(self, releases: Sequence[SourceRelease]) -> None:
        """Build and open the index of these releases."""
        self._index(releases)

    def statuses(self, question: Question, releases: Sequence[SourceRelease]) -> tuple[ConditionStatus, ...]:
        """What is done with each condition: an unknown variable or operator is unsupported, never false."""
        index = self._index(releases)
        return tuple(self._status(path, condition, index) for path, condition in conditions(question))

    def _status(self, path: str, condition: Condition, index: Index) -> ConditionStatus:
        if condition.operator not in self.capabilities().get(condition.variable, ()):
            why = f"This node does not answer {condition.operator} on {condition.variable}."
            return ConditionStatus(path=path, status=Treatment.UNSUPPORTED, why=why)
        why = _caution(condition.variable, index)
        status = Treatment.APPROXIMATED if why else Treatment.APPLIED
        return ConditionStatus(path=path, status=status, why=why)

    def count(
        self, question: Question, releases: Sequence[SourceRelease], *, wait: float
    ) -> tuple[SourceCount, ...]:
        """Count exactly; a release without a match counts zero."""
        until = time.monotonic() + wait
        index = self._index(releases)
        where = compile_question(question, index.codes)
        rows = index.count(where, pool=self._pool, wait=until - time.monotonic())
        found = {number: (subjects, studies, series) for number, subjects, studies, series in rows}
        return tuple(
            SourceCount(release.dataset_id, *found.get(index.number_of[release.dataset_id], (0, 0, 0)))
            for release in releases
        )

    def _index(self, releases: Sequence[SourceRelease]) -> Index:
        wanted = fingerprint(releases)
        with self._opening:
            if self._opened is None or self._opened[0] != wanted:
                self._opened = (wanted, self._open(releases))
            return self._opened[1]

    def _open(self, releases: Sequence[SourceRelease]) -> Index:
        path = ensure_index(self._directory, releases, memory=self._memory, threads=self._threads)
        return Index(path, memory=self._memory, threads=self._threads)

    def close(self) -> None:
        """Stop counting and let go of the index."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        if self._opened:
            self._opened[1].close()


def _caution(variable: str, index: Index) -> str:
    """Why a condition on this variable is only approximately answered here; empty when it is not."""
    label = VOCABULARY.variable(variable).label
    recorded = [dataset for dataset in index.number_of if (variable, dataset) in index.recorded]
    if not recorded:
        return f"No dataset here records {label}."
    if variable == "year_of_imaging" and index.dates_shifted:
        return (
            f"Dates were shifted in {len(index.dates_shifted)} of {len(index.number_of)} datasets; "
            "their series have no year."
        )
    return ""
