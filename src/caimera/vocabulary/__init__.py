"""Codes and labels both sides share: variables, value sets, crosswalks."""

from caimera.vocabulary.errors import (
    BrokenVocabulary,
    UnknownValue,
    UnknownVariable,
    UnknownWord,
    VocabularyError,
)
from caimera.vocabulary.loading import load
from caimera.vocabulary.model import Coding, Group, Kind, Level, Operator, Value, Variable, Vocabulary, fold

VOCABULARY: Vocabulary = load()
VERSION: str = VOCABULARY.version

__all__ = [
    "VERSION",
    "VOCABULARY",
    "BrokenVocabulary",
    "Coding",
    "Group",
    "Kind",
    "Level",
    "Operator",
    "UnknownValue",
    "UnknownVariable",
    "UnknownWord",
    "Value",
    "Variable",
    "Vocabulary",
    "VocabularyError",
    "fold",
]
