"""Noise, overlap, bands and budgets, each by itself."""

from collections import Counter
from datetime import date
from math import exp
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caimera.disclosure import (
    Earlier,
    Policy,
    PolicyError,
    Settled,
    Spent,
    as_settled,
    discrete_laplace,
    first_day,
    left,
    seed_of,
    settle,
    why_withheld,
    widened,
)
from caimera.protocol.messages import CountKind

POLICY = Policy()
HERE, THERE = UUID(int=1), UUID(int=2)
SEED = bytes(range(32))


def seeds(number: int) -> list[bytes]:
    return [seed_of(b"key", question=str(n), dataset_id=HERE, digest="1") for n in range(number)]


def test_noise_has_the_distribution_it_claims() -> None:
    drawn = Counter(discrete_laplace(0.28, seed) for seed in seeds(40_000))
    p = exp(-0.28)
    for n in range(-12, 13):
        expected = (1 - p) / (1 + p) * p ** abs(n)
        assert drawn[n] / 40_000 == pytest.approx(expected, abs=0.006)


def test_the_seed_follows_key_question_dataset_and_version_alone() -> None:
    made = {
        seed_of(key, question=question, dataset_id=dataset, digest=digest)
        for key in (b"a", b"b")
        for question in ("sex = male", "sex = female")
        for dataset in (HERE, THERE)
        for digest in ("1", "2")
    }
    assert len(made) == 16
    assert seed_of(b"a", question="q", dataset_id=HERE, digest="1") == seed_of(
        b"a", question="q", dataset_id=HERE, digest="1"
    )


@given(
    st.integers(0, 9), st.lists(st.integers(0, 2**40 - 1), max_size=5), st.binary(min_size=32, max_size=32)
)
def test_whatever_was_asked_before_a_small_set_gets_no_number(
    size: int, sets: list[int], seed: bytes
) -> None:
    earlier = [Earlier(patients, patients.bit_count() + 3) for patients in sets]
    assert settle((1 << size) - 1, earlier, policy=POLICY, seed=seed).noisy is None


@given(st.integers(0, 2**60 - 1), st.sets(st.integers(0, 59), max_size=9))
def test_a_set_less_than_the_overlap_away_gets_the_earlier_answer(patients: int, changed: set[int]) -> None:
    other = patients ^ sum(1 << bit for bit in changed)
    settled = settle(other, [Earlier(patients, 41)], policy=POLICY, seed=SEED)
    assert settled == Settled(41 if other.bit_count() >= 10 else None, remembered=False)


def test_a_set_the_overlap_away_gets_noise_of_its_own_and_is_remembered() -> None:
    hundred = (1 << 100) - 1
    settled = settle(hundred >> 10, [Earlier(hundred, 41)], policy=POLICY, seed=SEED)
    assert settled == Settled(90 + discrete_laplace(0.28, SEED), remembered=True)


def test_the_oldest_of_several_near_sets_answers() -> None:
    hundred = (1 << 100) - 1
    earlier = [Earlier(hundred >> 9, 1_000), Earlier(hundred, 2_000)]
    assert settle(hundred >> 1, earlier, policy=POLICY, seed=SEED).noisy == 1_000


@pytest.mark.parametrize("noisy", [None, -40, 0, 9])
def test_below_the_minimum_the_answer_is_one_also_after_noise(noisy: int | None) -> None:
    assert as_settled(noisy, POLICY) == as_settled(None, POLICY)
    assert as_settled(noisy, POLICY).subjects.kind is CountKind.FEWER_THAN


@given(st.floats(0, 130), st.floats(0, 130))
def test_a_range_is_widened_outward_to_whole_bands(one: float, other: float) -> None:
    low, high = widened(min(one, other), max(one, other))
    assert low is not None
    assert high is not None
    assert low <= min(one, other)
    assert high + 1 > max(one, other)
    assert (low % 5, high % 5) == (0, 4)
    assert widened(low, high) == (low, high)


def test_open_ends_stay_open() -> None:
    assert (widened(None, 42), widened(43, None), widened(2015, 2016)) == (
        (None, 44),
        (40, None),
        (2015, 2019),
    )


@pytest.mark.parametrize(
    ("spent", "remaining", "said"),
    [
        (Spent(), 50, ""),
        (Spent(49, 49), 1, ""),
        (Spent(50, 50), 0, "Your 50 questions"),
        (Spent(3, 499), 1, ""),
        (Spent(3, 500), 0, "The 500 questions that everyone"),
        (Spent(60, 600), 0, "Your 50 questions"),
    ],
)
def test_a_budget_is_a_persons_and_everyones(spent: Spent, remaining: int, said: str) -> None:
    assert left(spent, POLICY) == remaining
    assert why_withheld(spent, POLICY).startswith(said)
    assert bool(why_withheld(spent, POLICY)) is (remaining == 0)


def test_a_budget_counts_seven_days() -> None:
    assert first_day(date(2026, 11, 23)) == date(2026, 11, 17)


@pytest.mark.parametrize(
    "numbers", [{"epsilon": 0.0}, {"epsilon": 1.5}, {"overlap": 1}, {"weekly_per_person": -1}]
)
def test_numbers_that_protect_nobody_are_refused(numbers: dict[str, float]) -> None:
    with pytest.raises(PolicyError):
        Policy(**numbers)  # type: ignore[arg-type]
