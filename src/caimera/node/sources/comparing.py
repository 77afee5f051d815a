"""A condition becomes a test of the states of its variable, an array of truth with one place a state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np
from numpy.typing import NDArray

from caimera.cohort import Condition, Range
from caimera.cohort.question import written_out
from caimera.node.sources.states import States
from caimera.vocabulary import VOCABULARY, Kind, Operator

Truth = NDArray[np.bool_]


def states_that_fit(condition: Condition, states: States, codes: Mapping[str, float]) -> Truth:
    """Whether each state, from 0 on, makes the condition true; `codes` numbers the variable's codes."""
    condition = written_out(condition)
    fit = np.zeros(len(states.starts) + 1, np.bool_)
    match condition.operator:
        case Operator.MISSING:
            fit[0] = True
        case Operator.NOT_EQUALS:
            fit[1:] = ~_some(np.isin(states.values, _numbers(condition, codes)), states)
        case _:
            fit[1:] = _some(_values_that_fit(condition, states.values, codes), states)
    return fit


def _some(of_values: Truth, states: States) -> Truth:
    return np.logical_or.reduceat(of_values, states.starts) if len(of_values) else of_values


def _values_that_fit(condition: Condition, values: NDArray[np.float64], codes: Mapping[str, float]) -> Truth:
    match condition:
        case Condition(operator=Operator.BETWEEN, value=Range(low, high)):
            return (values >= (-np.inf if low is None else low)) & (
                values <= (np.inf if high is None else high)
            )
        case Condition(operator=Operator.LOWER_THAN, value=limit):
            return values < cast(float, limit)
        case Condition(operator=Operator.GREATER_THAN, value=limit):
            return values > cast(float, limit)
        case _:
            return np.isin(values, _numbers(condition, codes))


def _numbers(condition: Condition, codes: Mapping[str, float]) -> list[float]:
    """The numbers for the values a condition names; a code that nothing is recorded as has none."""
    named = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    variable = VOCABULARY.variable(condition.variable)
    if variable.kind is not Kind.CODED:
        return [float(cast(float, value)) for value in named]
    curies = (variable.value(str(value)).code for value in named)
    return [codes[curie] for curie in curies if curie in codes]
