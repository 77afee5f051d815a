"""The parts of a question that a protected dataset may leave out."""

from __future__ import annotations

from caimera.cohort import And, Condition, Not, Question, count_parts, to_text, without_parts
from caimera.cohort.question import children
from caimera.disclosure import MOST_PARTS, Part


def too_many(question: Question) -> bool:
    """Whether a question has more parts than a protected dataset follows."""
    return count_parts(question) > MOST_PARTS


class Parts:
    """The parts of the questions of one round, worked out once: many datasets are asked the same.

    Questions are known by their identity, as comparing trees costs more than keeping them.
    """

    def __init__(self) -> None:
        self._parts: dict[int, tuple[Question, tuple[Part[Question], ...]]] = {}
        self._texts: dict[int, tuple[Question, str]] = {}

    def of(self, question: Question) -> tuple[Part[Question], ...]:
        """The parts of a canonical question; conditions under `and` and listed values are no branches."""
        known = self._parts.get(id(question))
        if known is None:
            parts = tuple(
                Part(rest, branch=_is_branch(question, path)) for path, rest in without_parts(question)
            )
            known = self._parts[id(question)] = question, parts
        return known[1]

    def text(self, question: Question) -> str:
        """The canonical text of a canonical question."""
        known = self._texts.get(id(question))
        if known is None:
            known = self._texts[id(question)] = question, to_text(question)
        return known[1]


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
