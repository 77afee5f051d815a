"""The JSON form of a question, and its JSON Schema made from the vocabulary.

`{"and": […]}`, `{"or": […]}`, `{"not": {…}}` or `{"variable": …, "operator": …, "value": …}`. The value of
BETWEEN is `{"min": …, "max": …}` with either left out, of IN a list; MISSING has none. Reading also takes
labels, synonyms and codes; the schema describes the names that are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from caimera.cohort.errors import MAX_PROBLEMS, Misreading, Problem, QuestionError, shown
from caimera.cohort.question import (
    EVERYTHING,
    MAX_CONDITIONS,
    MAX_DEPTH,
    NOTHING,
    And,
    Condition,
    Not,
    Or,
    Question,
    Range,
    check_limits,
    plain,
    too_deep,
)
from caimera.cohort.reading import read_condition, read_operator, read_variable
from caimera.vocabulary import VOCABULARY, Kind, Operator, Variable

_SHAPES = "Write one of and, or, not; or variable, operator and value."


def from_json(document: object) -> Question:
    """The question of a parsed JSON document. Raises QuestionError: every problem with its JSON Pointer."""
    place = _Place()
    question = _question(document, place)
    if place.problems:
        raise QuestionError(*place.problems)
    check_limits(question)
    return question


def to_json(question: Question) -> dict[str, Any]:
    """The document `from_json` reads as this question."""
    match question:
        case And(parts):
            return {"and": [to_json(part) for part in parts]}
        case Or(()):
            return to_json(NOTHING)
        case Or(parts):
            return {"or": [to_json(part) for part in parts]}
        case Not(child):
            return {"not": to_json(child)}
        case Condition(variable, operator, value):
            head = {"variable": variable, "operator": operator.value}
            return head if operator is Operator.MISSING else {**head, "value": _value(value)}


def _value(value: object) -> object:
    match value:
        case Range(low, high):
            ends = {"min": low, "max": high}
            return {end: plain(number) for end, number in ends.items() if number is not None}
        case tuple():
            return [plain(one) for one in value]
        case _:
            return plain(value)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the document the reading is, and the problems found so far anywhere in it."""

    path: str = ""
    depth: int = 0
    problems: list[Problem] = field(default_factory=list)

    def inside(self, *members: str | int) -> _Place:
        return _Place(self._pointer(*members), self.depth + 1, self.problems)

    def wrong(self, message: str, fix: str, *members: str | int) -> Question:
        self.problems.append(Problem(self._pointer(*members), message, fix))
        return EVERYTHING

    def _pointer(self, *members: str | int) -> str:
        return self.path + "".join(f"/{member}" for member in members)


def _question(document: object, place: _Place) -> Question:
    if place.depth > MAX_DEPTH:
        raise QuestionError(*place.problems, too_deep())
    if len(place.problems) >= MAX_PROBLEMS:
        raise QuestionError(*place.problems)
    match document:
        case {"and": list(parts), **rest} if not rest:
            return And(tuple(_question(part, place.inside("and", at)) for at, part in enumerate(parts)))
        case {"or": list(parts), **rest} if not rest and parts:
            return Or(tuple(_question(part, place.inside("or", at)) for at, part in enumerate(parts)))
        case {"or": [], **rest} if not rest:
            return place.wrong(
                "An empty “or” would find nothing.", 'Write {"and": []} to ask for everything.'
            )
        case {"not": child, **rest} if not rest:
            return Not(_question(child, place.inside("not")))
        case {"variable": str(variable), "operator": str(operator), **rest}:
            return _condition(variable, operator, rest, place)
        case _:
            return place.wrong("This is not a question.", _SHAPES)


def _condition(variable: str, operator: str, rest: Mapping[object, object], place: _Place) -> Question:
    unknown = sorted(map(str, rest.keys() - {"value"}))
    if unknown:
        return place.wrong("A condition has no such member.", f"Take {shown(unknown[0])} away.", unknown[0])
    try:
        found = read_variable(variable)
        comparison = read_operator(operator)
        return read_condition(found, comparison, _raw(comparison, rest.get("value")))
    except Misreading as problem:
        return place.wrong(problem.message, problem.fix, problem.part)


def _raw(operator: Operator, value: object) -> object:
    if operator is not Operator.BETWEEN:
        return value
    if not isinstance(value, Mapping) or value.keys() - {"min", "max"}:
        raise Misreading("BETWEEN takes an object with min, max or both.", 'Write {"min": 40, "max": 70}.')
    return value.get("min"), value.get("max")


def _schema() -> dict[str, Any]:
    question = {"$ref": "#/$defs/question"}
    several = {"type": "array", "items": question}
    shapes = [
        _object({"and": several}),
        _object({"or": {**several, "minItems": 1}}),
        _object({"not": question}),
        *(_object(shape) for variable in VOCABULARY.variables for shape in _condition_schemas(variable)),
    ]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Question",
        "description": f"A question about image series, vocabulary {VOCABULARY.version}; "
        f"at most {MAX_DEPTH} levels deep, at most {MAX_CONDITIONS:,} conditions.",
        "$ref": "#/$defs/question",
        "$defs": {"question": {"oneOf": shapes}}
        | {variable.name: _value_schema(variable) for variable in VOCABULARY.variables},
    }


def _condition_schemas(variable: Variable) -> list[dict[str, Any]]:
    one = {"$ref": f"#/$defs/{variable.name}"}
    values = {
        Operator.EQUALS: one,
        Operator.NOT_EQUALS: one,
        Operator.IN: {"type": "array", "items": one, "minItems": 1, "maxItems": MAX_CONDITIONS},
        Operator.BETWEEN: {
            "type": "object",
            "properties": {"min": one, "max": one},
            "minProperties": 1,
            "additionalProperties": False,
        },
    }
    head = {"const": variable.name, "title": variable.label}
    return [
        {"variable": head, "operator": {"const": operator.value}}
        | ({"value": values[operator]} if operator in values else {})
        for operator in variable.operators
    ]


def _value_schema(variable: Variable) -> dict[str, Any]:
    match variable.kind:
        case Kind.CODED:
            return {"enum": [value.name for value in variable.values], "description": variable.help}
        case Kind.BOOLEAN:
            return {"type": "boolean", "description": variable.help}
        case Kind.NUMBER:
            bounds = {"minimum": variable.minimum, "maximum": variable.maximum}
            known = {bound: plain(number) for bound, number in bounds.items() if number is not None}
            number = "integer" if variable.whole else "number"
            return {"type": number, **known, "description": variable.help}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


JSON_SCHEMA: dict[str, Any] = _schema()
