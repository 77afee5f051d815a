"""Questions nobody would think of, and records to try them on.

Few values of few variables, so that questions often speak of the same thing twice and records often fit.
"""

from __future__ import annotations

from hypothesis import strategies as st

from caimera.cohort import And, Condition, Not, Operator, Or, Question, Range

WORDS = {
    "sex": ("female", "male", "other"),
    "condition": ("lung_cancer", "colon_cancer", "breast_cancer"),
    "modality": ("CT", "MR", "PT"),
    "manufacturer": ("3dhistech", "siemens", "ge"),
}
NUMBERS = {"age_at_imaging": (0.0, 39.5, 40.0, 62.25, 70.0), "year_of_imaging": (1999.0, 2005.0, 2010.0)}
FLAGS = ("has_segmentation",)


def _on_words(variable: str) -> st.SearchStrategy[Condition]:
    one = st.sampled_from(WORDS[variable])
    several = st.lists(one, min_size=1, max_size=3, unique=True).map(tuple)
    return st.one_of(
        st.builds(Condition, st.just(variable), st.sampled_from((Operator.EQUALS, Operator.NOT_EQUALS)), one),
        st.builds(Condition, st.just(variable), st.just(Operator.IN), several),
        st.just(Condition(variable, Operator.MISSING)),
    )


def _ranges(numbers: tuple[float, ...]) -> st.SearchStrategy[Range]:
    ends = st.tuples(st.sampled_from((None, *numbers)), st.sampled_from((None, *numbers)))
    return ends.filter(lambda pair: pair != (None, None)).map(_ordered)


def _ordered(ends: tuple[float | None, float | None]) -> Range:
    low, high = ends
    return Range(low, high) if low is None or high is None else Range(min(low, high), max(low, high))


def _on_numbers(variable: str) -> st.SearchStrategy[Condition]:
    one = st.sampled_from(NUMBERS[variable])
    several = st.lists(one, min_size=1, max_size=3, unique=True).map(tuple)
    return st.one_of(
        st.builds(Condition, st.just(variable), st.sampled_from((Operator.EQUALS, Operator.NOT_EQUALS)), one),
        st.builds(Condition, st.just(variable), st.just(Operator.IN), several),
        st.builds(Condition, st.just(variable), st.just(Operator.BETWEEN), _ranges(NUMBERS[variable])),
        st.just(Condition(variable, Operator.MISSING)),
    )


def _on_flags(variable: str) -> st.SearchStrategy[Condition]:
    operators = st.sampled_from((Operator.EQUALS, Operator.NOT_EQUALS))
    return st.one_of(
        st.builds(Condition, st.just(variable), operators, st.booleans()),
        st.just(Condition(variable, Operator.MISSING)),
    )


conditions = st.one_of(*map(_on_words, WORDS), *map(_on_numbers, NUMBERS), *map(_on_flags, FLAGS))


literals = conditions | conditions.filter(lambda one: one.operator is not Operator.NOT_EQUALS).map(Not)
"""Conditions and their negations, those left out that stand for two."""


def _rows(inner: st.SearchStrategy[Question], smallest: int) -> st.SearchStrategy[Question]:
    parts = st.lists(inner, min_size=smallest, max_size=4).map(tuple)
    return st.one_of(st.builds(And, parts), st.builds(Or, parts), st.builds(Not, inner))


written_questions = st.recursive(conditions | st.just(And(())), lambda inner: _rows(inner, 2), max_leaves=12)
"""Questions as people write them: every row has at least two parts."""

questions = st.recursive(conditions, lambda inner: _rows(inner, 0), max_leaves=12)
"""Questions of any shape, rows of one and of none included."""

records = st.fixed_dictionaries(
    {
        **{name: st.sampled_from((None, *WORDS[name])) for name in WORDS if name != "condition"},
        **{name: st.sampled_from((None, 41.0, 2007.0, *NUMBERS[name])) for name in NUMBERS},
        **{name: st.sampled_from((None, True, False)) for name in FLAGS},
        "condition": st.lists(st.sampled_from((*WORDS["condition"], "sarcoma")), max_size=3).map(tuple),
    }
)
"""Series records, with missing values and with several conditions."""
