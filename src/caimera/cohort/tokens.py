"""Splits the text of a question into words, numbers, symbols and quoted names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from caimera.cohort.errors import Problem, QuestionError, shown

KEYWORDS = frozenset(
    {"and", "or", "not", "in", "between", "is", "missing", "recorded", "everything", "contains"}
    | {"with", "descendants", "some", "series", "of", "the", "patient", "study"}
)

_TOKEN = re.compile(
    r"""(?P<blank>\s+)
      | (?P<quoted>"(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*')
      | (?P<symbol>!=|<>|>=|<=|==|[=<>(),*])
      | (?P<word>[\w.:+-]+)""",
    re.VERBOSE | re.DOTALL,
)
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: a `word`, `quoted`, `symbol` or the `end`, and the position where it begins."""

    kind: str
    text: str
    start: int

    @property
    def keyword(self) -> str:
        """The keyword or symbol this token is, or an empty string."""
        lowered = self.text.lower()
        return lowered if self.kind == "symbol" or (self.kind == "word" and lowered in KEYWORDS) else ""

    @property
    def is_name(self) -> bool:
        """Whether this token can name a variable or a value."""
        return self.kind == "quoted" or (self.kind == "word" and not self.keyword)

    @property
    def number(self) -> float | None:
        """The number this token is, if it is one."""
        is_number = self.kind == "word" and _NUMBER.fullmatch(self.text)
        return float(self.text) if is_number else None

    def __str__(self) -> str:
        return "the end" if self.kind == "end" else shown(self.text)


def split(text: str) -> Iterator[Token]:
    """The tokens of `text`, the last of kind `end`. Raises QuestionError at a character that fits nowhere."""
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise QuestionError(_unreadable(text, position))
        kind = match.lastgroup or ""
        if kind != "blank":
            yield Token(kind, _unquoted(kind, match.group()), position)
        position = match.end()
    yield Token("end", "", len(text.rstrip()))


def place(text: str, position: int) -> str:
    """`column 12`, or `line 2, column 5` where the text has several lines."""
    line = text.count("\n", 0, position) + 1
    column = position - (text.rfind("\n", 0, position) + 1) + 1
    return f"line {line}, column {column}" if "\n" in text.rstrip() else f"column {column}"


def _unquoted(kind: str, text: str) -> str:
    return _ESCAPED.sub(r"\1", text[1:-1]) if kind == "quoted" else text


def _unreadable(text: str, position: int) -> Problem:
    if text[position] in "\"'":
        return Problem(place(text, position), "A quote opens here and never closes.", "Close it.")
    message = f"{shown(text[position])} has no meaning here."
    return Problem(place(text, position), message, "Put names with such characters in quotes.")
