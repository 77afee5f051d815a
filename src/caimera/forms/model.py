"""One version of a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

LONGEST_TEXT = 300
"""Characters of a text that says no other bound."""
LONGEST_LONG = 20_000
"""Characters of a long text, whatever its bound in words."""


class Kind(StrEnum):
    """What sort of answer a question takes."""

    TEXT = "text"
    LONG = "long"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes-no"
    CHOICE = "choice"
    CHOICES = "choices"
    CONFIRM = "confirm"
    FILES = "files"


CHOOSING = (Kind.CHOICE, Kind.CHOICES)
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class ShownIf:
    """A question is shown if the answer to another is, or has among it, one of some values."""

    question: str
    values: tuple[str, ...]

    def holds(self, given: Mapping[str, tuple[str, ...]]) -> bool:
        """Whether it is shown, by what was given."""
        return not set(self.values).isdisjoint(given.get(self.question, ()))


@dataclass(frozen=True, slots=True)
class Question:
    """One thing asked for.

    `options` are value -> words; `longest` bounds a text in characters, `words` a long text in words, `least`
    and `most` a number, `most` also how many files. With `personal` the answer is about a person, not an
    organisation.
    """

    name: str
    kind: Kind
    label: str
    help: str = ""
    required: bool = False
    personal: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    longest: int = 0
    words: int = 0
    least: float | None = None
    most: float | None = None
    unit: str = ""
    shown_if: ShownIf | None = None

    @property
    def words_of_options(self) -> Mapping[str, str]:
        """What can be chosen, and in which words."""
        return {YES: "Yes", NO: "No"} if self.kind is Kind.YES_NO else self.options


@dataclass(frozen=True, slots=True)
class Section:
    """Questions under a heading."""

    title: str
    questions: tuple[Question, ...]
    help: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """One version of a form. What was answered in one with `reuse` is offered again to who answered it."""

    name: str
    version: int
    title: str
    intro: str
    sections: tuple[Section, ...]
    reuse: bool = False

    @property
    def id(self) -> str:
        """Name and version: `tier-maturity/1`."""
        return f"{self.name}/{self.version}"

    @property
    def questions(self) -> Iterator[Question]:
        """All its questions, in order."""
        return (question for section in self.sections for question in section.questions)

    def question(self, name: str) -> Question | None:
        """A question by its name."""
        return next((one for one in self.questions if one.name == name), None)
