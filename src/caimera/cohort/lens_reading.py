"""Reads the query tree (AST) of Samply Lens, the form in which EUCAIM's explorer asks.

An operation is `{"operand": "AND" | "OR" | "NOT" | "XOR", "children": […]}`, a condition
`{"key": …, "type": …, "value": …}`. Keys and values are codes, with or without the prefixes in use. Beyond
what Lens writes, `{"operand": "SOME_SERIES", "of": "study", "children": [one]}` is read: we write it where
Lens has no words.

Nothing is read loosely: what cannot be understood is a problem with its place, never a condition left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from caimera.cohort.errors import Misreading, Problem, QuestionError, shown
from caimera.cohort.places import Place
from caimera.cohort.question import (
    EVERYTHING,
    MAX_CONDITIONS,
    MAX_DEPTH,
    And,
    Condition,
    Not,
    Or,
    Question,
    Scalar,
    SomeSeries,
    too_deep,
    too_many,
)
from caimera.cohort.reading import read_condition, read_operator, read_variable
from caimera.vocabulary import Level, Operator

# The explorer sends PI-RADS under the key of BI-RADS; the value tells which of the two is meant.
_BI_RADS = "bi_rads"
_RADS = (_BI_RADS, "pi_rads")
_PREFIX = re.compile(
    r"^(?:EUCAIM_Hyper-Ontology_V\d+(\.\d+)*\.|EUCAIM:|https?://cancerimage\.eu/ontology/EUCAIM#"
    r"|SNOMEDCT:?|SCT:|https?://snomed\.info/(?:sct|id)/|RADLEX:|NCIT:|BIRNLEX:)",
    re.IGNORECASE,
)
_OPERANDS = "Use AND, OR, NOT, XOR or SOME_SERIES."
_SHAPES = "Write operand and children, or key, type and value."
_MAX_NODES = MAX_CONDITIONS * MAX_DEPTH


def read_tree(document: object, place: Place) -> Question:
    """The question of a query tree; its problems are noted in `place`. Raises QuestionError at a limit."""
    match document:
        case {"operand": str(operand), "children": []} if operand.upper() == "OR":
            # Lens asks for everything so.
            return EVERYTHING
        case _:
            return _Reader().question(document, place)


@dataclass(slots=True)
class _Reader:
    """`weight` is how often a part will stand in the question: XOR repeats what is below it."""

    _nodes: int = 0
    _conditions: int = 0
    _grouped: bool = False

    def question(self, document: object, place: Place, weight: int = 1) -> Question:
        self._nodes += weight
        if place.depth > 4 * MAX_DEPTH:
            raise QuestionError(*place.problems, too_deep())
        if self._nodes > _MAX_NODES:
            message = f"The query has more than {_MAX_NODES:,} operations and conditions, XOR written out."
            raise QuestionError(*place.problems, Problem("", message, "Take out what says nothing."))
        match document:
            case {"operand": str(operand), "children": list(children), **rest}:
                return self._operation(operand.upper(), children, rest, place, weight)
            case _:
                self._count(weight, place)
                return _condition(document, place)

    def _operation(
        self, operand: str, children: list[object], rest: Mapping[object, object], place: Place, weight: int
    ) -> Question:
        match operand:
            case "AND":
                return _row(And, self._children(children, place, weight))
            case "OR" if not children:
                return place.wrong("An OR without children is only read alone.", "Take it away.")
            case "OR":
                return self._alternatives(children, place, weight)
            case "NOT":
                return self._complement(children, place, weight)
            case "XOR":
                return self._either(children, place, weight)
            case "SOME_SERIES":
                return self._group(children, rest, place, weight)
            case _:
                return place.wrong(f"{shown(operand)} is not an operand.", _OPERANDS, "operand")

    def _children(self, children: list[object], place: Place, weight: int) -> list[Question]:
        return [self.question(one, place.inside("children", at), weight) for at, one in enumerate(children)]

    def _alternatives(self, children: list[object], place: Place, weight: int) -> Question:
        """An OR; the values of one key, as Lens writes a list of them, become that list and count once."""
        if not _is_list(children):
            return _row(Or, self._children(children, place, weight))
        self._nodes += weight * len(children)
        read = [_condition(one, place.inside("children", at)) for at, one in enumerate(children)]
        found = _listed(read)
        self._count(weight * len(found), place)
        return _row(Or, found)

    def _complement(self, children: list[object], place: Place, weight: int) -> Question:
        if len(children) != 1:
            return place.wrong("NOT takes one child.", "Put an AND or an OR between.", "children")
        return Not(self.question(children[0], place.inside("children", 0), weight))

    def _either(self, children: list[object], place: Place, weight: int) -> Question:
        if len(children) != 2:
            fix = "Nest one XOR in another, so that it is clear what is meant."
            return place.wrong("XOR takes two children.", fix, "children")
        one, other = self._children(children, place, 2 * weight)
        return Or((And((one, Not(other))), And((Not(one), other))))

    def _group(
        self, children: list[object], rest: Mapping[object, object], place: Place, weight: int
    ) -> Question:
        of = rest.get("of", "patient")
        if of not in ("patient", "study"):
            return place.wrong("A group is of the patient or of the study.", "Write patient or study.", "of")
        if self._grouped or len(children) != 1:
            return place.wrong(
                "SOME_SERIES takes one child without another SOME_SERIES.", "Use AND.", "children"
            )
        self._grouped = True
        child = self.question(children[0], place.inside("children", 0), weight)
        self._grouped = False
        return SomeSeries(child, Level(str(of)))

    def _count(self, conditions: int, place: Place) -> None:
        self._conditions += conditions
        if self._conditions > MAX_CONDITIONS:
            raise QuestionError(*place.problems, too_many())


def _row(kind: type[And | Or], parts: Sequence[Question]) -> Question:
    """Lens always nests three rows; a row of one is left out, so that depth is what the question needs."""
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


def _is_list(children: list[object]) -> bool:
    keys = [child.get("key") if _is_equals(child) else None for child in children if isinstance(child, dict)]
    return len(keys) == len(children) and isinstance(keys[0], str) and keys.count(keys[0]) == len(keys)


def _is_equals(child: Mapping[str, object]) -> bool:
    return child.get("type") == "EQUALS" and "operand" not in child


def _listed(read: list[Question]) -> list[Question]:
    """The values named of each variable as one list; what else was read, as it is."""
    named: dict[str, dict[Scalar, None]] = {}
    others: list[Question] = []
    for one in read:
        match one:
            case Condition(variable, Operator.EQUALS, (str() | float()) as value):
                named.setdefault(variable, {})[value] = None
            case _:
                others.append(one)
    lists = [_one_of(variable, tuple(values)) for variable, values in named.items()]
    return [*lists, *dict.fromkeys(others)]


def _one_of(variable: str, values: tuple[str | float, ...]) -> Condition:
    if len(values) == 1:
        return Condition(variable, Operator.EQUALS, values[0])
    return Condition(variable, Operator.IN, values)


def _condition(document: object, place: Place) -> Question:
    match document:
        case {"key": str(key), "type": str(kind), "value": value, **rest} if not rest.keys() - {"system"}:
            try:
                return _read(key, kind, value)
            except Misreading as problem:
                part = {"variable": "key", "operator": "type"}.get(problem.part, problem.part)
                return place.wrong(problem.message, problem.fix, part)
        case _:
            return place.wrong("This is neither an operation nor a condition.", _SHAPES)


def _read(key: str, kind: str, value: object) -> Question:
    variable, operator = read_variable(_bare(key)), read_operator(kind)
    if operator is Operator.MISSING:
        raise Misreading("MISSING is not a type of Lens.", "Write EQUALS SNOMEDCT261665006.", "operator")
    raw = _raw(operator, value)
    return read_condition(variable, operator, raw) if variable.name != _BI_RADS else _read_rads(operator, raw)


def _read_rads(operator: Operator, raw: object) -> Question:
    """BI-RADS, or PI-RADS where only it knows the value; a list may name values of both."""
    bi_rads, pi_rads = map(read_variable, _RADS)
    if isinstance(raw, list) and raw and operator in (Operator.EQUALS, Operator.IN):
        return _row(Or, _listed([_read_rads(Operator.EQUALS, one) for one in raw]))
    try:
        return read_condition(bi_rads, operator, raw)
    except Misreading as problem:
        try:
            return read_condition(pi_rads, operator, raw)
        except Misreading:
            raise problem from None


def _raw(operator: Operator, value: object) -> object:
    """The value as `read_condition` takes it; Lens may give a range where one number is meant."""
    match operator, value:
        case Operator.BETWEEN, {**ends} if not ends.keys() - {"min", "max"}:
            return ends.get("min"), ends.get("max")
        case Operator.BETWEEN, _:
            raise Misreading(
                "BETWEEN takes an object with min, max or both.", 'Write {"min": 40, "max": 70}.'
            )
        case Operator.LOWER_THAN, {"max": end}:
            return end
        case Operator.GREATER_THAN, {"min": end}:
            return end
        case Operator.CONTAINS, _:
            return value
        case _, list(values):
            return [_bare(one) for one in values]
        case _:
            return _bare(value)


def _bare(word: object) -> Any:
    """A code without the prefix that names its system; any other value as it is."""
    return _PREFIX.sub("", word, count=1) if isinstance(word, str) else word
