"""The whole of the first disclosure control, number by number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caimera.disclosure import Exact, Policy, PolicyError, release, total
from caimera.protocol.messages import Count, CountKind

OPEN = Policy("open")
PROTECTED = Policy("protected")
HIDDEN = Count(kind=CountKind.FEWER_THAN, bound=10)
WITHHELD = Count(kind=CountKind.WITHHELD)


def exact(number: int) -> Count:
    return Count(kind=CountKind.EXACT, value=number)


def rounded(number: int) -> Count:
    return Count(kind=CountKind.ROUNDED, value=number, step=5)


def test_an_open_dataset_tells_what_was_counted() -> None:
    released = release(Exact(subjects=3, studies=7, series=0), OPEN)
    assert (released.subjects, released.studies, released.series) == (exact(3), exact(7), exact(0))


def test_zero_to_nine_subjects_are_indistinguishable_whatever_they_brought() -> None:
    answers = {
        release(Exact(subjects=subjects, studies=studies, series=series), PROTECTED)
        for subjects in range(10)
        for studies in (0, 1, 12, 4000)
        for series in (0, 1, 60, 90_000)
    }
    assert {answer.subjects for answer in answers} == {HIDDEN}
    assert len(answers) == 1


def test_the_hidden_answer_carries_no_number_in_its_text() -> None:
    zero = release(Exact(0, 0, 0), PROTECTED).subjects.model_dump_json()
    nine = release(Exact(9, 40, 800), PROTECTED).subjects.model_dump_json()
    assert zero == nine == '{"kind":"fewer_than","value":null,"step":null,"bound":10}'


@pytest.mark.parametrize(
    ("subjects", "told"),
    [
        (10, 10),
        (11, 10),
        (12, 10),
        (13, 15),
        (14, 15),
        (15, 15),
        (16, 15),
        (17, 15),
        (18, 20),
        (22, 20),
        (23, 25),
    ],
)
def test_from_ten_on_the_nearest_five_is_told(subjects: int, told: int) -> None:
    assert release(Exact(subjects, 99, 99), PROTECTED).subjects == rounded(told)


def test_studies_and_series_of_a_protected_dataset_are_withheld() -> None:
    released = release(Exact(5000, 5001, 90_000), PROTECTED)
    assert (released.studies, released.series) == (WITHHELD, WITHHELD)


@given(st.integers(10, 10_000_000))
def test_a_told_number_is_a_step_within_half_a_step_and_never_below_the_minimum(subjects: int) -> None:
    count = release(Exact(subjects, 0, 0), PROTECTED).subjects
    assert count.value is not None
    assert count.value % 5 == 0
    assert abs(count.value - subjects) <= 2
    assert count.value >= 10


@given(st.integers(10, 1_000_000), st.integers(0, 100), st.integers(0, 100))
def test_the_answer_depends_on_subjects_alone(subjects: int, studies: int, series: int) -> None:
    assert release(Exact(subjects, studies, series), PROTECTED) == release(Exact(subjects, 0, 0), PROTECTED)


@pytest.mark.parametrize(
    ("minimum", "step", "subjects", "told"), [(12, 4, 14, 16), (2, 1, 2, 2), (20, 10, 25, 30)]
)
def test_a_holder_may_choose_other_numbers(minimum: int, step: int, subjects: int, told: int) -> None:
    policy = Policy("protected", minimum=minimum, step=step)
    assert release(Exact(subjects, 0, 0), policy).subjects == Count(
        kind=CountKind.ROUNDED, value=told, step=step
    )
    below = release(Exact(minimum - 1, 0, 0), policy).subjects
    assert below == Count(kind=CountKind.FEWER_THAN, bound=minimum)


@pytest.mark.parametrize(("minimum", "step"), [(1, 1), (0, 5), (10, 0), (10, 3), (5, 10), (10, -5)])
def test_numbers_that_protect_nobody_are_refused(minimum: int, step: int) -> None:
    with pytest.raises(PolicyError, match="multiple of the step"):
        Policy("protected", minimum=minimum, step=step)


def test_an_unknown_policy_is_refused_not_taken_for_open() -> None:
    with pytest.raises(PolicyError, match="use open or protected"):
        Policy("public")  # type: ignore[arg-type]


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


@given(st.lists(st.integers(0, 9), min_size=1), st.lists(st.integers(0, 9), min_size=1))
def test_totals_do_not_tell_small_groups_apart(left: list[int], right: list[int]) -> None:
    said = [total(release(Exact(n, n, n), PROTECTED).subjects for n in numbers) for numbers in (left, right)]
    assert said[0] == said[1]
