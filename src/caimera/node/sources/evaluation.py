"""Questions put to a span, each part at the coarsest level that can tell it, shared parts once.

A part that speaks of one level only is decided for the few profiles of that level (`deciding.py`) and looked
up for everybody. Parts of several levels meet at the finest of them. Where it is only asked whether a patient
or a study has some series, or how many, what the patient or the study decides waits until the series are
summed up there: some series (A and B) = some series (A) and B, if B is the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from caimera.cohort import And, Condition, Not, Or, Question, SomeSeries
from caimera.node.sources.deciding import Decisions
from caimera.node.sources.keeping import Kept
from caimera.node.sources.levels import FINEST_FIRST, all_of, is_finer, level_of, speaks_of
from caimera.node.sources.span import Counts, Mask, Span
from caimera.node.sources.together import AT_ONCE, Apart, apart, patients_of
from caimera.vocabulary import Level

ByLevel = list[tuple[Level, list[Question]]]
"""The parts of a conjunction or disjunction by the level that decides them, the finest first."""


class Evaluation:
    """The questions of one call, put to one span; `step` is called before each piece of work, may raise."""

    def __init__(self, span: Span, decisions: Decisions, *, step: Callable[[], None]) -> None:
        self.span = span
        self._decisions = decisions
        self._kept = Kept(step)
        self._step = step

    def patients(self, questions: Sequence[Question]) -> Iterator[tuple[int, Mask]]:
        """The patients who have some series that fits, with the place of each question, in any order."""
        together: list[tuple[int, Apart]] = []
        for at, question in enumerate(questions):
            by_level = apart(question)
            if by_level is None:
                yield at, self._some(question, Level.PATIENT)
            else:
                together.append((at, by_level))
        for first in range(0, len(together), AT_ONCE):
            self._step()
            some = together[first : first + AT_ONCE]
            masks = patients_of([by_level for _, by_level in some], self.span, self._decisions)
            yield from zip((at for at, _ in some), masks, strict=True)

    def series_per_study(self, question: Question) -> Counts:
        """How many series of each study fit."""
        parts = question.children if isinstance(question, And) else (question,)
        levels = dict(_by_level(And, parts))
        series = self._series(all_of(levels.pop(Level.SERIES, [])))
        for level, own in levels.items():
            series = series * self.span.each(self._holds(all_of(own)), level, Level.STUDY)
        return series

    def _series(self, question: Question) -> Counts:
        if speaks_of(question) <= {Level.SERIES}:
            return self.span.composed(self._decisions.series(question))
        return self.span.series_in(self._holds(question))

    def _holds(self, question: Question) -> Mask:
        """Which patients, studies or rows fit, whichever is the coarsest that can tell."""
        return self._kept.once(("holds", question), lambda: self._decided(question, level_of(question)))

    def _decided(self, question: Question, level: Level) -> Mask:
        if speaks_of(question) <= {level}:
            return self.span.spread(self._decisions.profiles(question, level), level)
        match question:
            case And(parts) | Or(parts):
                return self._joined(type(question), parts)
            case Not(child):
                return ~self._holds(child)
            case SomeSeries(child):
                return self._some(child, level)
            case Condition():
                raise AssertionError("A condition speaks of exactly one level.")

    def _joined(self, kind: type[And | Or], parts: Sequence[Question]) -> Mask:
        """Parts of several levels together, from the coarsest to the finest."""
        join = np.logical_and if kind is And else np.logical_or
        mask, reached = np.full(self.span.size(Level.PATIENT), kind is And), Level.PATIENT
        for level, own in reversed(_by_level(kind, parts)):
            mask, reached = self.span.each(mask, reached, level), level
            for part in own:
                mask = join(mask, self._holds(part))
        return mask

    def _some(self, question: Question, level: Level) -> Mask:
        """Which patients or studies have some series that fits."""
        return self._kept.once(("some", question, level), lambda: self._sought(question, level))

    def _sought(self, question: Question, level: Level) -> Mask:
        reached, spoken = level_of(question), speaks_of(question)
        if not is_finer(reached, level):
            return self.span.each(self._holds(question), reached, level)
        if spoken == {Level.SERIES}:
            studies = self.span.composed(self._decisions.compositions(question))
            return self.span.some(studies, Level.STUDY, level)
        match question:
            case Or(parts) if len(spoken) > 1:
                found = (self._some(part, level) for _, own in _by_level(Or, parts) for part in own)
                return np.logical_or.reduce(list(found))
            case And(parts) if len(levels := _by_level(And, parts)) > 1:
                return self._sought_all(question, levels, level)
            case _:
                return self.span.some(self._holds(question), reached, level)

    def _sought_all(self, question: And, levels: ByLevel, level: Level) -> Mask:
        """A conjunction over several levels: its coarsest part is told apart from the rest."""
        *finer, (coarsest, own) = levels
        if is_finer(coarsest, level):
            return self.span.some(self._some(question, coarsest), coarsest, level)
        rest = all_of([part for _, parts in finer for part in parts])
        return self._some(rest, level) & self.span.each(self._holds(all_of(own)), coarsest, level)


def _by_level(kind: type[And | Or], parts: Sequence[Question]) -> ByLevel:
    """The parts by level; those that speak of nothing but that level become one part."""
    found: ByLevel = []
    for level in FINEST_FIRST:
        own = [part for part in parts if level_of(part) is level]
        plain = tuple(part for part in own if speaks_of(part) <= {level})
        others = [part for part in own if part not in plain]
        if own:
            found.append((level, [kind(plain), *others] if plain else others))
    return found
