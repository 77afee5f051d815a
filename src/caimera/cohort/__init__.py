"""The question a researcher asks: grammar, canonical form, meaning; knows no database."""

from caimera.cohort.bands import Banded, banded
from caimera.cohort.canonical import canonical, canonical_text, question_hash
from caimera.cohort.documents import JSON_SCHEMA, from_json, to_json
from caimera.cohort.errors import Problem, QuestionError
from caimera.cohort.grammar import parse
from caimera.cohort.lens import Dialect, from_lens, is_lens, to_lens
from caimera.cohort.meaning import Record, holds
from caimera.cohort.parts import count_parts, without_parts
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
    "Banded",
    "Condition",
    "Dialect",
    "Not",
    "Operator",
    "Or",
    "Problem",
    "Question",
    "QuestionError",
    "Range",
    "Record",
    "SomeSeries",
    "banded",
    "canonical",
    "canonical_text",
    "conditions",
    "count_parts",
    "from_json",
    "from_lens",
    "holds",
    "in_words",
    "is_lens",
    "parse",
    "question_hash",
    "to_json",
    "to_lens",
    "to_text",
    "without_parts",
]
