"""The constraints of SHACL Core that our shapes use, one function each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from caimera.dcat.graph import Graph, Term
from caimera.dcat.names import shrink, term


class Knows(Protocol):
    """A graph, and whether something in it is of a class."""

    graph: Graph

    def is_a(self, value: Term, kind: NamedNode) -> bool: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """A constraint that is broken, by a value or by the lack of one."""

    constraint: str
    value: Term | None
    problem: str


Values: TypeAlias = tuple[Term, ...]
Check: TypeAlias = Callable[[Any, Term, Values], Iterable[Finding]]
Conforming: TypeAlias = Callable[[Any, Term], bool]


def minimum(count: int) -> Check:
    """sh:minCount"""

    def check(graph: Knows, focus: Term, values: Values) -> Iterable[Finding]:
        if len(values) >= count:
            return ()
        problem = "is missing" if not values else f"is given only {len(values)} times"
        return (Finding("MinCount", None, problem),)

    return check


def maximum(count: int) -> Check:
    """sh:maxCount"""

    def check(graph: Knows, focus: Term, values: Values) -> Iterable[Finding]:
        if len(values) <= count:
            return ()
        return (Finding("MaxCount", None, f"is given {len(values)} times"),)

    return check


def _each(name: str, fits: Callable[[Any, Term], bool], problem: Callable[[Term], str]) -> Check:
    def check(graph: Knows, focus: Term, values: Values) -> Iterable[Finding]:
        return [Finding(name, value, problem(value)) for value in values if not fits(graph, value)]

    return check


_NODE_KINDS: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {
        "IRI": (NamedNode,),
        "Literal": (Literal,),
        "BlankNode": (BlankNode,),
        "BlankNodeOrIRI": (BlankNode, NamedNode),
        "BlankNodeOrLiteral": (BlankNode, Literal),
        "IRIOrLiteral": (NamedNode, Literal),
    }
)


def node_kind(name: str) -> Check:
    """sh:nodeKind"""
    allowed = _NODE_KINDS[name]
    wanted = {"IRI": "an address", "Literal": "text"}.get(name, "a thing with an address or properties")
    return _each(
        "NodeKind",
        lambda _, value: isinstance(value, allowed),
        lambda value: f"is {shown(value)}, not {wanted}",
    )


def datatype(kind: NamedNode) -> Check:
    """sh:datatype, the form of the text included"""
    name = shrink(kind.value)
    return _each(
        "Datatype",
        lambda _, value: isinstance(value, Literal) and value.datatype == kind and well_formed(value),
        lambda value: f"is {shown(value)}, not {name}",
    )


def of_class(kind: NamedNode) -> Check:
    """sh:class"""
    name = shrink(kind.value)
    return _each(
        "Class",
        lambda graph, value: graph.is_a(value, kind),
        lambda value: f"is {shown(value)}, not described as {name}",
    )


def one_of(allowed: frozenset[Term]) -> Check:
    """sh:in"""
    return _each(
        "In", lambda _, value: value in allowed, lambda value: f"is {shown(value)}, which is not on the list"
    )


def pattern(expression: str, flags: str) -> Check:
    """sh:pattern"""
    found = re.compile(expression, re.IGNORECASE if "i" in flags else 0)

    def fits(_: Any, value: Term) -> bool:
        return not isinstance(value, BlankNode) and bool(found.search(value.value))

    return _each(
        "Pattern",
        fits,
        lambda value: f"is {shown(value)}, which is not of the form or list that is asked for",
    )


def languages(ranges: tuple[str, ...]) -> Check:
    """sh:languageIn"""

    def fits(_: Any, value: Term) -> bool:
        spoken = value.language or "" if isinstance(value, Literal) else ""
        return any(spoken == each or spoken.startswith(f"{each}-") for each in ranges)

    return _each("LanguageIn", fits, lambda value: f"is {shown(value)}, not in {' or '.join(ranges)}")


def has_value(wanted: Term) -> Check:
    """sh:hasValue"""

    def check(graph: Knows, focus: Term, values: Values) -> Iterator[Finding]:
        if wanted not in values:
            yield Finding("HasValue", None, f"lacks {shown(wanted)}")

    return check


def not_above(other: NamedNode) -> Check:
    """sh:lessThanOrEquals: every value against every value of another property"""

    def check(graph: Knows, focus: Term, values: Values) -> Iterator[Finding]:
        limits = () if isinstance(focus, Literal) else tuple(graph.graph.values(focus, other))
        for value in values:
            for limit in limits:
                if not _ordered(value, limit):
                    yield Finding(
                        "LessThanOrEquals",
                        value,
                        f"is {shown(value)}, and {shrink(other.value)} is {shown(limit)}",
                    )

    return check


def negated(conforms: Conforming) -> Check:
    """sh:not"""
    return _each("Not", lambda graph, value: not conforms(graph, value), lambda value: f"is {shown(value)}")


def any_of(alternatives: tuple[Conforming, ...]) -> Check:
    """sh:or"""
    return _each(
        "Or",
        lambda graph, value: any(conforms(graph, value) for conforms in alternatives),
        lambda value: f"({shown(value)}) is none of what is allowed",
    )


def enough(conforms: Conforming, count: int) -> Check:
    """sh:qualifiedValueShape with sh:qualifiedMinCount"""

    def check(graph: Knows, focus: Term, values: Values) -> Iterator[Finding]:
        if sum(conforms(graph, value) for value in values) < count:
            yield Finding("QualifiedMinCount", None, "lacks a value that is asked for")

    return check


def shown(value: Term) -> str:
    """A value in a sentence, cut short."""
    if isinstance(value, BlankNode):
        return "something without an address"
    text = shrink(value.value) if isinstance(value, NamedNode) else f"“{value.value}”"
    return text if len(text) <= 120 else f"{text[:110]}…"


_ZONE = r"(Z|[+-]\d\d:\d\d)?"
_LEXICAL: Mapping[NamedNode, re.Pattern[str]] = MappingProxyType(
    {
        term(f"xsd:{name}"): re.compile(form)
        for name, form in {
            "boolean": r"true|false|1|0",
            "integer": r"[+-]?\d+",
            "nonNegativeInteger": r"\+?\d+|-0+",
            "decimal": r"[+-]?(\d+(\.\d*)?|\.\d+)",
            "hexBinary": r"([0-9A-Fa-f]{2})*",
            "date": r"-?\d{4,}-\d\d-\d\d" + _ZONE,
            "dateTime": r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?" + _ZONE,
            "gYear": r"-?\d{4,}" + _ZONE,
            "gYearMonth": r"-?\d{4,}-\d\d" + _ZONE,
            "duration": r"-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?",
        }.items()
    }
)
_DAYS = {"date", "dateTime"}
_NUMBERS = {"integer", "nonNegativeInteger", "decimal"}


def well_formed(literal: Literal) -> bool:
    """Whether a literal's text is what its datatype says; a datatype that is not known is believed."""
    form = _LEXICAL.get(literal.datatype)
    if form is None:
        return True
    if not form.fullmatch(literal.value):
        return False
    return _kind(literal) not in _DAYS or _comparable(literal) is not None


def _kind(literal: Literal) -> str:
    return literal.datatype.value.rpartition("#")[2]


def _comparable(value: Term) -> tuple[str, Any] | None:
    """A value that can be put in order with others of its kind, and that kind; None for others."""
    if not isinstance(value, Literal):
        return None
    try:
        if (kind := _kind(value)) in _NUMBERS:
            return "number", Decimal(value.value)
        if kind == "date":
            return "date", date.fromisoformat(value.value[:10])
        if kind == "dateTime":
            moment = datetime.fromisoformat(value.value)
            return f"dateTime {moment.tzinfo is not None}", moment
    except (InvalidOperation, ValueError):
        return None
    if kind in {"gYear", "gYearMonth"}:
        return kind, value.value
    return None


def _ordered(value: Term, limit: Term) -> bool:
    first, second = _comparable(value), _comparable(limit)
    return first is not None and second is not None and first[0] == second[0] and bool(first[1] <= second[1])
