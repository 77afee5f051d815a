"""What can be wrong with a question.

QuestionError             carries every problem found, each with its place and its fix
Misreading                inside this room: a problem whose place the reader still has to add
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: where (`column 12` or a JSON Pointer, empty for the whole), what, and the remedy."""

    path: str
    message: str
    fix: str = ""

    def __str__(self) -> str:
        place = f"At {self.path}: " if self.path else ""
        return f"{place}{self.message} {self.fix}".rstrip()


MAX_PROBLEMS = 100
"""Reading stops after so many."""

Part = Literal["variable", "operator", "value", "descendants"]
"""The part of a condition that is wrong."""


class QuestionError(ValueError):
    """The question cannot be understood."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


def shown(word: str) -> str:
    """A word as messages quote it."""
    return f"“{legible(word)}”"


def legible(word: str) -> str:
    """A word cut where it is long, without halves of characters, which no answer could carry."""
    text = f"{word[:60]}…" if len(word) > 60 else word
    return text.encode("utf-8", "replace").decode()


class Misreading(ValueError):
    """A part of a condition that does not fit, before its place in the question is known."""

    def __init__(self, message: str, fix: str, part: Part = "value") -> None:
        self.message = message
        self.fix = fix
        self.part = part
        super().__init__(f"{message} {fix}")

    def at(self, path: str) -> Problem:
        """This problem, placed."""
        return Problem(path, self.message, self.fix)
