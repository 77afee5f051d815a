"""Where in a JSON document a reader is, and what it found wrong on the way."""

from __future__ import annotations

from dataclasses import dataclass, field

from caimera.cohort.errors import Problem
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
        """Notes a problem here; the question returned only lets reading go on."""
        self.problems.append(Problem(self._pointer(*members), message, fix))
        return EVERYTHING

    def _pointer(self, *members: str | int) -> str:
        return self.path + "".join(f"/{member}" for member in members)
