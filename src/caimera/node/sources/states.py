"""Everything that is ever recorded of a variable, each state numbered once.

A state is the set of values recorded together: of one patient, study or series. State 0 is the empty set:
nothing is recorded. All values are numbers here; a code stands for itself through a number given to it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from caimera.cdm import PLACES
from caimera.vocabulary import VOCABULARY

Numbers = NDArray[Any]
"""Whole numbers of some unsigned type, as small as what is in them allows."""


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """The states of a variable from 1 on: `values` one after the other, state `n` from `starts[n - 1]` on."""

    values: NDArray[np.float64]
    starts: Numbers


class Codebook:
    """The numbers given to codes and to states, the same in all releases of one index."""

    def __init__(self) -> None:
        self._codes: dict[str, dict[str, float]] = {name: {} for name in PLACES}
        self._states: dict[str, dict[tuple[float, ...], int]] = {name: {} for name in PLACES}

    @property
    def codes(self) -> Mapping[str, Mapping[str, float]]:
        """The number of each code, by variable."""
        return self._codes

    def states(self) -> Mapping[str, States]:
        """Every state there is, by variable."""
        return {name: _table_of(known) for name, known in self._states.items()}

    def number(
        self, variable: str, values: pa.ChunkedArray, owners: NDArray[np.int64], *, things: int
    ) -> NDArray[np.uint32]:
        """The state of each of `things` patients, studies or series; `owners` says whose each value is."""
        numbers, which = self._numbers(variable, values)
        states = np.zeros(things, np.uint32)
        if np.bincount(owners, minlength=1).max() <= 1:
            states[owners] = np.array([self._state(variable, (each,)) for each in numbers], np.uint32)[which]
            return states
        order = np.lexsort((which, owners))
        owners, which = owners[order], which[order]
        begins = np.flatnonzero(np.diff(owners, prepend=-1))
        for owner, together in zip(owners[begins].tolist(), np.split(which, begins[1:]), strict=True):
            state = sorted({numbers[each] for each in together.tolist()})
            states[owner] = self._state(variable, tuple(state))
        return states

    def _state(self, variable: str, state: tuple[float, ...]) -> int:
        known = self._states[variable]
        return known.setdefault(state, len(known) + 1)

    def _numbers(self, variable: str, values: pa.ChunkedArray) -> tuple[list[float], NDArray[np.int64]]:
        """The distinct values as numbers, and which of them stands in each row."""
        encoded = values.combine_chunks().dictionary_encode()
        which = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        return [self._number_of(variable, value) for value in encoded.dictionary.to_pylist()], which

    def _number_of(self, variable: str, value: Any) -> float:
        if isinstance(value, str):
            known = self._codes[variable]
            return known.setdefault(value, float(len(known) + 1))
        # Questions ask for ages in completed years; 44.5 falls into no band and into no gap between two.
        return float(math.floor(value) if VOCABULARY.variable(variable).whole else value)


def _table_of(known: Mapping[tuple[float, ...], int]) -> States:
    sizes = np.array([len(state) for state in known], np.int64)
    values = np.array([value for state in known for value in state], np.float64)
    return States(values, smallest(np.cumsum(sizes) - sizes))


def smallest(numbers: NDArray[Any]) -> Numbers:
    """The same numbers, none below zero, in the smallest type that holds them."""
    largest = int(numbers.max(initial=0))
    return numbers.astype(np.min_scalar_type(largest), copy=False)
