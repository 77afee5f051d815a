"""What the benchmarks share: rounds, percentiles, and one way of printing them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

QUESTIONS = {
    "four conditions": (
        "modality = CT and body_part = chest and sex = male and age_at_imaging between 40 and 70"
    ),
    "CT and chest": "modality = CT and body_part = chest",
}


def rounds(
    act: Callable[[], object], *, times: int, warm_up: int = 2, clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """How long an act took by the clock, in milliseconds, after a warm-up that is not counted."""
    for _ in range(warm_up):
        act()
    return [timed(act, clock) for _ in range(times)]


def timed(act: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """How long an act took by the clock, in milliseconds."""
    started = clock()
    act()
    return (clock() - started) * 1000


def percentiles(samples: list[float]) -> tuple[float, float]:
    """The median and the 95th percentile."""
    return statistics.median(samples), statistics.quantiles(samples, n=20)[-1]


def show(name: str, samples: list[float]) -> None:
    """Print one line of figures."""
    median, high = percentiles(samples)
    print(f"  {name:<58} p50 {median:8.1f} ms   p95 {high:8.1f} ms   n={len(samples)}")


def show_ratio(name: str, peer: float, ours: float) -> None:
    """Print how many times smaller our figure is than the peer's or the limit's."""
    print(f"  {name:<58} {peer / ours:8.1f} x")
