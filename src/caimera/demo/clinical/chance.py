"""Dice that fall the same way each time, and columns of codes made of what they show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa

from caimera.vocabulary import VOCABULARY

SEED = 20261127
"""Another seed makes other patients."""

Numbers = Any
"""A numpy array, one element a patient."""


class Chance:
    """The dice of one dataset."""

    def __init__(self, dataset_id: UUID) -> None:
        self._dice = np.random.default_rng([SEED, dataset_id.int >> 64, dataset_id.int & (2**64 - 1)])

    def normal(self, count: int) -> Numbers:
        """Around 0, with deviation 1."""
        return self._dice.standard_normal(count)

    def uniform(self, count: int, low: float = 0.0, high: float = 1.0) -> Numbers:
        """Evenly between two numbers."""
        return self._dice.uniform(low, high, count)

    def happens(self, probability: Numbers, count: int) -> Numbers:
        """True as often as the probability says, which may differ from patient to patient."""
        return self._dice.random(count) < probability

    def one_of(self, count: int, choices: int) -> Numbers:
        """Numbers below `choices`, each as likely."""
        return self._dice.integers(0, choices, count)

    def ranked(self, latent: Numbers, shares: Sequence[float]) -> Numbers:
        """The place of each patient on a scale whose steps have these shares, by a latent number."""
        if not len(latent):
            return np.zeros(0, int)
        limits = np.quantile(latent, np.cumsum(shares)[:-1])
        return np.searchsorted(limits, latent)


def likely(latent: Numbers) -> Numbers:
    """A probability from any number (logistic function)."""
    return 1 / (1 + np.exp(-latent))


def codes(variable: str, names: Sequence[str], index: Numbers) -> Any:
    """The codes of the values `names[index]`."""
    known = pa.array([VOCABULARY.variable(variable).value(name).code for name in names], pa.string())
    return known.take(pa.array(index))
