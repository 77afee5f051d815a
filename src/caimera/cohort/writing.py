"""Writes a question in its readable text form, the one `grammar.py` describes."""

from __future__ import annotations

from caimera.cohort.question import And, Condition, Not, Or, Question, Range, SomeSeries, text_of
from caimera.vocabulary import Level, Operator

_SIGNS = {Operator.NOT_EQUALS: "!=", Operator.LOWER_THAN: "<", Operator.GREATER_THAN: ">"}


def to_text(question: Question) -> str:
    """The text `parse` reads as this question; brackets only where they are needed."""
    match question:
        case Condition():
            return _condition_text(question)
        case SomeSeries(child, level):
            return f"some series{' of the study' if level is Level.STUDY else ''} ({to_text(child)})"
        case Not(child):
            return _complement(child)
        case And((only,)) | Or((only,)):
            return to_text(only)
        case And(()):
            return "everything"
        case Or(()):
            return "not everything"
        case And(parts):
            return " and ".join(map(_bracketed, parts))
        case Or(parts):
            return " or ".join(_bracketed(part) if isinstance(part, Or) else to_text(part) for part in parts)


def _complement(child: Question) -> str:
    match child:
        case Condition(variable, Operator.MISSING):
            return f"{variable} is recorded"
        case _:
            return f"not {_bracketed(child)}"


def _bracketed(question: Question) -> str:
    match question:
        case And((only,)) | Or((only,)):
            return _bracketed(only)
        case And((_, *_)) | Or((_, *_)):
            return f"({to_text(question)})"
        case _:
            return to_text(question)


def _condition_text(condition: Condition) -> str:
    return _comparison(condition) + (" with descendants" if condition.descendants else "")


def _comparison(condition: Condition) -> str:
    name = condition.variable
    match condition.operator, condition.value:
        case Operator.MISSING, _:
            return f"{name} is missing"
        case Operator.BETWEEN, Range(low, None) if low is not None:
            return f"{name} >= {text_of(low)}"
        case Operator.BETWEEN, Range(None, high) if high is not None:
            return f"{name} <= {text_of(high)}"
        case _, Range(low, high):
            return f"{name} between {text_of(low)} and {text_of(high)}"
        case _, tuple(values):
            return f"{name} in ({', '.join(map(text_of, values))})"
        case operator, value:
            return f"{name} {_SIGNS.get(operator, '=')} {text_of(value)}"
