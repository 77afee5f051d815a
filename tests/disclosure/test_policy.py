"""Policies, and what is released under them, number by number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caimera.disclosure import (
    Exact,
    Noisy,
    Policy,
    PolicyError,
    as_counted,
    as_settled,
    broken_down,
    in_words,
    total,
)
from caimera.protocol.messages import Count, CountKind

PROTECTED = Policy()
HIDDEN = Count(kind=CountKind.FEWER_THAN, bound=10)
WITHHELD = Count(kind=CountKind.WITHHELD)


def exact(number: int) -> Count:
    return Count(kind=CountKind.EXACT, value=number)


def rounded(number: int, step: int = 5) -> Count:
    return Count(kind=CountKind.ROUNDED, value=number, step=step)


def test_an_open_dataset_tells_what_was_counted() -> None:
    released = as_counted(Exact(subjects=3, studies=7, series=0))
    assert (released.subjects, released.studies, released.series) == (exact(3), exact(7), exact(0))


@pytest.mark.parametrize("noisy", [None, *(Noisy(n, 40, 800) for n in (-40, 0, 9))])
def test_below_the_minimum_the_answer_is_one_also_after_noise(noisy: Noisy | None) -> None:
    told = as_settled(noisy, Policy(studies_clip=3, series_clip=9))
    assert (told.subjects, told.studies, told.series) == (HIDDEN, WITHHELD, WITHHELD)
    assert told.subjects.model_dump_json() == '{"kind":"fewer_than","value":null,"step":null,"bound":10}'


@pytest.mark.parametrize(
    ("noisy", "told"), [(10, 10), (12, 10), (13, 15), (17, 15), (18, 20), (22, 20), (23, 25)]
)
def test_from_ten_on_the_nearest_five_is_told(noisy: int, told: int) -> None:
    assert as_settled(Noisy(noisy), PROTECTED).subjects == rounded(told)


@given(st.integers(10, 10_000_000))
def test_a_told_number_is_a_step_within_half_a_step_and_never_below_the_minimum(noisy: int) -> None:
    value = as_settled(Noisy(noisy), PROTECTED).subjects.value
    assert value is not None
    assert value % 5 == 0
    assert abs(value - noisy) <= 2
    assert value >= 10


def test_studies_and_series_are_told_only_where_the_holder_clips_them() -> None:
    noisy = Noisy(500, 902, -3)
    assert as_settled(noisy, PROTECTED).studies == as_settled(noisy, PROTECTED).series == WITHHELD
    told = as_settled(noisy, Policy(studies_clip=3, series_clip=9))
    assert (told.studies, told.series) == (rounded(900), rounded(0))
    assert as_settled(Noisy(500), Policy(studies_clip=3)).studies == WITHHELD  # settled before it was clipped


@pytest.mark.parametrize(
    ("minimum", "step", "noisy", "told"), [(12, 4, 14, 16), (2, 1, 2, 2), (20, 10, 25, 30)]
)
def test_a_holder_may_choose_other_numbers(minimum: int, step: int, noisy: int, told: int) -> None:
    policy = Policy("protected", minimum=minimum, step=step)
    assert as_settled(Noisy(noisy), policy).subjects == rounded(told, step)
    assert as_settled(Noisy(minimum - 1), policy).subjects.bound == minimum


@pytest.mark.parametrize(
    "numbers",
    [
        *({"minimum": 1, "step": 1}, {"minimum": 0}, {"step": 0}, {"step": 3}, {"minimum": 5, "step": 10}),
        *({"step": -5}, {"minimum": 2_000}, {"epsilon": 0.0}, {"epsilon": 1.5}, {"overlap": 1}),
        *({"overlap": 5_000}, {"weekly_per_person": -1}, {"weekly_in_all": 2_000_000}),
        *({"studies_clip": 0}, {"series_clip": 20_000}),
    ],
)
def test_numbers_that_protect_nobody_are_refused(numbers: dict[str, int]) -> None:
    with pytest.raises(PolicyError):
        Policy(**numbers)  # type: ignore[arg-type]


def test_an_unknown_policy_is_refused_not_taken_for_open() -> None:
    with pytest.raises(PolicyError, match="use open or protected"):
        Policy("public")  # type: ignore[arg-type]


def test_a_policy_says_itself_in_sentences() -> None:
    assert in_words(Policy("open")) == ("Exact numbers of subjects, studies and series are told.",)
    said = " ".join(in_words(Policy(minimum=20, studies_clip=3, series_clip=8, weekly_in_all=90)))
    for piece in ("Fewer than 20", "up to 39", "epsilon 0.28", "3 studies and 8 series", "90 in all"):
        assert piece in said
    assert "Studies and series are not told." in in_words(PROTECTED)


def test_a_value_that_alone_is_hidden_takes_the_smallest_with_it() -> None:
    noisy = [Noisy(60), None, Noisy(31), Noisy(44)]
    assert broken_down(noisy, PROTECTED) == (rounded(60), HIDDEN, HIDDEN, rounded(45))


@pytest.mark.parametrize(
    ("noisy", "told"),
    [
        ([Noisy(60), None, None], (rounded(60), HIDDEN, HIDDEN)),
        ([Noisy(60), Noisy(20)], (rounded(60), rounded(20))),
        ([None], (HIDDEN,)),
        ([None, Noisy(20)], (HIDDEN, HIDDEN)),
        ([], ()),
    ],
)
def test_other_breakdowns_are_told_value_by_value(noisy: list[Noisy | None], told: tuple[Count, ...]) -> None:
    assert broken_down(noisy, PROTECTED) == told


@given(st.lists(st.none() | st.integers(-5, 300).map(Noisy), max_size=12))
def test_never_is_one_value_hidden_alone(noisy: list[Noisy | None]) -> None:
    counts = broken_down(noisy, PROTECTED)
    hidden = sum(count == HIDDEN for count in counts)
    assert hidden != 1 or len(counts) == 1


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([], exact(0)),
        ([exact(0)], exact(0)),
        ([exact(2), exact(3)], exact(5)),
        ([exact(2), rounded(10)], Count(kind=CountKind.APPROXIMATE, value=12)),
        ([rounded(10), rounded(15)], Count(kind=CountKind.APPROXIMATE, value=25)),
        ([exact(2), HIDDEN], Count(kind=CountKind.APPROXIMATE, value=2)),
        ([exact(0), HIDDEN], Count(kind=CountKind.APPROXIMATE, value=0)),
        ([exact(2), WITHHELD], Count(kind=CountKind.APPROXIMATE, value=2)),
        ([HIDDEN], WITHHELD),
        ([HIDDEN, WITHHELD], WITHHELD),
        ([WITHHELD], WITHHELD),
    ],
)
def test_a_total_adds_what_was_released_and_says_what_it_is(parts: list[Count], expected: Count) -> None:
    assert total(parts) == expected


counts = st.one_of(
    st.integers(0, 500).map(exact),
    st.integers(2, 100).map(lambda n: rounded(5 * n)),
    st.sampled_from([HIDDEN, WITHHELD]),
)


@given(st.lists(counts, min_size=1), st.lists(counts, min_size=1))
def test_a_total_of_totals_is_the_total(left: list[Count], right: list[Count]) -> None:
    assert total([total(left), total(right)]).value == total([*left, *right]).value
    assert total([total(left), total(right)]).kind == total([*left, *right]).kind
