"""The JSON form of a question, and its JSON Schema made from the vocabulary.

`{"and": […]}`, `{"or": […]}`, `{"not": {…}}`, `{"series": {…}}` or `{"variable": …, "operator": …,
"value": …}`. The value of BETWEEN is `{"min": …, "max": …}` with either left out, of IN a list; MISSING has
none. EQUALS and IN take `"descendants": true`, a group `"of": "study"`. Reading also takes labels, synonyms
and codes, and turns CONTAINS into IN; the schema describes the names that are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from caimera.cohort.errors import Misreading, QuestionError, shown
from caimera.cohort.places import Place
from caimera.cohort.question import (
    MAX_CONDITIONS,
    MAX_DEPTH,
    NOTHING,
    And,
    Condition,
    Not,
    Or,
    Question,
    Range,
    SomeSeries,
    check_limits,
    plain,
    too_deep,
)
from caimera.cohort.reading import read_condition, read_operator, read_variable
from caimera.vocabulary import VOCABULARY, Kind, Level, Operator, Variable

_SHAPES = "Write one of and, or, not, series; or variable, operator and value."


def from_json(document: object) -> Question:
    """The question of a parsed JSON document. Raises QuestionError: every problem with its JSON Pointer."""
    place = Place()
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
        case SomeSeries(child, level):
            return {"series": to_json(child), **({"of": "study"} if level is Level.STUDY else {})}
        case Condition(variable, operator, value, descendants):
            head: dict[str, Any] = {"variable": variable, "operator": operator.value}
            tail = {"descendants": True} if descendants else {}
            return head if operator is Operator.MISSING else {**head, "value": _value(value), **tail}


def _value(value: object) -> object:
    match value:
        case Range(low, high):
            ends = {"min": low, "max": high}
            return {end: plain(number) for end, number in ends.items() if number is not None}
        case tuple():
            return [plain(one) for one in value]
        case _:
            return plain(value)


def _question(document: object, place: Place, *, grouped: bool = False) -> Question:
    if place.depth > MAX_DEPTH:
        raise QuestionError(*place.problems, too_deep())
    match document:
        case {"and": list(parts), **rest} if not rest:
            return And(_questions(parts, place, "and", grouped=grouped))
        case {"or": list(parts), **rest} if not rest and parts:
            return Or(_questions(parts, place, "or", grouped=grouped))
        case {"or": [], **rest} if not rest:
            return place.wrong(
                "An empty “or” would find nothing.", 'Write {"and": []} to ask for everything.'
            )
        case {"not": child, **rest} if not rest:
            return Not(_question(child, place.inside("not"), grouped=grouped))
        case {"series": child, **rest}:
            return _group(child, rest, place, grouped=grouped)
        case {"variable": str(variable), "operator": str(operator), **rest}:
            return _condition(variable, operator, rest, place)
        case _:
            return place.wrong("This is not a question.", _SHAPES)


def _questions(parts: list[object], place: Place, row: str, *, grouped: bool) -> tuple[Question, ...]:
    return tuple(_question(part, place.inside(row, at), grouped=grouped) for at, part in enumerate(parts))


def _group(child: object, rest: Mapping[object, object], place: Place, *, grouped: bool) -> Question:
    if grouped:
        return place.wrong("A group stands inside a group.", "Put the two side by side, joined with and.")
    if rest.keys() - {"of"} or rest.get("of", "patient") not in ("patient", "study"):
        return place.wrong("A group has only series and of.", 'Write "of": "study", or leave it away.')
    level = Level(str(rest.get("of", "patient")))
    return SomeSeries(_question(child, place.inside("series"), grouped=True), level)


def _condition(variable: str, operator: str, rest: Mapping[object, object], place: Place) -> Question:
    unknown = sorted(map(str, rest.keys() - {"value", "descendants"}))
    if unknown:
        return place.wrong("A condition has no such member.", f"Take {shown(unknown[0])} away.", unknown[0])
    try:
        found = read_variable(variable)
        comparison = read_operator(operator)
        raw = _raw(comparison, rest.get("value"))
        return read_condition(found, comparison, raw, descendants=_flag(rest.get("descendants", False)))
    except Misreading as problem:
        return place.wrong(problem.message, problem.fix, problem.part)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise Misreading("Descendants are asked for with true.", "Write true or false.", "descendants")
    return value


def _raw(operator: Operator, value: object) -> object:
    if operator is not Operator.BETWEEN:
        return value
    if not isinstance(value, Mapping) or value.keys() - {"min", "max"}:
        raise Misreading("BETWEEN takes an object with min, max or both.", 'Write {"min": 40, "max": 70}.')
    return value.get("min"), value.get("max")


def _schema() -> dict[str, Any]:
    shapes = [shape for variable in VOCABULARY.variables for shape in _condition_schemas(variable)]
    alike = {"$ref": "#/$defs/alike"}
    group = _object({"series": alike}, {"of": {"enum": ["patient", "study"]}})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Question",
        "description": f"A question about image series, vocabulary {VOCABULARY.version}; "
        f"at most {MAX_DEPTH} levels deep, at most {MAX_CONDITIONS:,} conditions.",
        "$ref": "#/$defs/question",
        "$defs": {
            "question": {"oneOf": [*_rows({"$ref": "#/$defs/question"}), group, *shapes]},
            "alike": {
                "oneOf": [*_rows(alike), *shapes],
                "description": "What a series of a group is like: a question without groups.",
            },
        }
        | {variable.name: _value_schema(variable) for variable in VOCABULARY.variables},
    }


def _rows(question: dict[str, Any]) -> list[dict[str, Any]]:
    several = {"type": "array", "items": question}
    return [
        _object({"and": several}),
        _object({"or": {**several, "minItems": 1}}),
        _object({"not": question}),
    ]


def _condition_schemas(variable: Variable) -> list[dict[str, Any]]:
    one = {"$ref": f"#/$defs/{variable.name}"}
    values = {
        Operator.EQUALS: one,
        Operator.NOT_EQUALS: one,
        Operator.IN: {"type": "array", "items": one, "minItems": 1},
        Operator.BETWEEN: {
            "type": "object",
            "properties": {"min": one, "max": one},
            "minProperties": 1,
            "additionalProperties": False,
        },
        Operator.LOWER_THAN: one,
        Operator.GREATER_THAN: one,
        Operator.CONTAINS: {"type": "string", "pattern": "[^ _-]"},
    }
    narrower = {"descendants": {"type": "boolean"}} if variable.kind is Kind.CODED else {}
    head = {"const": variable.name, "title": variable.label}
    return [
        _object(
            {"variable": head, "operator": {"const": operator.value}}
            | ({"value": values[operator]} if operator in values else {}),
            narrower if operator in (Operator.EQUALS, Operator.IN) else {},
        )
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


def _object(properties: dict[str, Any], optional: Mapping[str, Any] = MappingProxyType({})) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**properties, **optional},
        "required": list(properties),
        "additionalProperties": False,
    }


JSON_SCHEMA: dict[str, Any] = _schema()
