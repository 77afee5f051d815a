"""Noise, limits, memory, parts and budgets, each by itself."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from math import exp
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caimera.disclosure import (
    Earlier,
    Following,
    Found,
    Guard,
    Noisy,
    Policy,
    Settled,
    Spent,
    discrete_laplace,
    first_day,
    followed,
    left,
    seed_of,
    settle,
    why_withheld,
)
from tests.disclosure.hospital import Asked, joined, leaf, parts_of, text_of

POLICY = Policy()
HERE, THERE = UUID(int=1), UUID(int=2)
GUARD = Guard(POLICY, b"key", HERE)
SEED = bytes(range(32))
FORTY_ONE = Noisy(41)


def first(number: int) -> int:
    """The first patients."""
    return (1 << number) - 1


def seeds(number: int) -> list[bytes]:
    return [seed_of(b"key", question=str(n), dataset_id=HERE, digest="1") for n in range(number)]


def test_noise_has_the_distribution_it_claims() -> None:
    drawn = Counter(discrete_laplace(0.28, seed, "subjects") for seed in seeds(40_000))
    p = exp(-0.28)
    for n in range(-12, 13):
        expected = (1 - p) / (1 + p) * p ** abs(n)
        assert drawn[n] / 40_000 == pytest.approx(expected, abs=0.006)


def test_the_seed_follows_key_question_dataset_and_version_alone() -> None:
    made = {
        Guard(POLICY, key, dataset).seed(question, digest)
        for key in (b"a", b"b")
        for question in ("sex = male", "sex = female")
        for dataset in (HERE, THERE)
        for digest in ("1", "2")
    }
    assert len(made) == 16
    assert GUARD.seed("q", "1") == seed_of(b"key", question="q", dataset_id=HERE, digest="1")


def test_what_is_counted_of_one_question_has_noise_of_its_own() -> None:
    draws = [[discrete_laplace(0.28, seed, what) for seed in seeds(50)] for what in ("subjects", "studies")]
    assert draws[0] != draws[1]


@given(st.sets(st.integers(0, 400), max_size=30))
def test_limits_are_drawn_between_the_minimum_and_twice_that(places: set[int]) -> None:
    patients = sum(1 << place for place in places)
    if len(places) < 10:
        assert GUARD.too_small(patients)
    if len(places) >= 20:
        assert not GUARD.too_small(patients)
    assert GUARD.near(patients) == GUARD.too_small(patients)  # the same radius, the same patients


@pytest.mark.parametrize(("size", "hidden"), [(10, 0.9), (14, 0.5), (18, 0.1)])
def test_above_the_minimum_fewer_and_fewer_are_hidden(size: int, hidden: float) -> None:
    groups = [first(size) << size * number for number in range(2_000)]
    assert sum(map(GUARD.too_small, groups)) / 2_000 == pytest.approx(hidden, abs=0.04)


def test_swapping_one_of_many_patients_seldom_draws_the_limit_again() -> None:
    kept = [
        GUARD.too_small(first(14) << 20 * number)
        == GUARD.too_small((first(13) << 20 * number) | 1 << 19 + 20 * number)
        for number in range(1_000)
    ]
    assert sum(kept) / 1_000 > 0.9


@given(
    st.integers(0, 9), st.lists(st.integers(0, 2**40 - 1), max_size=5), st.binary(min_size=32, max_size=32)
)
def test_whatever_was_asked_before_a_small_set_gets_no_number(
    size: int, sets: list[int], seed: bytes
) -> None:
    earlier = [Earlier(patients, Noisy(patients.bit_count() + 3)) for patients in sets]
    assert settle(Found(first(size)), earlier, guard=GUARD, seed=lambda: seed) == Settled(
        None, remembered=False
    )


@given(st.integers(0, 2**60 - 1), st.sets(st.integers(0, 59), max_size=9))
def test_a_set_less_than_the_overlap_away_gets_the_earlier_answer(patients: int, changed: set[int]) -> None:
    other = patients ^ sum(1 << bit for bit in changed)
    settled = settle(Found(other), [Earlier(patients, FORTY_ONE)], guard=GUARD, seed=lambda: SEED)
    assert settled == Settled(FORTY_ONE if other.bit_count() >= 10 else None, remembered=False)


def test_a_set_far_away_gets_noise_of_its_own_and_is_remembered() -> None:
    settled = settle(Found(first(80)), [Earlier(first(100), FORTY_ONE)], guard=GUARD, seed=lambda: SEED)
    noisy = 80 + discrete_laplace(0.28, SEED, "subjects")
    assert settled == Settled(Noisy(noisy), remembered=True)


def test_the_oldest_of_several_near_sets_answers() -> None:
    earlier = [Earlier(first(91), Noisy(1_000)), Earlier(first(100), Noisy(2_000))]
    settled = settle(Found(first(99)), earlier, guard=GUARD, seed=lambda: SEED)
    assert settled.noisy == Noisy(1_000)


def test_a_set_that_is_hidden_above_the_minimum_is_remembered_as_hidden() -> None:
    hidden = next(patients for patients in (first(12) << n for n in range(50)) if GUARD.too_small(patients))
    settled = settle(Found(hidden), [], guard=GUARD, seed=lambda: SEED)
    assert settled == Settled(None, remembered=True)
    more = hidden | first(5) << 100
    assert settle(Found(more), [Earlier(hidden, None)], guard=GUARD, seed=lambda: SEED).noisy is None


def test_clipped_studies_get_noise_as_wide_as_a_patient_moves_them() -> None:
    guard = Guard(Policy(studies_clip=4), b"key", HERE)
    noisy = settle(Found(first(80), studies=150, series=900), [], guard=guard, seed=lambda: SEED).noisy
    assert noisy is not None
    assert noisy.studies == 150 + discrete_laplace(0.07, SEED, "studies")
    assert noisy.series is None


def answered(asked: Asked, guard: Guard = GUARD) -> Asked:
    following: Following[Asked] = followed(
        asked, asked.patients, parts_of=parts_of, text_of=text_of, guard=guard
    )
    sets: Sequence[int] | None = None
    while True:
        try:
            sets = [one.patients for one in following.send(sets)]  # type: ignore[arg-type]
        except StopIteration as end:
            question, patients = end.value
            assert question.patients == patients
            return question


MEN, WOMEN = leaf("men", first(100)), leaf("women", first(100) << 100)
OLD = leaf("old", first(30) << 85)
ONE = joined("and", [leaf("cell", 1 << 300 | 1 << 301), leaf("bit", first(301))])


@pytest.mark.parametrize(
    ("asked", "same_as"),
    [
        (joined("or", [MEN, ONE]), MEN),
        (joined("or", [MEN, WOMEN, ONE]), joined("or", [MEN, WOMEN])),
        (joined("and", [joined("or", [MEN, ONE]), joined("or", [MEN, WOMEN, ONE])]), MEN),
        (joined("or", [MEN, joined("and", [MEN, OLD])]), MEN),
        (joined("in", [MEN, leaf("rare", 7 << 400)]), MEN),
        (joined("and", [MEN, leaf("other than one", ~1 & first(200))]), MEN),
        (joined("and", [MEN, joined("or", [WOMEN, leaf("men but one", first(99))])]), MEN),
    ],
)
def test_a_part_that_matters_to_few_is_not_followed(asked: Asked, same_as: Asked) -> None:
    assert answered(asked).text == same_as.text


def test_parts_that_matter_are_followed() -> None:
    old_or_women = joined("or", [OLD, WOMEN])
    for asked in (MEN, joined("or", [MEN, WOMEN]), joined("and", [old_or_women, leaf("some", first(150))])):
        assert answered(asked) is asked


def test_branches_are_left_out_however_many_there_are() -> None:
    everyone = leaf("everyone", first(600))
    cells = [joined("and", [leaf(f"cell {n}", first(5) << 300 + 5 * n), everyone]) for n in range(12)]
    assert answered(joined("or", [MEN, *cells])) is MEN


def test_conditions_are_left_out_only_while_all_together_change_little() -> None:
    mild = [leaf(f"mild {n}", first(100) & ~(first(6) << 6 * n)) for n in range(10)]
    asked = joined("and", mild)
    kept = answered(asked)
    assert (kept.patients ^ asked.patients).bit_count() < 20
    assert kept is not asked


def test_what_changes_nothing_stays_unless_something_hides_behind_it() -> None:
    alike = joined("and", [MEN, leaf("the same", first(100))])
    assert answered(alike) is alike
    # "or" with women, of whom the second bracket only says that they are not men:
    other = joined("or", [MEN, joined("and", [leaf("not men", ~first(100) & first(200)), WOMEN])])
    assert "not men" not in answered(other).text or "women" not in answered(other).text


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
