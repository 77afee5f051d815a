"""Where in a JSON document a reader is, and what it found wrong on the way."""

from __future__ import annotations

from dataclasses import dataclass, field

from caimera.cohort.errors import MAX_PROBLEMS, Problem, QuestionError, legible
from caimera.cohort.question import EVERYTHING, Question


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the document the reading is, and the problems found so far anywhere in it."""

    path: str = ""
    depth: int = 0
    problems: list[Problem] = field(default_factory=list)

    def inside(self, *members: str | int) -> Place:
        """The place one level further in."""
        return Place(self._pointer(*members), self.depth + 1, self.problems)

    def wrong(self, message: str, fix: str, *members: str | int) -> Question:
        """Notes a problem here; the question returned only lets reading go on. The hundredth ends it."""
        self.problems.append(Problem(self._pointer(*members), message, fix))
        if len(self.problems) >= MAX_PROBLEMS:
            raise QuestionError(*self.problems)
        return EVERYTHING

    def _pointer(self, *members: str | int) -> str:
        return self.path + "".join(f"/{_escaped(str(member))}" for member in members)


def _escaped(member: str) -> str:
    """A member's name as JSON Pointers write it (RFC 6901), cut where it is long."""
    return legible(member).replace("~", "~0").replace("/", "~1")
