"""Questions decided for what patients, studies and series may be like: the few profiles and compositions.

What is decided here holds for the whole index and is looked up wherever patients are (`evaluation.py`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from caimera.cohort import And, Condition, Not, Or, Question, SomeSeries
from caimera.node.sources.comparing import states_that_fit
from caimera.node.sources.index import Index
from caimera.node.sources.keeping import Kept
from caimera.node.sources.layout import VARIABLES
from caimera.node.sources.span import Counts, Mask
from caimera.vocabulary import Level


class Decisions:
    """What the questions of one call decide; `step` is called before each piece of work, and may raise."""

    def __init__(self, index: Index, *, step: Callable[[], None]) -> None:
        self._index = index
        self._kept = Kept(step)

    def profiles(self, question: Question, level: Level) -> Mask:
        """Which profiles of a level fit a question that speaks of nothing else."""
        return self._kept.once((question, level), lambda: self._decided(question, level))

    def compositions(self, question: Question) -> Mask:
        """Which compositions have a series that fits a question that speaks of nothing but series."""
        return self._kept.once(("compositions", question), lambda: self.series(question) > 0)

    def series(self, question: Question) -> Counts:
        """How many series of each composition fit a question that speaks of nothing but series."""
        return self._kept.once(("series", question), lambda: self._summed(question))

    def _summed(self, question: Question) -> Counts:
        index = self._index
        fit = self.profiles(question, Level.SERIES).take(index.composition_profile)
        if not len(fit):
            return np.zeros(0, np.uint32)
        return np.add.reduceat(fit * index.composition_series, index.composition_rows[:-1], dtype=np.uint32)

    def _decided(self, question: Question, level: Level) -> Mask:
        match question:
            case And(parts) | Or(parts):
                join = np.logical_and if isinstance(question, And) else np.logical_or
                fit = np.full(self._index.profiles[level].shape[1], isinstance(question, And))
                for part in parts:
                    fit = join(fit, self.profiles(part, level))
                return fit
            case Not(child):
                return ~self.profiles(child, level)
            case SomeSeries(child):
                return self.profiles(child, level)
            case Condition(variable):
                states = self._index.states[variable]
                fit = states_that_fit(question, states, self._index.codes[variable])
                return fit.take(self._index.profiles[level][VARIABLES[level].index(variable)])
