"""Answering from memory what is too near to something answered before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from caimera.disclosure.noise import discrete_laplace
from caimera.disclosure.policy import Policy


@dataclass(frozen=True, slots=True)
class Earlier:
    """A set of patients that was answered, a bit each, and its number with noise.

    `noisy` is None where the set was smaller than the minimum then. Secret: it never leaves the node.
    """

    patients: int
    noisy: int | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What a question gets; `remembered` says that its own set is to be kept."""

    noisy: int | None
    remembered: bool


def settle(patients: int, earlier: Iterable[Earlier], *, policy: Policy, seed: bytes) -> Settled:
    """Settle a question that was not asked before; `earlier` are the sets of the dataset, oldest first.

    Only sets whose size is less than `policy.overlap` away can matter, others may be left out. A set below
    the minimum is never given a number, not even an earlier one's.
    """
    size = patients.bit_count()
    near = next((one for one in earlier if (one.patients ^ patients).bit_count() < policy.overlap), None)
    if size < policy.minimum:
        return Settled(None, remembered=near is None)
    if near is not None:
        return Settled(near.noisy, remembered=False)
    return Settled(size + discrete_laplace(policy.epsilon, seed), remembered=True)
