"""What the form says of one variable, as a `Draft`, and the chips it stands for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from caimera.cohort import And, Condition, Not, Problem, Question, QuestionError, Range, from_json
from caimera.vocabulary import Kind, Operator, Variable


class Choice(StrEnum):
    """How the form compares."""

    ANY = "any"
    YES = "yes"
    NO = "no"
    IS = "is"
    IS_NOT = "is_not"
    EXCEPT = "except"
    CONTAINS = "contains"
    BETWEEN = "between"
    LESS = "less"
    MORE = "more"
    MISSING = "missing"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form says of one variable: value names as ticked, sorted; bounds and words as typed.

    With `kinds` the ticked values stand for their kinds too.
    """

    choice: Choice
    values: tuple[str, ...] = ()
    low: str = ""
    high: str = ""
    words: str = ""
    kinds: bool = False

    @property
    def empty(self) -> bool:
        """Nothing was chosen, so nothing is asked."""
        match self.choice:
            case Choice.IS | Choice.IS_NOT | Choice.EXCEPT:
                return not self.values
            case Choice.BETWEEN | Choice.LESS | Choice.MORE:
                return not (self.low or self.high)
            case Choice.CONTAINS:
                return not self.words
            case _:
                return self.choice is Choice.ANY


_CHOICES: Mapping[Kind, tuple[Choice, ...]] = {
    Kind.CODED: (
        Choice.IS,
        Choice.IS_NOT,
        Choice.EXCEPT,
        Choice.CONTAINS,
        Choice.MISSING,
        Choice.RECORDED,
    ),
    Kind.NUMBER: (Choice.BETWEEN, Choice.LESS, Choice.MORE, Choice.MISSING, Choice.RECORDED),
    Kind.BOOLEAN: (Choice.ANY, Choice.YES, Choice.NO, Choice.MISSING),
}

_NEEDS: Mapping[Choice, Operator] = {
    Choice.IS_NOT: Operator.NOT_EQUALS,
    Choice.CONTAINS: Operator.CONTAINS,
    Choice.LESS: Operator.LOWER_THAN,
    Choice.MORE: Operator.GREATER_THAN,
    Choice.MISSING: Operator.MISSING,
    Choice.RECORDED: Operator.MISSING,
}


def choices(variable: Variable) -> tuple[Choice, ...]:
    """The comparisons the form offers for a variable; the first is the usual one."""
    return tuple(
        choice
        for choice in _CHOICES[variable.kind]
        if choice not in _NEEDS or _NEEDS[choice] in variable.operators
    )


def nothing(variable: Variable) -> Draft:
    """The draft of a variable nobody touched."""
    return Draft(choices(variable)[0])


def has_kinds(variable: Variable) -> bool:
    """Whether some values of a variable are kinds, or parts, of others."""
    return any(value.parent for value in variable.values)


def variable_of(chip: Question) -> str | None:
    """The variable a chip speaks of, if the form could show it."""
    inner = chip.child if isinstance(chip, Not) else chip
    if not isinstance(inner, Condition):
        return None
    shown = (Operator.EQUALS, Operator.IN, Operator.MISSING)
    return inner.variable if inner is chip or inner.operator in shown else None


def chips_of(variable: Variable, draft: Draft) -> tuple[Question, ...]:
    """What a draft asks; nothing for an empty one.

    Raises:
        QuestionError: a value is out of place; its problems name the fix.
    """
    if draft.empty:
        return ()
    missing = Condition(variable.name, Operator.MISSING)
    match draft.choice:
        case Choice.IS_NOT:
            return _other_than(variable, draft)
        case Choice.EXCEPT:
            return (Not(_is(variable, draft)),)
        case Choice.CONTAINS:
            return (_condition(variable, Operator.CONTAINS, draft.words),)
        case Choice.BETWEEN | Choice.LESS | Choice.MORE:
            return (_number_chip(variable, draft),)
        case Choice.MISSING | Choice.RECORDED:
            return (missing if draft.choice is Choice.MISSING else Not(missing),)
        case Choice.YES | Choice.NO:
            return (_condition(variable, Operator.EQUALS, draft.choice is Choice.YES),)
        case _:
            return (_is(variable, draft),)


def _other_than(variable: Variable, draft: Draft) -> tuple[Question, ...]:
    if draft.kinds:
        raise QuestionError(_no_kinds())
    return tuple(_condition(variable, Operator.NOT_EQUALS, value) for value in draft.values)


def _no_kinds() -> Problem:
    return Problem(
        "",
        _("“Is recorded, but as none of” takes each value alone, without its kinds or parts."),
        _("Choose “is not recorded as any of”, or untick them."),
    )


def _is(variable: Variable, draft: Draft) -> Question:
    if len(draft.values) == 1:
        return _condition(variable, Operator.EQUALS, draft.values[0], kinds=draft.kinds)
    return _condition(variable, Operator.IN, list(draft.values), kinds=draft.kinds)


def _number_chip(variable: Variable, draft: Draft) -> Question:
    match draft.choice:
        case Choice.LESS:
            return _condition(variable, Operator.LOWER_THAN, _number(draft.high or draft.low))
        case Choice.MORE:
            return _condition(variable, Operator.GREATER_THAN, _number(draft.low or draft.high))
    typed = {"min": draft.low, "max": draft.high}
    bounds = {end: _number(bound) for end, bound in typed.items() if bound}
    return _condition(variable, Operator.BETWEEN, bounds)


def _condition(variable: Variable, operator: Operator, value: object, *, kinds: bool = False) -> Question:
    said = {"variable": variable.name, "operator": operator.value, "value": value}
    return from_json({**said, "descendants": True} if kinds else said)


def _number(typed: str) -> float | str:
    try:
        number = float(typed)
    except ValueError:
        return typed
    return number if math.isfinite(number) else typed


def draft_of(chips: tuple[Question, ...], *, either: bool) -> Draft | None:
    """The draft that stands for chips about one variable; None where the form cannot show them.

    `either` says that one of the chips is enough, so that several do not belong together.
    """
    if len(chips) > 1:
        return None if either else _none_of(chips)
    return _none_of(chips) or _shown(chips[0])


def _none_of(chips: Iterable[Question]) -> Draft | None:
    values = []
    for chip in chips:
        if not isinstance(chip, Condition) or chip.operator is not Operator.NOT_EQUALS:
            return None
        if not isinstance(chip.value, str):
            return None
        values.append(chip.value)
    return Draft(Choice.IS_NOT, tuple(sorted(values)))


def _shown(chip: Question) -> Draft | None:
    if isinstance(chip, And):  # none of several values, as one alternative of a group
        return _none_of(chip.children)
    negated, inner = (True, chip.child) if isinstance(chip, Not) else (False, chip)
    if not isinstance(inner, Condition):
        return None
    match inner.operator, inner.value:
        case Operator.MISSING, _nothing:
            return Draft(Choice.RECORDED if negated else Choice.MISSING)
        case Operator.EQUALS, bool(truth):
            return None if negated else Draft(Choice.YES if truth else Choice.NO)
        case Operator.EQUALS, str(name):
            return _ticked((name,), inner, negated=negated)
        case Operator.IN, tuple(names) if all(isinstance(name, str) for name in names):
            return _ticked(tuple(sorted(map(str, names))), inner, negated=negated)
    return None if negated else _numbered(inner)


def _ticked(names: tuple[str, ...], condition: Condition, *, negated: bool) -> Draft:
    return Draft(Choice.EXCEPT if negated else Choice.IS, names, kinds=condition.descendants)


def _numbered(condition: Condition) -> Draft | None:
    match condition.operator, condition.value:
        case Operator.BETWEEN, Range(low, high):
            return Draft(Choice.BETWEEN, low=_typed(low), high=_typed(high))
        case Operator.LOWER_THAN, float(bound) | int(bound):
            return Draft(Choice.LESS, high=_typed(bound))
        case Operator.GREATER_THAN, float(bound) | int(bound):
            return Draft(Choice.MORE, low=_typed(bound))
    return None


def _typed(bound: float | None) -> str:
    return "" if bound is None else f"{bound:.15g}"
