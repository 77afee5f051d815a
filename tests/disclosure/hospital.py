"""A hospital to attack: 3,000 patients, and questions about them made of sets alone.

Sets of patients are ints, a bit each. Questions are trees, as `cohort` has them, whose leaves are such sets:
what an attack asks a thousand times over must be cheap to answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import and_, or_
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
    """A question: a leaf is a condition, `in` lists values, `and` and `or` have parts."""

    def __init__(self, kind: str, text: str, patients: int, parts: Sequence[Asked] = ()) -> None:
        self.kind, self.text, self.patients, self.parts = kind, text, patients, tuple(parts)

    @cached_property
    def without(self) -> tuple[Part[Asked], ...]:
        """Every part that can be left out, as `caimera.node.mediator.parts` finds them."""
        found: list[Part[Asked]] = []
        for at, part in enumerate(self.parts):
            others = (*self.parts[:at], *self.parts[at + 1 :])
            if others:
                branch = self.kind == "or" or (self.kind == "and" and part.kind in ("and", "or"))
                rest = joined(self.kind, others)
                found.append(Part(rest, rest.text, branch))
            for inner in part.without:
                rest = joined(self.kind, (*self.parts[:at], inner.rest, *self.parts[at + 1 :]))
                found.append(Part(rest, rest.text, inner.branch))
        return tuple(found)


def leaf(text: str, patients: int) -> Asked:
    """A single condition."""
    return Asked("is", text, patients)


def joined(kind: str, parts: Sequence[Asked]) -> Asked:
    """Parts under `and`, `or` or `in`, flattened and in one order, so that equal questions have one text."""
    flat = {inner.text: inner for part in parts for inner in (part.parts if part.kind == kind else (part,))}
    if len(flat) == 1:
        return next(iter(flat.values()))
    sets = (part.patients for part in flat.values())
    patients = reduce(and_, sets) if kind == "and" else reduce(or_, sets)
    return Asked(kind, f"{kind}({' '.join(sorted(flat))})", patients, tuple(flat.values()))


@dataclass
class Hospital:
    """Patients by cell; `secret` is the bit an attacker is after."""

    secret: int
    cell_of: list[Cell]
    cells: dict[Cell, int]

    @classmethod
    def made(cls, seed: int) -> Hospital:
        random = Random(seed)
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

    def cell(self, cell: Cell) -> Asked:
        """The question for one cell."""
        return self.box(*([value] for value in cell))

    def alone_in_cell(self) -> list[int]:
        """The patients whom even banded questions single out."""
        return [number for number, cell in enumerate(self.cell_of) if self.cells[cell].bit_count() == 1]


def _someone(random: Random) -> Cell:
    (diagnosis,) = random.choices(list(DIAGNOSES), list(DIAGNOSES.values()))
    age = min(95, max(18, round(random.gauss(62, 12))))
    return diagnosis, random.choice("fm"), age // 5 * 5, random.randint(2010, 2024) // 5 * 5
