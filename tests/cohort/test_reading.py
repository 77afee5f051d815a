"""Reading against a variable the vocabulary does not have yet."""

from __future__ import annotations

import dataclasses

import pytest

from caimera.cohort import Condition, Not
from caimera.cohort.errors import Misreading
from caimera.cohort.reading import read_condition
from caimera.vocabulary import VOCABULARY, Operator

NEVER_MISSING = dataclasses.replace(VOCABULARY.variable("sex"), operators=(Operator.EQUALS, Operator.IN))
UNBOUNDED = dataclasses.replace(VOCABULARY.variable("age_at_imaging"), minimum=None, maximum=None)
FROM_ZERO = dataclasses.replace(UNBOUNDED, minimum=0.0)
UP_TO_NINE = dataclasses.replace(UNBOUNDED, maximum=9.0)


def test_unknown_is_refused_where_nothing_can_be_missing() -> None:
    for operator, raw in ((Operator.EQUALS, "unknown"), (Operator.IN, ["male", "unknown"])):
        with pytest.raises(Misreading, match="sex is never missing"):
            read_condition(NEVER_MISSING, operator, raw)


def test_numbers_without_bounds() -> None:
    assert read_condition(UNBOUNDED, Operator.EQUALS, -7) == Condition(
        "age_at_imaging", Operator.EQUALS, -7.0
    )
    with pytest.raises(Misreading, match="age_at_imaging is a number that can be counted with"):
        read_condition(UNBOUNDED, Operator.EQUALS, float("inf"))
    with pytest.raises(Misreading, match="age_at_imaging is at least 0"):
        read_condition(FROM_ZERO, Operator.EQUALS, -1)
    with pytest.raises(Misreading, match="age_at_imaging is at most 9"):
        read_condition(UP_TO_NINE, Operator.EQUALS, 10)


def test_unknown_other_than_is_recorded() -> None:
    sex = VOCABULARY.variable("sex")
    assert read_condition(sex, Operator.NOT_EQUALS, "unknown") == Not(Condition("sex", Operator.MISSING))


def test_a_range_is_a_pair_of_ends() -> None:
    with pytest.raises(Misreading, match="BETWEEN needs a range"):
        read_condition(FROM_ZERO, Operator.BETWEEN, 40)
