"""Writes a question as the query tree (AST) of Samply Lens, in the three rows its search bars have."""

from __future__ import annotations

from typing import Any

from caimera.cohort.question import And, Condition, Not, Or, Question, Range, SomeSeries, plain
from caimera.vocabulary import VOCABULARY, Operator, Variable

EVERYTHING: dict[str, Any] = {"operand": "OR", "children": []}
"""How Lens asks for everything."""


def tree(form: Question) -> dict[str, Any]:
    """A canonical question as bars (OR) of chips (AND) of values (OR), deeper where it has to be.

    What is missing is asked for by the code of "unknown". NOT and SOME_SERIES stand where Lens has no words;
    readers that do not know them refuse the tree, none can take them for something else.
    """
    if form == And(()):
        return EVERYTHING
    bars = form.children if isinstance(form, Or) else (form,)
    return _operation("OR", [_bar(bar) for bar in bars])


def _bar(question: Question) -> dict[str, Any]:
    chips = question.children if isinstance(question, And) else (question,)
    return _operation("AND", [_chip(chip) for chip in chips])


def _chip(question: Question) -> dict[str, Any]:
    node = _node(question)
    return node if node.get("operand") == "OR" else _operation("OR", [node])


def _node(question: Question) -> dict[str, Any]:
    match question:
        case And(parts):
            return _operation("AND", [_node(part) for part in parts])
        case Or(parts):
            return _operation("OR", [_node(part) for part in parts])
        case Not(child):
            return _operation("NOT", [_node(child)])
        case SomeSeries(child, level):
            return {**_operation("SOME_SERIES", [_node(child)]), "of": level.value}
        case Condition(name, Operator.IN, tuple(values)):
            variable = VOCABULARY.variable(name)
            return _operation("OR", [_comparison(variable, Operator.EQUALS, value) for value in values])
        case Condition(name, operator, value):
            return _comparison(VOCABULARY.variable(name), operator, value)


def _operation(operand: str, children: list[dict[str, Any]]) -> dict[str, Any]:
    return {"operand": operand, "children": children}


def _comparison(variable: Variable, operator: Operator, value: object) -> dict[str, Any]:
    if operator is Operator.MISSING:
        return {"key": variable.eucaim, "type": "EQUALS", "value": VOCABULARY.missing.eucaim}
    return {"key": variable.eucaim, "type": operator.value, "value": _value(variable, value)}


def _value(variable: Variable, value: object) -> object:
    match value:
        case Range(low, high):
            ends = {"min": low, "max": high}
            return {end: plain(number) for end, number in ends.items() if number is not None}
        case str(name):
            return variable.value(name).eucaim
        case _:
            return plain(value)
