"""Finding the sets of patients that protected datasets answer for, before anything is settled."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from caimera.cohort import Question
from caimera.disclosure import Following, Found, Guard, followed
from caimera.node.datasets.published import Published
from caimera.node.mediator.numbering import Places, number_patients
from caimera.node.mediator.parts import Parts
from caimera.node.mediator.sought import Facet, Sought, with_value
from caimera.node.sources import DeadlinePassed, PatientSet, Source

Answered = tuple[str, Found]
"""The canonical text of the question that is answered, with what is followed of it, and what it found."""


@dataclass(slots=True, eq=False)
class Case:
    """A protected release and what was found in it, by the hash of what was asked. Secret."""

    release: Published
    guard: Guard
    found: dict[bytes, Answered] = field(default_factory=dict)


_AT_ONCE = 8
"""Parts of a question whose sets are found together with its own, before it is known who needs them."""


class Finder:
    """Puts questions to a source until a monotonic time. Raises SourceError."""

    def __init__(self, source: Source, *, until: float, key: bytes) -> None:
        self._source = source
        self._until = until
        self._key = key
        self._parts = Parts()
        self._places: dict[Case, Places] = {}
        self._early: dict[tuple[Case, int], PatientSet] = {}

    def find(self, sought: Sought, cases: Sequence[Case], facets: Mapping[Case, Sequence[Facet]]) -> None:
        """Fill `found` of each case with the question's set and with those of its `facets`."""
        for case in cases:
            self._places[case] = number_patients(case.release.source, self._source, self._key)
        self._look_ahead(sought.question, cases)
        answered = self._answered({case: [sought.question] for case in cases})
        for case, (one,) in answered.items():
            case.found[sought.hash] = self._weighed(case, *one)
        self._find_facets({case: one for case, (one,) in answered.items()}, facets)

    def _look_ahead(self, question: Question, cases: Sequence[Case]) -> None:
        """Find a short question's set together with those without its parts: they share most of the work."""
        parts = self._parts.of(question)
        if len(parts) > _AT_ONCE or not cases:
            return
        questions = [question, *(part.rest for part in parts)]
        places = [case.release.source for case in cases]
        for one, sets in zip(questions, self._source.sets(questions, places, wait=self._left()), strict=True):
            self._early.update(((case, id(one)), found) for case, found in zip(cases, sets, strict=True))

    def _find_facets(
        self, totals: Mapping[Case, tuple[Question, int]], facets: Mapping[Case, Sequence[Facet]]
    ) -> None:
        """Where a total is too small to tell, nothing is said of its parts, so none is looked for."""
        wanted = {
            case: facets[case]
            for case, (_, patients) in totals.items()
            if facets.get(case) and patients.bit_count() >= case.guard.policy.minimum
        }
        narrowed: dict[tuple[int, bytes], Question] = {}
        questions: dict[Case, list[Question]] = {case: [] for case in wanted}
        for case, these in wanted.items():
            for facet in these:
                total, known = totals[case][0], (id(totals[case][0]), facet.hash)
                if known not in narrowed:
                    narrowed[known] = with_value(total, facet.condition)
                questions[case].append(narrowed[known])
        for case, answered in self._answered(questions).items():
            for facet, (question, patients) in zip(wanted[case], answered, strict=True):
                case.found[facet.hash] = self._parts.text(question), Found(patients)

    def _answered(self, asked: Mapping[Case, Sequence[Question]]) -> dict[Case, list[tuple[Question, int]]]:
        """For each question, the one that is followed of it, with its set."""
        sets = self._sets(asked)
        followings = {
            case: [
                self._following(question, patients, case.guard)
                for question, patients in zip(asked[case], sets[case], strict=True)
            ]
            for case in asked
        }
        return _driven(followings, self._sets)

    def _following(self, question: Question, patients: int, guard: Guard) -> Following[Question]:
        return followed(question, patients, parts_of=self._parts.of, text_of=self._parts.text, guard=guard)

    def _sets(self, asked: Mapping[Case, Sequence[Question]]) -> dict[Case, list[int]]:
        """The sets of patients of questions, cases with the same questions together."""
        together: dict[tuple[int, ...], list[Case]] = defaultdict(list)
        found: dict[Case, list[int]] = {case: [] for case in asked}
        for case, questions in asked.items():
            known = [self._early.get((case, id(question))) for question in questions]
            if any(one is None for one in known):
                together[tuple(map(id, questions))].append(case)
            else:
                found[case] = [self._places[case].bits(one) for one in known if one is not None]
        for cases in together.values():
            questions = asked[cases[0]]
            places = [case.release.source for case in cases]
            for sets in self._source.sets(questions, places, wait=self._left()):
                for case, patients in zip(cases, sets, strict=True):
                    found[case].append(self._places[case].bits(patients))
        return found

    def _weighed(self, case: Case, question: Question, patients: int) -> Answered:
        """What a question found, with studies and series where the policy tells them."""
        policy = case.guard.policy
        if not policy.clips or patients.bit_count() < policy.minimum:
            return self._parts.text(question), Found(patients)
        given = self._source.contributions(question, case.release.source, wait=self._left())
        studies = None if policy.studies_clip is None else _clipped(given.studies, policy.studies_clip)
        series = None if policy.series_clip is None else _clipped(given.series, policy.series_clip)
        return self._parts.text(question), Found(patients, studies, series)

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise DeadlinePassed
        return left


def _clipped(given: np.ndarray, most: int) -> int:
    return int(np.minimum(given, most).sum())


_C = TypeVar("_C")


def _driven(
    followings: Mapping[_C, Sequence[Following[Question]]],
    sets_of: Callable[[Mapping[_C, Sequence[Question]]], Mapping[_C, Sequence[int]]],
) -> dict[_C, list[tuple[Question, int]]]:
    """Run what asks for sets, all at once, one round of questions after another."""
    ended: dict[tuple[_C, int], tuple[Question, int]] = {}
    running = {(case, at): one for case, these in followings.items() for at, one in enumerate(these)}
    sent: Mapping[tuple[_C, int], Sequence[int] | None] = dict.fromkeys(running)
    while running:
        wanted: dict[tuple[_C, int], Sequence[Question]] = {}
        for place, following in running.items():
            try:
                wanted[place] = following.send(sent[place])  # type: ignore[arg-type]
            except StopIteration as end:
                ended[place] = end.value
        running = {place: running[place] for place in wanted}
        sent = _sent(wanted, sets_of)
    return {case: [ended[case, at] for at in range(len(these))] for case, these in followings.items()}


def _sent(
    wanted: Mapping[tuple[_C, int], Sequence[Question]],
    sets_of: Callable[[Mapping[_C, Sequence[Question]]], Mapping[_C, Sequence[int]]],
) -> Mapping[tuple[_C, int], Sequence[int]]:
    asked: dict[_C, list[Question]] = defaultdict(list)
    for (case, _), questions in wanted.items():
        asked[case] += questions
    sets = {case: iter(found) for case, found in sets_of(asked).items()}
    return {place: [next(sets[place[0]]) for _ in questions] for place, questions in wanted.items()}
