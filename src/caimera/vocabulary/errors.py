"""What can go wrong with words and codes.

VocabularyError
├── BrokenVocabulary      the data files contradict themselves: mend vocabulary/data
└── UnknownWord           a word nobody knows; carries suggestions
    ├── UnknownVariable
    └── UnknownValue
"""

from __future__ import annotations


class VocabularyError(ValueError):
    """Root of this room's errors."""


class BrokenVocabulary(VocabularyError):
    """The vocabulary's own data are inconsistent."""


class UnknownWord(VocabularyError):
    """A word that names nothing here. `suggestions` are names that come close, best first."""

    def __init__(self, word: str, kind: str, suggestions: tuple[str, ...]) -> None:
        self.word = word
        self.suggestions = suggestions
        super().__init__(f"“{word}” is not a {kind}. {self.hint}".rstrip())

    @property
    def hint(self) -> str:
        """“Did you mean …?” or nothing."""
        return f"Did you mean {' or '.join(self.suggestions)}?" if self.suggestions else ""


class UnknownVariable(UnknownWord):
    """No variable answers to this word."""

    def __init__(self, word: str, suggestions: tuple[str, ...]) -> None:
        super().__init__(word, "searchable variable", suggestions)


class UnknownValue(UnknownWord):
    """No value of the variable answers to this word."""

    def __init__(self, word: str, variable: str, suggestions: tuple[str, ...]) -> None:
        self.variable = variable
        super().__init__(word, f"value of {variable}", suggestions)
