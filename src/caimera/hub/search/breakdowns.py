"""Counting a question once more by the values of a variable: what may be chosen, and the sums."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caimera.disclosure import total
from caimera.hub.search.errors import BreakdownRefused
from caimera.hub.search.results import BreakdownState, DatasetState, ValueState
from caimera.protocol.messages import Breakdown, Count, CountKind
from caimera.vocabulary import VOCABULARY, Kind, UnknownValue, UnknownVariable, Variable

MOST = 3
"""Variables a question may be counted by; each spends a question of the budget."""

BAND = 5
"""Numbers are counted in bands so wide, named by their first number."""


def chosen(words: Iterable[str]) -> tuple[str, ...]:
    """The names of the variables these words name; empty words are passed over.

    Raises:
        BreakdownRefused: a word names no variable, one is named twice, or there are more than `MOST`.
    """
    try:
        names = tuple(VOCABULARY.variable(word).name for word in words if word)
    except UnknownVariable as error:
        raise BreakdownRefused(str(error)) from error
    if len(names) > MOST:
        raise BreakdownRefused(_("Count by at most %d variables at once; ask again for others.") % MOST)
    if len(set(names)) < len(names):
        raise BreakdownRefused(_("A variable to count by is named twice. Name it once."))
    return names


def summed(asked: Sequence[str], datasets: Sequence[DatasetState]) -> tuple[BreakdownState, ...]:
    """The answers by each variable that was asked for, added up over the datasets that gave them."""
    return tuple(_sum(name, datasets) for name in asked if datasets)


def label_of(name: str) -> str:
    """A variable as people call it; by its name where this site does not know it."""
    variable = _known(name)
    return _(variable.label) if variable else name


def value_label(name: str, value: str) -> str:
    """A value of a breakdown as people call it: `female`, `40 to 44 years`, `not recorded`."""
    variable = _known(name)
    if value == "":
        return _("not recorded")
    if variable is None:
        return value
    match variable.kind:
        case Kind.BOOLEAN:
            return {"true": _("yes"), "false": _("no")}.get(value, value)
        case Kind.NUMBER:
            return _band_label(variable, value)
        case Kind.CODED:
            return _coded_label(variable, value)


def _known(name: str) -> Variable | None:
    try:
        return VOCABULARY.variable(name)
    except UnknownVariable:
        return None


def _band_label(variable: Variable, value: str) -> str:
    if not value.lstrip("-").isdecimal():
        return value
    ends = {"low": int(value), "high": int(value) + BAND - 1}
    words = _("%(low)d to %(high)d") % ends
    return f"{words} {_(variable.unit)}" if variable.unit else words


def _coded_label(variable: Variable, value: str) -> str:
    try:
        return _(variable.value(value).label)
    except UnknownValue:
        return value


def _sum(name: str, datasets: Sequence[DatasetState]) -> BreakdownState:
    told = [one for dataset in datasets for one in dataset.breakdowns if one.variable == name]
    rows = (_row(name, value, told) for value in _values(told))
    return BreakdownState(
        variable=name,
        label=label_of(name),
        values=tuple(sorted(rows, key=_order(name))),
        left_out=tuple(_left_out(name, datasets)),
    )


def _values(told: Iterable[Breakdown]) -> dict[str, None]:
    """Every value that is told of anywhere, once, in the order of first mention."""
    return dict.fromkeys(one.value for breakdown in told for one in breakdown.values)


def _row(name: str, value: str, told: Iterable[Breakdown]) -> ValueState:
    counts = [one.subjects for breakdown in told for one in breakdown.values if one.value == value]
    few = sum(count.kind is CountKind.FEWER_THAN for count in counts)
    return ValueState(value=value, label=value_label(name, value), subjects=together(counts), few=few)


def together(counts: Sequence[Count]) -> Count:
    """A sum that stays honest where parts are small: of such alone, fewer than their bounds allow."""
    bounds = [count.bound or 1 for count in counts if count.kind is CountKind.FEWER_THAN]
    nothing_else = all(count.kind is CountKind.FEWER_THAN or count.value == 0 for count in counts)
    if bounds and nothing_else:
        return Count(kind=CountKind.FEWER_THAN, bound=sum(bound - 1 for bound in bounds) + 1)
    if len(counts) == 1:
        return counts[0]
    return total(counts)


def _order(name: str) -> Callable[[ValueState], tuple[Any, ...]]:
    """Numbers by size, other values by how many they are; not recorded comes last."""
    variable = _known(name)
    if variable is not None and variable.kind is Kind.NUMBER:
        return lambda row: (row.value == "", int(row.value) if row.value.lstrip("-").isdecimal() else 0)
    return lambda row: (row.value == "", -(row.subjects.value or 0), row.label.casefold())


def _left_out(name: str, datasets: Sequence[DatasetState]) -> Iterable[str]:
    silent = [one for one in datasets if all(told.variable != name for told in one.breakdowns)]
    if silent:
        yield ngettext(
            "%(count)d dataset does not tell its numbers by %(variable)s.",
            "%(count)d datasets do not tell their numbers by %(variable)s.",
            len(silent),
        ) % {"count": len(silent), "variable": label_of(name)}
    if (variable := _known(name)) is not None and variable.multiple:
        yield _("A patient with several values is counted at each: these numbers can exceed the total.")
