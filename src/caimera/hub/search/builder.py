"""A question as people build it: search bars joined by “or”, each a row of chips joined by “and”.

A chip may be a group with chips of its own (`groups`). The form beside the bars mirrors one place, the active
bar or a group in it: for each variable it holds a `Draft` of what is said there, and a changed draft changes
that place. Chips the form cannot show are left as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from caimera.cohort import And, Not, Or, Question, QuestionError, parse, to_text
from caimera.hub.search.drafts import Draft, chips_of, choices, draft_of, nothing, variable_of
from caimera.hub.search.groups import Group, GroupKind, group_of, joined, parts
from caimera.vocabulary import VOCABULARY, Variable

Path = tuple[int, ...]
"""Where a chip is: bar, chip, and chip of a group."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Chips that hold together, or with `either` chips of which one is enough."""

    chips: tuple[Question, ...] = ()
    either: bool = False

    @property
    def text(self) -> str:
        """The bar in text form; empty for an empty bar."""
        return to_text(joined(Or if self.either else And, self.chips)) if self.chips else ""

    def about(self, variable: str) -> tuple[Question, ...]:
        """The chips that speak of this variable alone."""
        return tuple(chip for chip in self.chips if variable_of(chip) == variable)

    def mirror(self, variable: Variable) -> Draft | None:
        """What the bar says of a variable, as the form shows it; None where the form cannot show it."""
        chips = self.about(variable.name)
        if not chips:
            return nothing(variable)
        draft = draft_of(chips, either=self.either)
        return draft if draft and draft.choice in choices(variable) else None

    def say(self, variable: Variable, draft: Draft) -> Bar:
        """The bar with what the form says of a variable, at its old place or at the end.

        Raises:
            QuestionError: a value is out of place; its problems name the fix.
        """
        said = chips_of(variable, draft)
        if self.either and len(said) > 1:
            said = (And(said),)
        old = self.about(variable.name) if self.mirror(variable) is not None else ()
        place = self.chips.index(old[0]) if old else len(self.chips)
        kept = [chip for chip in self.chips[:place] if chip not in said]
        rest = [chip for chip in self.chips[place:] if chip not in old and chip not in said]
        return replace(self, chips=(*kept, *said, *rest))

    def with_chip(self, chip: Question) -> Bar:
        """The bar with one chip more, unless it says that already."""
        return self if chip in self.chips else replace(self, chips=(*self.chips, chip))

    def put(self, place: int, chip: Question | None) -> Bar:
        """The bar with another chip at a place, or without it."""
        put = (chip,) if chip is not None else ()
        return replace(self, chips=(*self.chips[:place], *put, *self.chips[place + 1 :]))


@dataclass(frozen=True, slots=True)
class Into:
    """The group of the active bar that the form mirrors: the chip at `place`, or None for one yet to come."""

    kind: GroupKind
    place: int | None = None

    def __str__(self) -> str:
        return self.kind.value if self.place is None else f"{self.kind.value}.{self.place}"

    @classmethod
    def read(cls, text: str) -> Into | None:
        """The group an address names; None where it names none."""
        kind, _dot, place = text.partition(".")
        if kind not in set(GroupKind):
            return None
        number = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else None
        return cls(GroupKind(kind), number)


@dataclass(frozen=True, slots=True)
class Bars:
    """All search bars; there is always one. The form mirrors the active one, or the group `into` in it."""

    bars: tuple[Bar, ...] = (Bar(),)
    active: int = 0
    into: Into | None = None

    @property
    def bar(self) -> Bar:
        """The active bar."""
        return self.bars[self.active]

    @property
    def current(self) -> Bar:
        """What the form mirrors: the active bar, or the chips of a group in it."""
        if self.into is None:
            return self.bar
        group = self._group()
        return Bar(group.chips if group else (), either=self.into.kind is GroupKind.ANY)

    def _group(self) -> Group | None:
        if self.into is None or self.into.place is None:
            return None
        return group_of(self.bar.chips[self.into.place], self.into.kind)

    @property
    def new_group(self) -> Group | None:
        """The group that is to come with the first chip."""
        begun = self.into is not None and self.into.place is None
        return Group(self.into.kind, ()) if self.into is not None and begun else None

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
        filled = [joined(And, bar.chips) for bar in self.bars if bar.chips]
        return joined(Or, filled) if filled else And(())

    def query(self) -> list[tuple[str, str]]:
        """The bars as parameters of an address."""
        texts = [("bar", bar.text) for bar in self.bars]
        active = [("active", str(self.number))] if self.active else []
        return [*texts, *active, *([("into", str(self.into))] if self.into else [])]

    def change(self, place: int, bar: Bar) -> Bars:
        """With another bar at a place."""
        return replace(self, bars=(*self.bars[:place], bar, *self.bars[place + 1 :]))

    def fill(self, bar: Bar) -> Bars:
        """With other chips where the form points: an emptied group goes, and a first chip begins one."""
        if self.into is None:
            return self.change(self.active, bar)
        kind, place = self.into.kind, self.into.place
        old = self._group()
        if not bar.chips:
            rest = self.bar if place is None else self.bar.put(place, None)
            return replace(self.change(self.active, rest), into=Into(kind))
        chip = Group(kind, bar.chips, negated=old.negated if old else False).chip
        where = len(self.bar.chips) if place is None else place
        return replace(self.change(self.active, self.bar.put(where, chip)), into=Into(kind, where))

    def turn(self, place: int, into: Into | None = None) -> Bars:
        """With another active bar, or a group in it where there is one."""
        turned = replace(self, active=min(max(place, 0), len(self.bars) - 1), into=None)
        if into is not None and into.place is not None:
            chips = turned.bar.chips
            if into.place >= len(chips) or group_of(chips[into.place], into.kind) is None:
                return turned
        return replace(turned, into=into)

    def more(self) -> Bars:
        """With a further, empty bar, which becomes the active one; an empty last bar is used instead."""
        bars = self.bars if not self.bars[-1].chips else (*self.bars, Bar())
        return Bars(bars, len(bars) - 1)

    def drop(self, place: int) -> Bars:
        """Without one bar."""
        bars = self.bars[:place] + self.bars[place + 1 :] or (Bar(),)
        active = self.active - (self.active > place)
        return Bars(bars).turn(active, self.into if self.active != place else None)

    def chip_at(self, path: Path) -> Question | None:
        """The chip at a path; None where there is none."""
        if len(path) not in (2, 3) or path[0] >= len(self.bars) or path[1] >= len(self.bars[path[0]].chips):
            return None
        chip = self.bars[path[0]].chips[path[1]]
        if len(path) == 2:
            return chip
        group = group_of(chip, self._kind_at(path))
        return group.chips[path[2]] if group and path[2] < len(group.chips) else None

    def _kind_at(self, path: Path) -> GroupKind | None:
        """Of which kind the form takes a chip to be: while a group is filled, a single chip may be one."""
        here = self.into is not None and path[:2] == (self.active, self.into.place)
        return self.into.kind if self.into is not None and here else None

    def put(self, path: Path, chip: Question | None) -> Bars:
        """With another chip at a path, or without it; the form goes on pointing at what it pointed at."""
        place, at = path[0], path[1]
        if len(path) == 3:
            group = group_of(self.bars[place].chips[at], self._kind_at(path))
            assert group is not None  # noqa: S101 - `chip_at` found the chip in it
            inner = Bar(group.chips).put(path[2], chip).chips
            return self.put(path[:2], replace(group, chips=inner).chip if inner else None)
        after = self.change(place, self.bars[place].put(at, chip))
        if chip is not None or place != self.active or self.into is None or self.into.place is None:
            return after
        if at == self.into.place:
            return replace(after, into=None)
        return replace(after, into=Into(self.into.kind, self.into.place - (at < self.into.place)))

    def apply(self, drafts: Mapping[str, Draft]) -> tuple[Bars, dict[str, QuestionError]]:
        """The bars with every draft that differs from what is said; and, by variable, what is wrong."""
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
        return (self.fill(bar) if bar != self.current else self), problems


def negated(chip: Question) -> Question:
    """The complement of a chip, without two negations in a row."""
    return chip.child if isinstance(chip, Not) else Not(chip)


def read(texts: Sequence[str], active: int = 0, into: str = "") -> tuple[Bars, dict[int, QuestionError]]:
    """Bars from their texts; and, by place, what is wrong with those that had to be left out."""
    bars, problems = list[Bar](), dict[int, QuestionError]()
    for place, text in enumerate(texts):
        try:
            bars.append(Bar(parts(And, parse(text))) if text.strip() else Bar())
        except QuestionError as error:
            problems[place] = error
    return Bars(tuple(bars) or (Bar(),)).turn(active, Into.read(into)), problems


def split(question: Question) -> Bars:
    """The bars of a question: its alternatives, each taken apart at “and”."""
    return Bars(tuple(Bar(parts(And, part)) for part in parts(Or, question)) or (Bar(),))
