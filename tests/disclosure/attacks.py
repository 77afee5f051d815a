"""Attackers who know everything about a patient but one bit, against the whole answer of a protected dataset.

They know the rules, the cell of the target, and how many share it; persons who collude take turns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from math import sqrt
from random import Random
from statistics import fmean

from caimera.disclosure import Policy
from tests.disclosure.door import Door, Told
from tests.disclosure.hospital import (
    AGES,
    DIAGNOSES,
    EVERYONE,
    PATIENTS,
    YEARS,
    Asked,
    Hospital,
    joined,
    leaf,
)

_DIMENSIONS: tuple[tuple[object, ...], ...] = (tuple(DIAGNOSES), ("f", "m"), AGES, YEARS)


@dataclass
class Attacker:
    """One target, one dataset, and all that is known of both."""

    hospital: Hospital
    target: int
    door: Door
    persons: Sequence[str]
    random: Random

    def __post_init__(self) -> None:
        self._turns = cycle(self.persons)
        self.place = self.hospital.cell_of[self.target]
        self.cell = self.hospital.cell[self.place]
        self.sought = joined("and", [self.cell, self.hospital.bit])
        self.half = self.cell.patients.bit_count() / 2

    def ask(self, asked: Asked, values: Sequence[Asked] = ()) -> Told:
        """Ask as the next person."""
        return self.door.ask(asked, next(self._turns), values)

    def number(self, asked: Asked) -> int | None:
        return self.ask(asked).subjects

    def guess(self, estimates: Sequence[float]) -> bool:
        """Whether the estimated number of bits in the target's cell says that the target has one."""
        if not estimates or fmean(estimates) == self.half:
            return self.random.random() < 0.5
        return fmean(estimates) > self.half

    def pad(self, number: int = 3, sex: str | None = None) -> Asked:
        """A large group without the target: an `or` of several boxes."""
        while True:
            pad = self.random.choice(self.hospital.pads(sex, number))
            if not pad.patients & self.cell.patients:
                return pad

    def crossing(self) -> tuple[Asked, Asked]:
        """The larger of some pairs of boxes that share exactly the target's cell; sizes are known."""
        pairs = [self._crossing() for _ in range(4)]
        return max(pairs, key=lambda pair: min(box.patients.bit_count() for box in pair))

    def _crossing(self) -> tuple[Asked, Asked]:
        """Each dimension is in one of the boxes, and one or two are in both."""
        sides: tuple[list[Sequence[object] | None], ...] = ([None] * 4, [None] * 4)
        shared = self.random.sample(range(4), self.random.randint(1, 2))
        for at, (values, here) in enumerate(zip(_DIMENSIONS, self.place, strict=True)):
            one, two = self.random.sample(sides, 2)
            one[at] = [here]
            if at in shared:
                one[at], two[at] = self._around(values, here)
        return self.hospital.box(*sides[0]), self.hospital.box(*sides[1])

    def _around(self, values: Sequence[object], here: object) -> tuple[Sequence[object], Sequence[object]]:
        """Two lists of values that share one: ranges that touch there, or a division of all others."""
        if values in (AGES, YEARS):
            at = values.index(here)
            low, high = self.random.randint(0, at), self.random.randint(at, len(values) - 1)
            return values[low : at + 1], values[at : high + 1]
        others = self.random.sample([value for value in values if value != here], len(values) - 1)
        cut = self.random.randint(0, len(others))
        return [here, *others[:cut]], [here, *others[cut:]]


Attack = Callable[[Attacker, int], bool]


def direct(attacker: Attacker, questions: int) -> bool:
    """Ask for the target's cell with the bit, and without it."""
    has = attacker.number(attacker.sought)
    lacks = attacker.number(joined("and", [attacker.cell, attacker.hospital.no_bit]))
    if has is None and lacks is None:
        return attacker.guess([])
    return (has or 0) > (lacks or 0)


def repeated(attacker: Attacker, questions: int) -> bool:
    """Ask one padded pair over and over and take the mean."""
    padding = attacker.pad()
    pairs = [_pair(attacker, padding) for _ in range(questions // 2)]
    return attacker.guess(_differences(pairs))


def tracker(attacker: Attacker, questions: int) -> bool:
    """Ask many paddings of large groups, each with and without the target's cell and bit."""
    return attacker.guess(_differences([_pair(attacker, attacker.pad()) for _ in range(questions // 2)]))


def cells_tracker(attacker: Attacker, questions: int) -> bool:
    """The same with paddings of ten cells of one or two patients: the OR-padded tracker."""
    hospital, pairs = attacker.hospital, []
    small = [cell for cell, who in hospital.cells.items() if who.bit_count() < 3 and cell != attacker.place]
    for _ in range(questions // 2):
        cells = attacker.random.sample(small, 10)
        pairs.append(_pair(attacker, joined("or", [hospital.cell[cell] for cell in cells])))
    return attacker.guess(_differences(pairs))


def split_tracker(attacker: Attacker, questions: int) -> bool:
    """Ask two paddings apart, then both with the target: three sets that no overlap rule joins."""
    estimates = []
    for _ in range(questions // 3):
        one, two = attacker.pad(2, "f"), attacker.pad(2, "m")
        numbers = [attacker.number(asked) for asked in (one, two, joined("or", [one, two, attacker.sought]))]
        if None not in numbers:
            estimates.append(float(numbers[2] - numbers[0] - numbers[1]))  # type: ignore[operator]
    return attacker.guess(estimates)


def crossing_tracker(attacker: Attacker, questions: int) -> bool:
    """Two large boxes that share only the target's cell: |A| + |B| - |A or B|. No part of it is small."""
    estimates, bit = [], attacker.hospital.bit
    for _ in range(questions // 3):
        one, two = attacker.crossing()
        asked = (
            joined("and", [one, bit]),
            joined("and", [two, bit]),
            joined("and", [joined("or", [one, two]), bit]),
        )
        numbers = [attacker.number(each) for each in asked]
        if None not in numbers:
            estimates.append(float(numbers[0] + numbers[1] - numbers[2]))  # type: ignore[operator]
    return attacker.guess(estimates)


def complement_tracker(attacker: Attacker, questions: int) -> bool:
    """Ask a half of all others and then the other half, the target in both: it counts twice.

    Needs the exact number of patients in the dataset.
    """
    estimates, rest = [], PATIENTS - attacker.cell.patients.bit_count()
    for _ in range(questions // 2):
        half = attacker.pad()
        other = leaf(
            f"not ({half.text}) and not the cell", EVERYONE & ~half.patients & ~attacker.cell.patients
        )
        numbers = [attacker.number(joined("or", [each, attacker.sought])) for each in (half, other)]
        if None not in numbers:
            estimates.append((numbers[0] + numbers[1] - rest) / 2)  # type: ignore[operator]
    return attacker.guess(estimates)


def woven_complement(attacker: Attacker, questions: int) -> bool:
    """The same where no part is small: A with the bit, and all others tiled so that B, which meets A only in
    the target's cell, belongs to them. Needs the exact number of patients in the dataset."""
    estimates, hospital = [], attacker.hospital
    for _ in range(questions // 2):
        one, two = attacker.crossing()
        tiles = [
            joined("and", [_denied(first), _denied(second)])
            for first in _conditions(one)
            for second in _conditions(two)
        ]
        half = joined("and", [one, hospital.bit])
        numbers = [attacker.number(each) for each in (half, joined("or", [hospital.no_bit, two, *tiles]))]
        if None not in numbers:
            estimates.append(float(numbers[0] + numbers[1] - PATIENTS))  # type: ignore[operator]
    return attacker.guess(estimates)


def known_nine(attacker: Attacker, questions: int) -> bool:
    """Ask once for a large condition that nine known patients fit, and the target if it has the bit."""
    nine = _some(attacker, 9)
    told = attacker.number(leaf("natural", nine | attacker.sought.patients))
    return told is not None or attacker.random.random() < 0.5


def known_nines(attacker: Attacker, questions: int) -> bool:
    """The same with as many conditions as there are questions: more than anyone can know."""
    nines = [leaf(f"natural {n}", _some(attacker, 9) | attacker.sought.patients) for n in range(questions)]
    return any(attacker.number(nine) is not None for nine in nines)


def known_difference(attacker: Attacker, questions: int) -> bool:
    """Ask for two large groups that differ by nine known patients, and by the target if it has the bit: the
    same answer twice says that they are near."""
    group = attacker.pad().patients & ~attacker.cell.patients
    nine = _some(attacker, 9) & ~group
    first = attacker.number(leaf("group", group))
    second = attacker.number(leaf("group and ten", group | nine | attacker.sought.patients))
    return first != second or attacker.random.random() < 0.5


def breakdown_tracker(attacker: Attacker, questions: int) -> bool:
    """Break the line through the target's cell down by age: the total less all values but the target's."""
    diagnosis, sex, age, year = attacker.place
    estimates, bit = [], attacker.hospital.bit
    for number in range(questions // 2):
        line = attacker.hospital.box([diagnosis], [sex], AGES[: 8 + number % 8] if number else None, [year])
        bands = [leaf(f"age {band}-{band}", attacker.hospital.values[2].get(band, 0)) for band in AGES]
        told = attacker.ask(joined("and", [line, bit]), bands)
        if told.subjects is not None:
            others = [count.value or 0 for band, count in zip(AGES, told.values, strict=True) if band != age]
            estimates.append(float(told.subjects - sum(others)))
    return attacker.guess([fmean(estimates)] if estimates else [])


def version_difference(attacker: Attacker, questions: int) -> bool:
    """Ask before and after a version of the data in which the target is the only new patient."""
    before, bit = attacker.door, attacker.hospital.bit
    after = replace(before, digest="2")
    differences = []
    for _ in range(questions // 2):
        asked = joined("and", [attacker.crossing()[0], bit])
        old = before.ask(leaf(asked.text, asked.patients & ~(1 << attacker.target)), "person").subjects
        new = after.ask(leaf(asked.text, asked.patients), "person").subjects
        differences.append((new, old))
    estimates = _differences(differences)
    return attacker.guess([fmean(estimates) + attacker.half - 0.5] if estimates else [])


NAMED: dict[str, Attack] = {
    "direct": direct,
    "repeated": repeated,
    "tracker": tracker,
    "OR-padded tracker": cells_tracker,
    "split tracker": split_tracker,
}
"""The attacks of the requirement."""

SHARPER: dict[str, Attack] = {
    "crossing tracker": crossing_tracker,
    "breakdown tracker": breakdown_tracker,
    "version difference": version_difference,
    "complement tracker, size known": complement_tracker,
    "woven complement, size known": woven_complement,
    "nine others known": known_nine,
    "nine of the difference known": known_difference,
}

ATTACKS = {**NAMED, **SHARPER}


def _pair(attacker: Attacker, padding: Asked) -> tuple[int | None, int | None]:
    return attacker.number(joined("or", [padding, attacker.sought])), attacker.number(padding)


def _differences(pairs: Sequence[tuple[int | None, int | None]]) -> list[float]:
    return [float(after - before) for after, before in pairs if after is not None and before is not None]


def _conditions(box: Asked) -> Sequence[Asked]:
    return box.parts if box.kind == "and" else (box,)


def _denied(condition: Asked) -> Asked:
    return leaf(f"not ({condition.text})", EVERYONE & ~condition.patients)


def _some(attacker: Attacker, number: int) -> int:
    """Some patients other than those of the target's cell."""
    others = [one for one in range(PATIENTS) if not attacker.cell.patients >> one & 1]
    return sum(1 << one for one in attacker.random.sample(others, number))


@dataclass(frozen=True)
class Recovery:
    """How often the bit was guessed."""

    right: int
    tried: int

    @property
    def rate(self) -> float:
        return self.right / self.tried

    @property
    def upper(self) -> float:
        """The upper end of Wilson's 95% interval (two-sided)."""
        z, n, p = 1.96, self.tried, self.rate
        return (p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)


def recovery(
    attack: Attack,
    *,
    questions: int,
    targets: int,
    policy: Policy,
    persons: int = 1,
    alone: bool = False,
    seed: int = 1,
) -> Recovery:
    """Attack `targets` patients, each with a fresh memory: random ones, or those alone in their cell."""
    random, right, tried = Random(seed), 0, 0
    while tried < targets:
        hospital = Hospital.made(random.getrandbits(32))
        chosen = hospital.alone_in_cell() if alone else random.sample(range(PATIENTS), 100)
        for target in islice(chosen, targets - tried):
            names = [f"person {number}" for number in range(persons)]
            door = Door(policy, random.randbytes(32))
            attacker = Attacker(hospital, target, door, names, Random(random.getrandbits(32)))
            right += attack(attacker, questions) == bool(hospital.secret >> target & 1)
            tried += 1
    return Recovery(right, tried)
