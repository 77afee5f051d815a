"""The parts of a question that a protected dataset may leave out."""

from __future__ import annotations

from functools import lru_cache

from caimera.cohort import And, Condition, Not, Question, count_parts, without_parts
from caimera.cohort.question import children
from caimera.disclosure import MOST_PARTS, Part


def too_many(question: Question) -> bool:
    """Whether a question has more parts than a protected dataset follows."""
    return count_parts(question) > MOST_PARTS


@lru_cache(maxsize=1024)
def parts_of(question: Question) -> tuple[Part[Question], ...]:
    """The parts of a canonical question; conditions under `and` and listed values are no branches."""
    return tuple(Part(rest, branch=_is_branch(question, path)) for path, rest in without_parts(question))


def _is_branch(question: Question, path: str) -> bool:
    """Whether the part at a path of child numbers, `0.2` or `0.2:1`, is a side of an `or` or a bracket."""
    steps, colon, _ = path.partition(":")
    if colon:
        return False
    above = part = question
    for step in steps.split("."):
        above, part = part, children(part)[int(step)]
    return not (isinstance(above, And) and _is_condition(part))


def _is_condition(part: Question) -> bool:
    return isinstance(part.child if isinstance(part, Not) else part, Condition)
