"""The canonical form: equal questions have one tree, one text and one hash.

Laws applied, all of them keeping the meaning on records with missing and with several values:

* not not A = A; De Morgan, so that `not` stands only before a condition or a group;
  not x != a = (x = a or x is missing)
* nested and/or flattened, an only child unwrapped, children de-duplicated and sorted by their text
* comparisons of one variable joined:
  x = a or x in (b, c) = x in (a, b, c);  not x = a and not x = b = not x in (a, b);
  not x = a and x is recorded = x != a;  x is missing or x != a = not x = a;
  ranges and numbers that touch, joined by or, are one (whole numbers touch their neighbours);
  for variables with one value, ranges and lists joined by and are intersected, unless nothing would be left,
  and x >= a and x != a = x > a
* x in (a) = x = a; x between a and a = x = a; flag != true = flag = false;
  x = a with descendants = x in (a, its kinds); x < 5 = x <= 4 for whole numbers
* some series (A) or some series (B) = some series (A or B); some series (everything) = everything;
  some series (A) = A where A speaks only of what all these series share, the patient or the study
* absorption: under and, a part that another implies is left out; under or, a part that implies another

Contradictions and tautologies that would need more stay as they were asked, so that people recognise them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from caimera.cohort.joining import join_all, join_any
from caimera.cohort.literals import Fact, condition_of, fact, implies, literal, negation
from caimera.cohort.question import NOTHING, And, Condition, Not, Or, Question, SomeSeries, conditions
from caimera.cohort.writing import to_text
from caimera.vocabulary import VOCABULARY, Level, Operator

_ABSORB_AT_MOST = 200
"""Absorption compares conditions pair by pair; longer rows stay as they are, so that reading stays fast."""


@lru_cache(maxsize=32)
def canonical(question: Question) -> Question:
    """The one tree that all questions equal to this one, by the laws above, share."""
    before, after = question, _arranged(_pushed(question, negated=False))
    while after != before:
        before, after = after, _arranged(after)
    return after


def canonical_text(question: Question) -> str:
    """The text of the canonical form."""
    return to_text(canonical(question))


def question_hash(question: Question) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical_text(question).encode()).hexdigest()


def _pushed(question: Question, *, negated: bool) -> Question:
    """The question, or its complement, with `not` only before conditions and groups."""
    match question:
        case Not(child):
            return _pushed(child, negated=not negated)
        case And(parts) | Or(parts):
            row = And if isinstance(question, And) != negated else Or
            return row(tuple(_pushed(part, negated=negated) for part in parts))
        case SomeSeries(child, level):
            found = _shared(SomeSeries(_pushed(child, negated=False), level))
            return _negated(found) if negated else found
        case Condition(variable, Operator.NOT_EQUALS, value) if negated:
            equal = literal(Condition(variable, Operator.EQUALS, value))
            return Or((equal, Condition(variable, Operator.MISSING)))
        case Condition():
            one = literal(question)
            return negation(one) if negated else one


def _negated(found: Question) -> Question:
    """The complement of what is pushed already."""
    return Not(found) if isinstance(found, SomeSeries) else _pushed(found, negated=True)


def _shared(group: SomeSeries) -> Question:
    """The group, or what it says without looking at other series."""
    levels = {VOCABULARY.variable(condition.variable).level for _, condition in conditions(group.child)}
    alike = {Level.PATIENT} if group.level is Level.PATIENT else {Level.PATIENT, Level.STUDY}
    return group.child if levels <= alike else group


def _arranged(question: Question) -> Question:
    match question:
        case And(parts):
            return _row(And, [_arranged(part) for part in parts])
        case Or(parts):
            return _row(Or, [_arranged(part) for part in parts])
        case SomeSeries(child, level):
            return _shared(SomeSeries(_arranged(child), level))
        case Not(SomeSeries() as group):
            return _negated(_arranged(group))
        case _:
            return question


def _row(kind: type[And | Or], parts: list[Question]) -> Question:
    """One row of and, or of or, whose parts are arranged already."""
    flat = [inner for part in parts for inner in (part.children if isinstance(part, kind) else (part,))]
    neutral, decisive = (And(()), NOTHING) if kind is And else (NOTHING, And(()))
    if decisive in flat:
        return decisive
    joined = _joined(kind, [part for part in flat if part != neutral])
    kept = _absorbed(kind, sorted(set(joined), key=to_text))
    if not kept:
        return neutral
    return kept[0] if len(kept) == 1 else kind(tuple(kept))


def _joined(kind: type[And | Or], parts: Iterable[Question]) -> Iterator[Question]:
    literals: dict[str, list[Question]] = {}
    groups: dict[Level, list[Question]] = {}
    for part in parts:
        group, condition = _joinable_group(kind, part), condition_of(part)
        if group is not None:
            groups.setdefault(group.level, []).append(group.child)
        elif condition is None:
            yield part
        else:
            literals.setdefault(condition.variable, []).append(part)
    join = join_all if kind is And else join_any
    for variable, row in literals.items():
        yield from join(variable, row)
    for level, inner in groups.items():
        group = SomeSeries(_row(Or, inner), level)
        yield group if kind is Or else Not(group)


def _joinable_group(kind: type[And | Or], part: Question) -> SomeSeries | None:
    """The group in a part: under or as it stands, under and negated, so that groups side by side are one."""
    inner = part.child if kind is And and isinstance(part, Not) else part
    wanted = isinstance(part, Not) if kind is And else True
    return inner if wanted and isinstance(inner, SomeSeries) else None


def _absorbed(kind: type[And | Or], parts: list[Question]) -> list[Question]:
    if sum(1 for part in parts for _ in conditions(part)) > _ABSORB_AT_MOST:
        return parts
    inner, makes_idle = (Or, _implied) if kind is And else (And, _implying)
    kept: list[_Facts] = []
    for facts in (_Facts(part, _facts(part, inner)) for part in parts):
        if not any(makes_idle(other.said, facts.said) for other in kept):
            kept = [other for other in kept if not makes_idle(facts.said, other.said)]
            kept.append(facts)
    return [facts.part for facts in kept]


class _Facts(NamedTuple):
    part: Question
    said: tuple[Fact, ...]


def _facts(part: Question, inner: type[And | Or]) -> tuple[Fact, ...]:
    return tuple(map(fact, part.children if isinstance(part, inner) else (part,)))


def _implied(one: tuple[Fact, ...], other: tuple[Fact, ...]) -> bool:
    """Under and: whether one row of or implies another."""
    return all(any(implies(left, right) for right in other) for left in one)


def _implying(one: tuple[Fact, ...], other: tuple[Fact, ...]) -> bool:
    """Under or: whether the other row of and implies the one."""
    return all(any(implies(left, right) for left in other) for right in one)
