"""Attackers who know everything about a patient but one bit, against the whole answer of a protected dataset.

Nothing is shared with the node but the pure functions it answers with. Sets of patients are ints, a bit each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from math import sqrt
from random import Random
from statistics import fmean
from uuid import UUID

from caimera.disclosure import (
    NOTHING_SAID,
    Earlier,
    Policy,
    Spent,
    as_settled,
    first_of_band,
    left,
    seed_of,
    settle,
    why_withheld,
)
from caimera.protocol.messages import DatasetCount

PATIENTS = 3_000
DATASET = UUID("5a1d9f2a-6d0e-5d8e-8f0e-1f6f3a1f2b3c")
EVERYONE = (1 << PATIENTS) - 1
DIAGNOSES = {"lung": 30, "breast": 25, "prostate": 20, "colon": 15, "glioma": 7, "sarcoma": 3}


@dataclass
class Hospital:
    """3,000 patients; `cells` groups them by diagnosis, sex and banded age and year."""

    secret: int
    cell_of: list[tuple[str, str, int, int]]
    cells: dict[tuple[str, str, int, int], int]

    @classmethod
    def made(cls, seed: int) -> Hospital:
        random = Random(seed)
        cell_of = [_someone(random) for _ in range(PATIENTS)]
        cells: dict[tuple[str, str, int, int], int] = {}
        for number, cell in enumerate(cell_of):
            cells[cell] = cells.get(cell, 0) | 1 << number
        return cls(random.getrandbits(PATIENTS), cell_of, cells)

    def alone_in_cell(self) -> list[int]:
        """The patients whom even banded questions single out."""
        return [number for number, cell in enumerate(self.cell_of) if self.cells[cell].bit_count() == 1]


def _someone(random: Random) -> tuple[str, str, int, int]:
    (diagnosis,) = random.choices(list(DIAGNOSES), list(DIAGNOSES.values()))
    age = min(95, max(18, round(random.gauss(62, 12))))
    return diagnosis, random.choice("fm"), first_of_band(age), first_of_band(random.randint(2010, 2024))


@dataclass
class Door:
    """A protected dataset with its memory, asked by several persons; the node's own rules alone."""

    policy: Policy
    key: bytes
    memory: list[Earlier] = field(default_factory=list)
    answers: dict[str, int | None] = field(default_factory=dict)
    spent: dict[str, int] = field(default_factory=dict)

    def ask(self, wording: str, patients: int, person: str) -> DatasetCount:
        """The whole of what leaves the node."""
        spent = Spent(self.spent.get(person, 0), sum(self.spent.values()))
        known = wording in self.answers
        if not known and (why := why_withheld(spent, self.policy)):
            return self._said(None, 0, why)
        if not known:
            self._settle(wording, patients)
            self.spent[person] = spent.person + 1
            spent = Spent(spent.person + 1, spent.everyone + 1)
        return self._said(wording, left(spent, self.policy), "")

    def _settle(self, wording: str, patients: int) -> None:
        seed = seed_of(self.key, question=wording, dataset_id=DATASET, digest="1")
        settled = settle(patients, self.memory, policy=self.policy, seed=seed)
        self.answers[wording] = settled.noisy
        if settled.remembered:
            self.memory.append(Earlier(patients, settled.noisy))

    def _said(self, wording: str | None, budget_left: int, reason: str) -> DatasetCount:
        released = NOTHING_SAID if wording is None else as_settled(self.answers[wording], self.policy)
        return DatasetCount(
            dataset_id=DATASET,
            title="Protected",
            version="1",
            policy="protected",
            subjects=released.subjects,
            studies=released.studies,
            series=released.series,
            budget_left=budget_left,
            reason=reason,
        )


@dataclass
class Attacker:
    """Knows the cell of the target and how many share it; `persons` collude and take turns."""

    hospital: Hospital
    target: int
    door: Door
    persons: Sequence[str]
    random: Random
    asked: int = 0

    def __post_init__(self) -> None:
        self._turns = cycle(self.persons)
        self.cell = self.hospital.cells[self.hospital.cell_of[self.target]]
        self.sought = self.cell & self.hospital.secret
        self.half = self.cell.bit_count() / 2
        others = [cell for cell in self.hospital.cells.values() if cell != self.cell]
        self.others = others

    def number(self, wording: str, patients: int) -> int | None:
        """Ask as the next person; the number said, if any."""
        self.asked += 1
        return self.door.ask(wording, patients, next(self._turns)).subjects.value

    def padding(self) -> int:
        """About a tenth of the other cells, as one long `or`."""
        chosen = self.random.sample(self.others, len(self.others) // 10)
        return sum(chosen)

    def guess(self, estimates: Sequence[float]) -> bool:
        """Whether the estimated number of secret bits in the target's cell says that the target has one."""
        if not estimates or fmean(estimates) == self.half:
            return self.random.random() < 0.5
        return fmean(estimates) > self.half


Attack = Callable[[Attacker, int], bool]


def direct(attacker: Attacker, questions: int) -> bool:
    """Ask for the target's cell with the bit, and without it."""
    has = attacker.number("cell and bit", attacker.sought)
    lacks = attacker.number("cell and not bit", attacker.cell & ~attacker.hospital.secret)
    if has is None and lacks is None:
        return attacker.guess([])
    return (has or 0) > (lacks or 0)


def repeated(attacker: Attacker, questions: int) -> bool:
    """Ask one padded pair over and over and take the mean."""
    padding, estimates = attacker.padding(), []
    for _ in range(questions // 2):
        before = attacker.number("pad", padding)
        after = attacker.number("pad or bit", padding | attacker.sought)
        estimates += _differences([(after, before)])
    return attacker.guess(estimates)


def tracker(attacker: Attacker, questions: int) -> bool:
    """Ask many paddings, each with and without the target's cell and bit; the mean of the differences."""
    pairs = []
    for number in range(questions // 2):
        padding = attacker.padding()
        before = attacker.number(f"pad {number}", padding)
        pairs.append((attacker.number(f"pad {number} or bit", padding | attacker.sought), before))
    return attacker.guess(_differences(pairs))


def split_tracker(attacker: Attacker, questions: int) -> bool:
    """Ask two paddings apart, then both with the target: three sets that no overlap rule joins."""
    estimates = []
    for number in range(questions // 3):
        one, two = _halves(attacker.padding() | attacker.padding(), attacker)
        first, second = attacker.number(f"one {number}", one), attacker.number(f"two {number}", two)
        both = attacker.number(f"both {number}", one | two | attacker.sought)
        if first is not None and second is not None and both is not None:
            estimates.append(float(both - first - second))
    return attacker.guess(estimates)


def complement_tracker(attacker: Attacker, questions: int) -> bool:
    """Ask a half of all others and then the other half, the target in both: it counts twice.

    Needs the exact number of patients and questions of a hundred cells; sharper than those listed.
    """
    rest, estimates = EVERYONE & ~attacker.cell, []
    for number in range(questions // 2):
        one, two = _halves(rest, attacker)
        first = attacker.number(f"half {number}", one | attacker.sought)
        second = attacker.number(f"other half {number}", two | attacker.sought)
        if first is not None and second is not None:
            estimates.append((first + second - rest.bit_count()) / 2)
    return attacker.guess(estimates)


def near_minimum(attacker: Attacker, questions: int) -> bool:
    """Look for paddings of nine patients, which the target with the bit would lift over the minimum."""
    told = silent = 0
    for number in range(questions):
        padding = _padding_of(attacker, 9)
        said = attacker.number(f"nine {number}", padding | attacker.sought)
        told, silent = told + (said is not None), silent + (said is None)
    return attacker.guess([float(attacker.cell.bit_count())] if told else [0.0])


ATTACKS: dict[str, Attack] = {
    "direct": direct,
    "repeated": repeated,
    "tracker": tracker,
    "split tracker": split_tracker,
}
SHARPER: dict[str, Attack] = {"near the minimum": near_minimum, "complement tracker": complement_tracker}


def _differences(pairs: Sequence[tuple[int | None, int | None]]) -> list[float]:
    return [float(after - before) for after, before in pairs if after is not None and before is not None]


def _halves(cells: int, attacker: Attacker) -> tuple[int, int]:
    chosen = [cell for cell in attacker.others if cell & cells]
    one = sum(attacker.random.sample(chosen, len(chosen) // 2))
    return one, cells & ~one


def _padding_of(attacker: Attacker, size: int) -> int:
    """Other cells with `size` patients together: more than an attacker can know."""
    padding = 0
    for cell in attacker.random.sample(attacker.others, len(attacker.others)):
        if (padding | cell).bit_count() <= size:
            padding |= cell
    return padding


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
