"""Answering from memory what is too near to something answered before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from caimera.disclosure.guard import Guard
from caimera.disclosure.noise import discrete_laplace
from caimera.disclosure.releasing import Noisy


@dataclass(frozen=True, slots=True)
class Found:
    """What a question found: a set of patients, a bit each, and how many studies and series they have
    together, each patient's clipped; None where the policy tells none. Secret: it never leaves the node."""

    patients: int
    studies: int | None = None
    series: int | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """A set of patients that was answered, and its numbers with noise, None where it was too small."""

    patients: int
    noisy: Noisy | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What a question gets; `remembered` says that its own set is to be kept."""

    noisy: Noisy | None
    remembered: bool


def settle(found: Found, earlier: Iterable[Earlier], *, guard: Guard, seed: Callable[[], bytes]) -> Settled:
    """Settle a question that was not asked before; `earlier` are the sets of the dataset, oldest first.

    Only sets whose size is less than twice the overlap away can matter, others may be left out. A set below
    the minimum is never given a number, not even an earlier one's. `seed` is called where noise is drawn.
    """
    patients = found.patients
    if patients.bit_count() < guard.policy.minimum:
        return Settled(None, remembered=False)
    near = next((one for one in earlier if guard.near(one.patients ^ patients)), None)
    if near is not None:
        return Settled(near.noisy, remembered=False)
    if guard.too_small(patients):
        return Settled(None, remembered=True)
    return Settled(_with_noise(found, guard, seed()), remembered=True)


def _with_noise(found: Found, guard: Guard, seed: bytes) -> Noisy:
    policy = guard.policy
    return Noisy(
        found.patients.bit_count() + discrete_laplace(policy.epsilon, seed, "subjects"),
        _clipped(found.studies, policy.studies_clip, policy.epsilon, seed, "studies"),
        _clipped(found.series, policy.series_clip, policy.epsilon, seed, "series"),
    )


def _clipped(number: int | None, clip: int | None, epsilon: float, seed: bytes, what: str) -> int | None:
    """One patient moves the number by up to `clip`, so the noise is that much wider."""
    if number is None or clip is None:
        return None
    return number + discrete_laplace(epsilon / clip, seed, what)
