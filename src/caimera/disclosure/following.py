"""Which parts of a question a protected dataset follows: those that matter to enough patients.

A tracker hides one patient in a part of a longer question: "many others, or this one". What such a part
adds is never answered for, so it is not asked of the data either: the question is answered, with the noise
and the memory, of the question without it.

A *branch*, one side of an `or` or a bracket under an `and`, is left out whenever it changes the set by so
few patients that `Guard.near` holds, and as often as there is one; so is, where there are branches to hide
behind, whatever changes nothing. Single conditions and listed values are left out only as long as all of them
together change so little: else a question of many mild conditions would be lost.
Which parts those were is never said.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from caimera.disclosure.guard import Guard

Q = TypeVar("Q")

MOST_PARTS = 64
"""Parts a question to a protected dataset may have: each costs a count."""


@dataclass(frozen=True, slots=True)
class Part(Generic[Q]):
    """A part that can be left out, and the question that is then left."""

    rest: Q
    branch: bool


Following = Generator[Sequence[Q], Sequence[int], tuple[Q, int]]
"""Yields questions, is sent their sets of patients, and returns the question that is answered and its set."""


def followed(
    question: Q,
    patients: int,
    *,
    parts_of: Callable[[Q], Sequence[Part[Q]]],
    text_of: Callable[[Q], str],
    guard: Guard,
) -> Following[Q]:
    """Leave out what changes too little, the smallest first and equals in a secret order of their texts.

    What is below the minimum is not told, so nothing more need be left out of it.
    """
    minimum = guard.policy.minimum
    while patients.bit_count() >= minimum and any(part.branch for part in parts_of(question)):
        parts = parts_of(question)
        sets = yield [part.rest for part in parts]
        small = [
            (part, rest)
            for part, rest in zip(parts, sets, strict=True)
            if rest == patients or (part.branch and guard.near(rest ^ patients))
        ]
        if not small:
            break
        question, patients = _smallest(small, patients, text_of, guard)
    start = patients
    while patients.bit_count() >= minimum:
        conditions = [part for part in parts_of(question) if not part.branch]
        sets = yield [part.rest for part in conditions]
        # One that changes nothing stays: equal sets get one answer in any case.
        mild = [
            (part, rest)
            for part, rest in zip(conditions, sets, strict=True)
            if rest != patients and guard.near(rest ^ start)
        ]
        if not mild:
            break
        question, patients = _smallest(mild, start, text_of, guard)
    return question, patients


def _smallest(
    steps: Sequence[tuple[Part[Q], int]], start: int, text_of: Callable[[Q], str], guard: Guard
) -> tuple[Q, int]:
    """The step that leaves the set nearest to `start`."""
    least = min((rest ^ start).bit_count() for _, rest in steps)
    equals = [(part.rest, rest) for part, rest in steps if (rest ^ start).bit_count() == least]
    if len(equals) == 1:
        return equals[0]
    return min(equals, key=lambda step: guard.order(text_of(step[0])))
