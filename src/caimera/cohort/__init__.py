"""The question a researcher asks: grammar, canonical form, meaning; knows no database."""

from caimera.cohort.canonical import canonical, canonical_text, question_hash
from caimera.cohort.documents import JSON_SCHEMA, from_json, to_json
from caimera.cohort.errors import Problem, QuestionError
from caimera.cohort.grammar import parse
from caimera.cohort.meaning import Record, holds
from caimera.cohort.question import (
    EVERYTHING,
    MAX_BYTES,
    MAX_CONDITIONS,
    MAX_DEPTH,
    And,
    Condition,
    Not,
    Or,
    Question,
    Range,
    SomeSeries,
    conditions,
)
from caimera.cohort.words import in_words
from caimera.cohort.writing import to_text
from caimera.vocabulary import Operator

__all__ = [
    "EVERYTHING",
    "JSON_SCHEMA",
    "MAX_BYTES",
    "MAX_CONDITIONS",
    "MAX_DEPTH",
    "And",
    "Condition",
    "Not",
    "Operator",
    "Or",
    "Problem",
    "Question",
    "QuestionError",
    "Range",
    "Record",
    "SomeSeries",
    "canonical",
    "canonical_text",
    "conditions",
    "from_json",
    "holds",
    "in_words",
    "parse",
    "question_hash",
    "to_json",
    "to_text",
]
