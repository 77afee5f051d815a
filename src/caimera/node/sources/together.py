"""Many questions at once: one bit of a number for each, so that all of them cost a walk over the arrays.

Only for questions that fall apart by level: conditions on series, on studies and on patients that all have to
hold. A patient fits if some study fits and has a series that fits. Others are for `evaluation.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from caimera.cohort import And, Question
from caimera.node.sources.deciding import Decisions
from caimera.node.sources.levels import all_of, level_of, speaks_of
from caimera.node.sources.span import Mask, Span
from caimera.vocabulary import Level

AT_ONCE = 64
"""Questions in one number."""

Apart: TypeAlias = Mapping[Level, Question]
"""A question by what it says of each level."""

Bits: TypeAlias = NDArray[np.unsignedinteger[Any]]


def apart(question: Question) -> Apart | None:
    """The question by level, or None where some part of it speaks of several."""
    parts = question.children if isinstance(question, And) else (question,)
    found: dict[Level, list[Question]] = {}
    for part in parts:
        level = level_of(part)
        if not speaks_of(part) <= {level}:
            return None
        found.setdefault(level, []).append(part)
    return {level: all_of(own) for level, own in found.items()}


def patients_of(questions: Sequence[Apart], span: Span, decisions: Decisions) -> Iterator[Mask]:
    """The patients of a span that fit each question; at most `AT_ONCE`."""
    series = _packed(questions, Level.SERIES, decisions.compositions)
    studies = _packed(questions, Level.STUDY, lambda part: decisions.profiles(part, Level.STUDY))
    own = _packed(questions, Level.PATIENT, lambda part: decisions.profiles(part, Level.PATIENT))
    found = [] if series is None else [span.composed(series)]
    found += [] if studies is None else [span.spread(studies, Level.STUDY)]
    patients = None if own is None else span.spread(own, Level.PATIENT)
    kind = _kind(questions)
    bits = [kind(1 << at) for at in range(len(questions))]
    some = span.with_bits(np.bitwise_and.reduce(found), bits) if found else [span.everyone()] * len(bits)
    for mask, bit in zip(some, bits, strict=True):
        yield mask if patients is None else mask & (patients & bit).astype(np.bool_)


def _packed(questions: Sequence[Apart], level: Level, decide: Callable[[Question], Mask]) -> Bits | None:
    """What is decided of a level for each question, a bit each; None where none of them speaks of it."""
    masks = [(at, decide(parts[level])) for at, parts in enumerate(questions) if level in parts]
    if not masks:
        return None
    kind = _kind(questions)
    silent = sum(1 << at for at, parts in enumerate(questions) if level not in parts)
    packed = np.full(len(masks[0][1]), silent, kind)
    for at, mask in masks:
        packed |= mask.astype(kind) << kind(at)
    return packed


def _kind(questions: Sequence[Apart]) -> type[np.unsignedinteger[Any]]:
    """The smallest number with a bit for each."""
    return np.min_scalar_type((1 << len(questions)) - 1).type
