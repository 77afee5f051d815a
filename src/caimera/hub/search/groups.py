"""Chips that hold chips: alternatives, and conditions on another series of the same patient or study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from caimera.cohort import And, Not, Or, Question, SomeSeries
from caimera.vocabulary import Level


class GroupKind(StrEnum):
    """How the chips of a group belong together."""

    ANY = "any"
    ALL = "all"
    PATIENT = "patient"
    STUDY = "study"


_LEVELS = {GroupKind.PATIENT: Level.PATIENT, GroupKind.STUDY: Level.STUDY}


@dataclass(frozen=True, slots=True)
class Group:
    """A chip taken apart."""

    kind: GroupKind
    chips: tuple[Question, ...]
    negated: bool = False

    @property
    def chip(self) -> Question:
        """The chip put together again."""
        if self.kind in _LEVELS:
            whole: Question = SomeSeries(joined(And, self.chips), _LEVELS[self.kind])
        else:
            whole = joined(Or if self.kind is GroupKind.ANY else And, self.chips)
        return Not(whole) if self.negated else whole


def group_of(chip: Question, kind: GroupKind | None = None) -> Group | None:
    """The group a chip is, if it is one; `kind` says that a single chip is a group that has just begun."""
    turned, inner = (True, chip.child) if isinstance(chip, Not) else (False, chip)
    match inner:
        case SomeSeries(child, level):
            found = GroupKind.PATIENT if level is Level.PATIENT else GroupKind.STUDY
            return Group(found, parts(And, child), turned)
        case Or((_, _, *_) as chips):
            return Group(GroupKind.ANY, chips, turned)
        case And((_, _, *_) as chips) if turned:
            return Group(GroupKind.ALL, chips, turned)
    return Group(kind, (inner,), turned) if kind in (GroupKind.ANY, GroupKind.ALL) else None


def joined(kind: type[And | Or], questions: Sequence[Question]) -> Question:
    """Questions under one roof, or the only one as it is."""
    return questions[0] if len(questions) == 1 else kind(tuple(questions))


def parts(kind: type[And | Or], question: Question) -> tuple[Question, ...]:
    """The questions under this roof, or the question itself under another."""
    return question.children if isinstance(question, kind) else (question,)
