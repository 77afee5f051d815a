"""Joins the literals of one variable that stand side by side under and, or under or."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from caimera.cohort.intervals import Interval, interval_of, overlap, point, united
from caimera.cohort.literals import (
    among,
    condition_of,
    is_boolean,
    is_single,
    is_whole,
    literal,
    missing,
    negation,
    recorded,
    values_of,
    within,
)
from caimera.cohort.question import Condition, Not, Question, Scalar
from caimera.vocabulary import Operator


@dataclass(slots=True)
class _Said:
    """The literals of one variable, sorted by what they say."""

    variable: str
    lists: list[set[Scalar]] = field(default_factory=list)
    ranges: list[Interval] = field(default_factory=list)
    other_than: set[Scalar] = field(default_factory=set)
    not_in: list[set[Scalar]] = field(default_factory=list)
    not_between: list[Question] = field(default_factory=list)
    missing: bool = False
    recorded: bool = False


def join_all(variable: str, literals: Iterable[Question]) -> Iterator[Question]:
    """Literals that hold together exactly where the given ones all do."""
    said = _sort(variable, literals)
    excluded = said.other_than.union(*said.not_in)
    if is_single(variable):
        said.lists, said.ranges = _intersected(said)
        excluded = _exclude(said, excluded)
    for values in said.lists:
        yield among(variable, values)
    for each in said.ranges:
        yield from within(variable, each)
    yield from said.not_between
    if said.missing:
        yield missing(variable)
    if said.lists or said.ranges or not (said.recorded or said.other_than):
        yield from (negation(among(variable, excluded)),) if excluded else ()
    elif len(excluded) == 1:
        yield literal(Condition(variable, Operator.NOT_EQUALS, excluded.pop()))
    else:
        yield from (negation(among(variable, excluded)),) if excluded else ()
        yield recorded(variable)


def join_any(variable: str, literals: Iterable[Question]) -> Iterator[Question]:
    """Literals of which one holds exactly where one of the given ones does."""
    said = _sort(variable, literals)
    step = 1 if is_whole(variable) else 0
    ranges = united([*said.ranges, *_touching(said, step)], step)
    listed = {value for values in said.lists for value in values if not _covered(value, ranges)}
    if said.missing and is_boolean(variable) and len(listed) == 1:
        said.other_than, listed = {not value for value in listed}, set()
    if listed:
        yield among(variable, listed)
    for each in ranges:
        yield from within(variable, each)
    for values in said.not_in:
        yield negation(among(variable, values))
    yield from said.not_between
    for value in said.other_than:
        operator = Operator.EQUALS if said.missing else Operator.NOT_EQUALS
        condition = Condition(variable, operator, value)
        yield Not(condition) if said.missing else condition
    if said.missing:
        yield missing(variable)
    if said.recorded:
        yield recorded(variable)


def _sort(variable: str, literals: Iterable[Question]) -> _Said:
    said = _Said(variable)
    for one in literals:
        condition = condition_of(one)
        if condition is not None:
            _file(said, condition, one)
    return said


def _file(said: _Said, condition: Condition, one: Question) -> None:
    match condition.operator, isinstance(one, Not):
        case Operator.MISSING, negated:
            said.recorded |= negated
            said.missing |= not negated
        case Operator.NOT_EQUALS, _:
            said.other_than |= set(values_of(condition))
        case ((Operator.BETWEEN | Operator.LOWER_THAN | Operator.GREATER_THAN), negated):
            interval = None if negated else interval_of(condition)
            if interval is None:
                said.not_between.append(one)
            else:
                said.ranges.append(interval)
        case _, False:
            said.lists.append(set(values_of(condition)))
        case _, True:
            said.not_in.append(set(values_of(condition)))


def _intersected(said: _Said) -> tuple[list[set[Scalar]], list[Interval]]:
    """Lists and ranges as one each, unless nothing would be left of them."""
    common = set.intersection(*said.lists) if said.lists else set()
    narrow: Interval | None = Interval()
    for each in said.ranges:
        narrow = narrow and overlap(narrow, each)
    return [common] if common else said.lists, [narrow] if said.ranges and narrow else said.ranges


def _exclude(said: _Said, excluded: set[Scalar]) -> set[Scalar]:
    """What still has to be excluded once the one list has lost it, and what lies in the one range."""
    if len(said.lists) == 1 and said.lists[0] - excluded:
        said.lists[0] -= excluded
        return set()
    inside = {value for value in excluded if not said.ranges or _covered(value, said.ranges)}
    return _opened(said, inside) if len(said.ranges) == 1 else inside


def _opened(said: _Said, excluded: set[Scalar]) -> set[Scalar]:
    """Opens the ends of the one range that are excluded, where that takes no more conditions than before."""
    (whole,) = said.ranges
    less = whole
    for value in excluded:
        less = overlap(less, whole.without(float(value))) or less
    rest = {value for value in excluded if _covered(value, [less])}
    before, after = (len(list(within(said.variable, each))) for each in (whole, less))
    if after + bool(rest) > before + bool(excluded):
        return excluded
    said.ranges = [less]
    return rest


def _touching(said: _Said, step: int) -> list[Interval]:
    """The listed numbers that no gap divides from a range."""
    listed = {value for values in said.lists for value in values if not isinstance(value, str)}
    return [point(value) for value in listed if any(each.touches(point(value), step) for each in said.ranges)]


def _covered(value: Scalar, ranges: list[Interval]) -> bool:
    return not isinstance(value, str) and any(overlap(each, point(value)) for each in ranges)
