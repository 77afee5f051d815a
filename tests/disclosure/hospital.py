"""A hospital to attack: 3,000 patients, and questions about them made of sets alone.

Sets of patients are ints, a bit each. Questions are trees, as `cohort` has them, whose leaves are such sets:
what an attack asks a thousand times over must be cheap to answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import or_
from random import Random

from caimera.disclosure import Part

PATIENTS = 3_000
EVERYONE = (1 << PATIENTS) - 1
DIAGNOSES = {"lung": 30, "breast": 25, "prostate": 20, "colon": 15, "glioma": 7, "sarcoma": 3}
AGES = tuple(range(15, 100, 5))
YEARS = (2010, 2015, 2020)

Cell = tuple[str, str, int, int]
"""Diagnosis, sex, band of age and band of year: what an attacker knows of the target."""


class Asked:
    """A question: a leaf `is` a condition, `in` lists values, `and` and `or` have parts."""

    def __init__(self, kind: str, patients: int, parts: tuple[Asked, ...] = (), name: str = "") -> None:
        self.kind, self.patients, self.parts, self._name = kind, patients, parts, name

    @cached_property
    def text(self) -> str:
        """The same for equal questions."""
        return self._name or f"{self.kind}({' '.join(sorted(part.text for part in self.parts))})"

    @cached_property
    def without(self) -> tuple[Part[Asked], ...]:
        """Every part that can be left out, as `caimera.node.mediator.parts` finds them."""
        found: list[Part[Asked]] = []
        for at, part in enumerate(self.parts):
            others = joined(self.kind, self.parts[:at] + self.parts[at + 1 :])
            branch = self.kind == "or" or (self.kind == "and" and part.kind in ("and", "or"))
            found.append(Part(others, branch))
            found += [Part(joined(self.kind, (others, inner.rest)), inner.branch) for inner in part.without]
        return tuple(found)


def parts_of(asked: Asked) -> tuple[Part[Asked], ...]:
    return asked.without


def text_of(asked: Asked) -> str:
    return asked.text


def leaf(name: str, patients: int) -> Asked:
    """A single condition."""
    return Asked("is", patients, name=name)


_KEPT: dict[tuple[str, tuple[int, ...]], Asked] = {}
"""Questions of one hospital that are asked again and again, by their parts."""


def joined(kind: str, parts: Sequence[Asked]) -> Asked:
    """Parts under `and`, `or` or `in`; what is of the same kind inside is taken in."""
    if len(parts) == 1:
        return parts[0]
    flat: tuple[Asked, ...] = ()
    for part in parts:
        flat += part.parts if part.kind == kind else (part,)
    if kept := _KEPT.get((kind, tuple(map(id, flat)))):
        return kept
    patients = parts[0].patients
    for part in parts[1:]:
        patients = patients & part.patients if kind == "and" else patients | part.patients
    return Asked(kind, patients, flat)


def kept(asked: Asked) -> Asked:
    """Keep a question, so that taking another's part away finds it again."""
    return _KEPT.setdefault((asked.kind, tuple(map(id, asked.parts))), asked)


@dataclass
class Hospital:
    """Patients by cell; `secret` is the bit an attacker is after."""

    secret: int
    cell_of: list[Cell]
    cells: dict[Cell, int]
    _pads: dict[tuple[str | None, int], list[Asked]] = field(default_factory=dict)

    @classmethod
    def made(cls, seed: int) -> Hospital:
        random = Random(seed)
        _KEPT.clear()
        cell_of = [_someone(random) for _ in range(PATIENTS)]
        cells: dict[Cell, int] = {}
        for number, cell in enumerate(cell_of):
            cells[cell] = cells.get(cell, 0) | 1 << number
        return cls(random.getrandbits(PATIENTS), cell_of, cells)

    @cached_property
    def values(self) -> tuple[dict[object, int], ...]:
        """For each of the four things known of a patient, who has which value."""
        found: tuple[dict[object, int], ...] = ({}, {}, {}, {})
        for cell, patients in self.cells.items():
            for holders, value in zip(found, cell, strict=True):
                holders[value] = holders.get(value, 0) | patients
        return found

    @cached_property
    def bit(self) -> Asked:
        return leaf("bit", self.secret)

    @cached_property
    def no_bit(self) -> Asked:
        return leaf("not bit", EVERYONE & ~self.secret)

    def box(self, *wanted: Sequence[object] | None) -> Asked:
        """Diagnoses, sexes, bands of age and of year, each a list or None for all: an `and` of conditions."""
        conditions = []
        for name, values, holders in zip(
            ("diagnosis", "sex", "age", "year"), wanted, self.values, strict=False
        ):
            if values is None:
                continue
            if name in ("age", "year"):  # one range, not a list
                who = reduce(or_, (holders.get(value, 0) for value in values), 0)
                conditions.append(leaf(f"{name} {min(values)}-{max(values)}", who))  # type: ignore[type-var]
            else:
                conditions.append(
                    joined("in", [leaf(f"{name} {value}", holders.get(value, 0)) for value in values])
                )
        return joined("and", conditions)

    @cached_property
    def cell(self) -> dict[Cell, Asked]:
        """The question for each cell."""
        return {cell: self.box(*([value] for value in cell)) for cell in self.cells}

    def pads(self, sex: str | None = None, number: int = 3) -> list[Asked]:
        """Sixty questions for large groups, each several boxes."""
        made = self._pads.get((sex, number))
        if made is None:
            random = Random(f"{sex} {number} {self.secret}")
            made = [kept(joined("or", [self._box(random, sex) for _ in range(number)])) for _ in range(60)]
            self._pads[sex, number] = made
        return made

    def _box(self, random: Random, sex: str | None) -> Asked:
        """A large group: some diagnoses, a range of ages and perhaps one of years."""
        years = _range(random, YEARS) if random.random() < 0.5 else None
        diagnoses = random.sample(sorted(DIAGNOSES), random.randint(1, 3))
        return self.box(diagnoses, [sex] if sex else None, _range(random, AGES), years)

    def alone_in_cell(self) -> list[int]:
        """The patients whom even banded questions single out."""
        return [number for number, cell in enumerate(self.cell_of) if self.cells[cell].bit_count() == 1]


def _someone(random: Random) -> Cell:
    (diagnosis,) = random.choices(list(DIAGNOSES), list(DIAGNOSES.values()))
    age = min(95, max(18, round(random.gauss(62, 12))))
    return diagnosis, random.choice("fm"), age // 5 * 5, random.randint(2010, 2024) // 5 * 5


def _range(random: Random, of: Sequence[int]) -> Sequence[int]:
    first, last = sorted(random.sample(range(len(of)), 2))
    return of[first : last + 1]
