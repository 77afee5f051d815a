"""Questions nobody would think of, and records to try them on.

Few values of few variables, so that questions often speak of the same thing twice and records often fit.
"""

from __future__ import annotations

from hypothesis import strategies as st

from caimera.cohort import And, Condition, Not, Operator, Or, Question, Range, SomeSeries
from caimera.vocabulary import Level

WORDS = {
    "sex": ("female", "male", "other"),
    "condition": ("lung_cancer", "non_small_cell_lung_cancer", "breast_cancer"),
    "modality": ("CT", "MR", "PT"),
    "manufacturer": ("3dhistech", "siemens", "ge"),
}
NUMBERS = {
    "age_at_imaging": (0.0, 39.0, 40.0, 62.0, 70.0, 130.0),
    "age_at_diagnosis": (0.0, 44.0, 45.0, 62.0),
    "year_of_imaging": (1895.0, 1999.0, 2005.0, 2006.0, 2010.0, 2100.0),
    "psa": (0.0, 4.0, 4.5, 10.0),
}
FLAGS = ("has_segmentation",)


def _on_words(variable: str) -> st.SearchStrategy[Condition]:
    one = st.sampled_from(WORDS[variable])
    several = st.lists(one, min_size=1, max_size=3, unique=True).map(tuple)
    return st.one_of(
        st.builds(Condition, st.just(variable), st.sampled_from((Operator.EQUALS, Operator.NOT_EQUALS)), one),
        st.builds(Condition, st.just(variable), st.just(Operator.IN), several, st.booleans()),
        st.builds(Condition, st.just(variable), st.just(Operator.EQUALS), one, st.booleans()),
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
        st.builds(
            Condition, st.just(variable), st.sampled_from((Operator.LOWER_THAN, Operator.GREATER_THAN)), one
        ),
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


def _groups(inner: st.SearchStrategy[Question]) -> st.SearchStrategy[Question]:
    return st.builds(SomeSeries, inner, st.sampled_from((Level.PATIENT, Level.STUDY)))


_written = st.recursive(conditions | st.just(And(())), lambda inner: _rows(inner, 2), max_leaves=4)

written_questions = st.recursive(
    conditions | st.just(And(())) | _groups(_written), lambda inner: _rows(inner, 2), max_leaves=12
)
"""Questions as people write them: every row has at least two parts."""

_any = st.recursive(conditions, lambda inner: _rows(inner, 0), max_leaves=4)

questions = st.recursive(conditions | _groups(_any), lambda inner: _rows(inner, 0), max_leaves=12)
"""Questions of any shape, rows of one and of none included."""

records = st.fixed_dictionaries(
    {
        **{name: st.sampled_from((None, *WORDS[name])) for name in WORDS if name != "condition"},
        "age_at_imaging": st.sampled_from((None, 38.0, 41.0, 64.0, 65.0, *NUMBERS["age_at_imaging"])),
        "year_of_imaging": st.sampled_from((None, 2004.0, 2007.0, *NUMBERS["year_of_imaging"])),
        "age_at_diagnosis": st.lists(st.sampled_from((43.0, 46.0, *NUMBERS["age_at_diagnosis"])), max_size=3),
        "psa": st.lists(st.sampled_from((3.9, 4.1, *NUMBERS["psa"])), max_size=3).map(tuple),
        **{name: st.sampled_from((None, True, False)) for name in FLAGS},
        "condition": st.lists(st.sampled_from((*WORDS["condition"], "sarcoma")), max_size=3).map(tuple),
    }
)
"""Series records, with missing values and with several conditions."""

_OF_PATIENT = ("sex", "condition", "psa", "age_at_diagnosis")
_OF_STUDY = ("age_at_imaging", "year_of_imaging", "has_segmentation")


def _alike(series: list[dict[str, object]]) -> list[dict[str, object]]:
    """Series of one patient in two studies: what patient and studies have in common is made so."""
    first = series[0]
    for number, record in enumerate(series):
        record["study_id"] = number % 2
        record.update({name: first[name] for name in _OF_PATIENT})
        record.update({name: series[number % 2][name] for name in _OF_STUDY})
    return series


patients = st.lists(records, min_size=2, max_size=5).map(_alike)
"""All series of one patient."""
