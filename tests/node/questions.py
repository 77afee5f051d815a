"""Random questions over the values of `tests.node.crates`."""

from __future__ import annotations

from hypothesis import strategies as st

from caimera.cohort import And, Condition, Not, Or, Question, Range
from caimera.vocabulary import VOCABULARY, Operator
from tests.node.crates import CHOICES, CONDITIONS

NAMES = {
    **{variable: tuple(name for name in names if name) for variable, names in CHOICES.items()},
    "condition": CONDITIONS,
}
ABSENT = {
    "sex": "other",
    "modality": "US",
    "body_part": "knee",
    "manufacturer": "philips",
    "condition": "glioma",
}
"""A value of the vocabulary that the crates do not hold."""

NUMBERS = {
    "age_at_imaging": (0.0, 39.0, 39.5, 40.0, 55.0, 70.0, 130.0),
    "year_of_imaging": (1990.0, 2008.0, 2015.0, 2016.0, 2020.0),
}


@st.composite
def coded(draw: st.DrawFn) -> Condition:
    variable = draw(st.sampled_from(sorted(NAMES)))
    operator = draw(st.sampled_from([Operator.EQUALS, Operator.NOT_EQUALS, Operator.IN, Operator.MISSING]))
    names = st.sampled_from([*NAMES[variable], ABSENT[variable]])
    if operator is Operator.MISSING:
        return Condition(variable, operator)
    if operator is Operator.IN:
        return Condition(
            variable, operator, tuple(draw(st.lists(names, min_size=1, max_size=3, unique=True)))
        )
    return Condition(variable, operator, draw(names))


@st.composite
def number(draw: st.DrawFn) -> Condition:
    variable = draw(st.sampled_from(sorted(NUMBERS)))
    numbers = st.sampled_from(NUMBERS[variable])
    operator = draw(st.sampled_from(VOCABULARY.variable(variable).operators))
    if operator is Operator.MISSING:
        return Condition(variable, operator)
    if operator is Operator.IN:
        return Condition(
            variable, operator, tuple(draw(st.lists(numbers, min_size=1, max_size=3, unique=True)))
        )
    if operator is Operator.BETWEEN:
        low, high = sorted((draw(numbers), draw(numbers)))
        ends = draw(st.sampled_from([(low, high), (low, None), (None, high)]))
        return Condition(variable, operator, Range(*ends))
    return Condition(variable, operator, draw(numbers))


@st.composite
def truth(draw: st.DrawFn) -> Condition:
    operator = draw(st.sampled_from([Operator.EQUALS, Operator.NOT_EQUALS, Operator.MISSING]))
    value = None if operator is Operator.MISSING else draw(st.booleans())
    return Condition("has_segmentation", operator, value)


def _combined(inner: st.SearchStrategy[Question]) -> st.SearchStrategy[Question]:
    several = st.lists(inner, max_size=4).map(tuple)
    return st.one_of(several.map(And), several.map(Or), inner.map(Not))


questions: st.SearchStrategy[Question] = st.recursive(
    st.one_of(coded(), number(), truth()), _combined, max_leaves=8
)
