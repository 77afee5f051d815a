"""A question as people build it: search bars joined by “or”, each a row of chips joined by “and”.

The form beside the bars mirrors one of them, the active one: for each variable it holds a `Draft` of what
the bar says, and a changed draft changes the bar. Chips the form cannot show are left as they are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from caimera.cohort import And, Condition, Not, Or, Question, QuestionError, Range, from_json, parse, to_text
from caimera.vocabulary import VOCABULARY, Kind, Operator, Variable


class Choice(StrEnum):
    """How the form compares."""

    ANY = "any"
    YES = "yes"
    NO = "no"
    IS = "is"
    IS_NOT = "is_not"
    BETWEEN = "between"
    MISSING = "missing"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form says of one variable: value names as ticked, sorted; bounds as typed."""

    choice: Choice
    values: tuple[str, ...] = ()
    low: str = ""
    high: str = ""

    @property
    def empty(self) -> bool:
        """Nothing was chosen, so nothing is asked."""
        match self.choice:
            case Choice.IS | Choice.IS_NOT:
                return not self.values
            case Choice.BETWEEN:
                return not (self.low or self.high)
            case _:
                return self.choice is Choice.ANY


_CHOICES: Mapping[Kind, tuple[Choice, ...]] = {
    Kind.CODED: (Choice.IS, Choice.IS_NOT, Choice.MISSING, Choice.RECORDED),
    Kind.NUMBER: (Choice.BETWEEN, Choice.MISSING, Choice.RECORDED),
    Kind.BOOLEAN: (Choice.ANY, Choice.YES, Choice.NO, Choice.MISSING),
}

_NEEDS: Mapping[Choice, Operator] = {
    Choice.IS_NOT: Operator.NOT_EQUALS,
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


@dataclass(frozen=True, slots=True)
class Bar:
    """Chips that hold together."""

    chips: tuple[Question, ...] = ()

    @property
    def text(self) -> str:
        """The bar in text form; empty for an empty bar."""
        return to_text(_joined(And, self.chips)) if self.chips else ""

    def about(self, variable: str) -> tuple[Question, ...]:
        """The chips that speak of this variable alone."""
        return tuple(chip for chip in self.chips if variable_of(chip) == variable)

    def mirror(self, variable: Variable) -> Draft | None:
        """What the bar says of a variable, as the form shows it; None where the form cannot show it."""
        chips = self.about(variable.name)
        if not chips:
            return nothing(variable)
        draft = _none_of(chips) or (_draft_of(chips[0]) if len(chips) == 1 else None)
        return draft if draft and draft.choice in choices(variable) else None

    def say(self, variable: Variable, draft: Draft) -> Bar:
        """The bar with what the form says of a variable, at its old place or at the end.

        Raises:
            QuestionError: a value is out of place; its problems name the fix.
        """
        said = chips_of(variable, draft)
        old = self.about(variable.name) if self.mirror(variable) is not None else ()
        place = self.chips.index(old[0]) if old else len(self.chips)
        kept = [chip for chip in self.chips[:place] if chip not in said]
        rest = [chip for chip in self.chips[place:] if chip not in old and chip not in said]
        return Bar((*kept, *said, *rest))

    def with_chip(self, chip: Question) -> Bar:
        """The bar with one chip more, unless it says that already."""
        return self if chip in self.chips else Bar((*self.chips, chip))

    def without(self, place: int) -> Bar:
        """The bar without one chip."""
        return Bar(self.chips[:place] + self.chips[place + 1 :])


@dataclass(frozen=True, slots=True)
class Bars:
    """All search bars; `active` is the place of the one the form mirrors. There is always one."""

    bars: tuple[Bar, ...] = (Bar(),)
    active: int = 0

    @property
    def current(self) -> Bar:
        """The active bar."""
        return self.bars[self.active]

    @property
    def number(self) -> int:
        """The active bar as people count."""
        return self.active + 1

    @property
    def alone(self) -> bool:
        """Whether there is only one bar."""
        return len(self.bars) == 1

    @property
    def text(self) -> str:
        """The whole question in text form."""
        return to_text(self.question)

    @property
    def question(self) -> Question:
        """The whole question; bars without a chip ask nothing and are left out."""
        filled = [_joined(And, bar.chips) for bar in self.bars if bar.chips]
        return _joined(Or, filled) if filled else And(())

    def query(self) -> list[tuple[str, str]]:
        """The bars as parameters of an address."""
        texts = [("bar", bar.text) for bar in self.bars]
        return [*texts, ("active", str(self.number))] if self.active else texts

    def change(self, place: int, bar: Bar) -> Bars:
        """With another bar at a place."""
        return replace(self, bars=(*self.bars[:place], bar, *self.bars[place + 1 :]))

    def turn(self, place: int) -> Bars:
        """With another active bar."""
        return replace(self, active=min(max(place, 0), len(self.bars) - 1))

    def more(self) -> Bars:
        """With a further, empty bar, which becomes the active one; an empty last bar is used instead."""
        bars = self.bars if not self.bars[-1].chips else (*self.bars, Bar())
        return Bars(bars, len(bars) - 1)

    def drop(self, place: int) -> Bars:
        """Without one bar."""
        bars = self.bars[:place] + self.bars[place + 1 :] or (Bar(),)
        active = self.active - (self.active > place)
        return Bars(bars).turn(active)

    def apply(self, drafts: Mapping[str, Draft]) -> tuple[Bars, dict[str, QuestionError]]:
        """The active bar with every draft that differs from what it says; and, by variable, what is wrong."""
        bar, problems = self.current, dict[str, QuestionError]()
        for name, draft in drafts.items():
            variable = VOCABULARY.variable(name)
            shown = self.current.mirror(variable) or nothing(variable)
            if draft == shown:
                continue
            try:
                bar = bar.say(variable, draft)
            except QuestionError as error:
                problems[name] = error
        return self.change(self.active, bar), problems


def read(texts: Sequence[str], active: int = 0) -> tuple[Bars, dict[int, QuestionError]]:
    """Bars from their texts; and, by place, what is wrong with those that had to be left out."""
    bars, problems = list[Bar](), dict[int, QuestionError]()
    for place, text in enumerate(texts):
        try:
            bars.append(Bar(_parts(And, parse(text))) if text.strip() else Bar())
        except QuestionError as error:
            problems[place] = error
    return Bars(tuple(bars) or (Bar(),)).turn(active), problems


def split(question: Question) -> Bars:
    """The bars of a question: its alternatives, each taken apart at “and”."""
    return Bars(tuple(Bar(_parts(And, part)) for part in _parts(Or, question)) or (Bar(),))


def variable_of(chip: Question) -> str | None:
    """The variable a chip speaks of, if the form could show it."""
    if isinstance(chip, Not) and _is_missing(chip.child):
        return variable_of(chip.child)
    return chip.variable if isinstance(chip, Condition) else None


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
            return tuple(_condition(variable, Operator.NOT_EQUALS, value) for value in draft.values)
        case Choice.BETWEEN:
            return (_between(variable, draft),)
        case Choice.MISSING:
            return (missing,)
        case Choice.RECORDED:
            return (Not(missing),)
        case Choice.YES | Choice.NO:
            return (_condition(variable, Operator.EQUALS, draft.choice is Choice.YES),)
        case _:
            return (_is(variable, draft.values),)


def _is(variable: Variable, values: tuple[str, ...]) -> Question:
    if len(values) == 1:
        return _condition(variable, Operator.EQUALS, values[0])
    return _condition(variable, Operator.IN, list(values))


def _between(variable: Variable, draft: Draft) -> Question:
    typed = {"min": draft.low, "max": draft.high}
    bounds = {end: _number(bound) for end, bound in typed.items() if bound}
    return _condition(variable, Operator.BETWEEN, bounds)


def _condition(variable: Variable, operator: Operator, value: object) -> Question:
    return from_json({"variable": variable.name, "operator": operator.value, "value": value})


def _number(typed: str) -> float | str:
    try:
        number = float(typed)
    except ValueError:
        return typed
    return number if math.isfinite(number) else typed


def _none_of(chips: Iterable[Question]) -> Draft | None:
    values = []
    for chip in chips:
        if not isinstance(chip, Condition) or chip.operator is not Operator.NOT_EQUALS:
            return None
        if not isinstance(chip.value, str):
            return None
        values.append(chip.value)
    return Draft(Choice.IS_NOT, tuple(sorted(values)))


def _draft_of(chip: Question) -> Draft | None:
    if isinstance(chip, Not):
        return Draft(Choice.RECORDED)
    match chip:
        case Condition(operator=Operator.MISSING):
            return Draft(Choice.MISSING)
        case Condition(operator=Operator.EQUALS, value=bool(truth)):
            return Draft(Choice.YES if truth else Choice.NO)
        case Condition(operator=Operator.EQUALS, value=str(name)):
            return Draft(Choice.IS, (name,))
        case Condition(operator=Operator.IN, value=tuple(names)):
            return Draft(Choice.IS, tuple(sorted(map(str, names))))
        case Condition(value=Range(low, high)):
            return Draft(Choice.BETWEEN, low=_typed(low), high=_typed(high))
    return None


def _typed(bound: float | None) -> str:
    return "" if bound is None else f"{bound:g}"


def _is_missing(question: Question) -> bool:
    return isinstance(question, Condition) and question.operator is Operator.MISSING


def _joined(kind: type[And | Or], parts: Sequence[Question]) -> Question:
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


def _parts(kind: type[And | Or], question: Question) -> tuple[Question, ...]:
    return question.children if isinstance(question, kind) else (question,)
