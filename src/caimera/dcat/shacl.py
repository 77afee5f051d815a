"""The part of SHACL Core our shapes use, evaluated on a graph in memory. pyshacl agrees, as tests show."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from importlib.resources import files

from pyoxigraph import NamedNode

from caimera.dcat import constraints
from caimera.dcat.constraints import Check
from caimera.dcat.documents import TURTLE, read
from caimera.dcat.errors import BrokenShapes
from caimera.dcat.graph import Graph, Subject, Term
from caimera.dcat.names import TYPE, expand, term

_REST, _FIRST, _NIL = term("rdf:rest"), term("rdf:first"), term("rdf:nil")
_SUBCLASS = term("rdfs:subClassOf")
_PENDING = NamedNode("urn:caimera:shapes:mayBePending")
_READ_ELSEWHERE = (
    "path",
    "name",
    "message",
    "severity",
    "flags",
    "property",
    "targetClass",
    "qualifiedMinCount",
)
_WANTING = frozenset(term(f"sh:{name}") for name in ("minCount", "hasValue", "qualifiedValueShape"))
_DESCRIBING = frozenset({TYPE, _PENDING, *(term(f"sh:{name}") for name in _READ_ELSEWHERE)})


class Severity(StrEnum):
    """How much a broken rule matters: MUST, SHOULD, recommended."""

    VIOLATION = "Violation"
    WARNING = "Warning"
    INFO = "Info"


@dataclass(frozen=True, slots=True)
class Rule:
    """A shape: whom it is about, what it asks, and how to mend what breaks it.

    `name` is what people call the property, `path` the property, None for a rule about the thing itself.
    `wants` are those of its checks that can miss something where there is no value at all.
    `pending` marks what may be left open while a Health Data Access Body is not appointed.
    """

    id: str
    name: str
    path: NamedNode | None
    target: NamedNode | None
    checks: tuple[Check, ...]
    wants: tuple[Check, ...]
    rules: tuple[Rule, ...]
    severity: Severity
    mend: str
    pending: bool


@dataclass(frozen=True, slots=True)
class Result:
    """A rule broken by `focus`; `constraint` is SHACL's name of it, `value` what broke it, if one did."""

    rule: Rule
    focus: Term
    constraint: str
    value: Term | None
    problem: str


def evaluate(graph: Graph | Kinds, rules: Iterable[Rule]) -> Iterator[Result]:
    """Every result of rules with a target on a graph; its `Kinds` serve any number of evaluations."""
    kinds = graph if isinstance(graph, Kinds) else Kinds(graph)
    for rule in rules:
        for focus in kinds.instances(rule.target):
            yield from _broken(kinds, rule, focus)


def _broken(kinds: Kinds, rule: Rule, focus: Term) -> list[Result]:
    """What is broken of a rule and of those inside it; lists, for nearly always there is nothing."""
    values = tuple(kinds.graph.values(focus, rule.path)) if rule.path else (focus,)
    found = [
        Result(rule, focus, finding.constraint, finding.value, finding.problem)
        for check in (rule.checks if values else rule.wants)
        for finding in check(kinds, focus, values)
    ]
    for value in values if rule.rules else ():
        about = kinds.graph.about(value)
        for inner in rule.rules:
            if inner.wants or inner.path is None or inner.path in about:
                found += _broken(kinds, inner, value)
    return found


class Kinds:
    """A graph with what is known about classes."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._above: dict[Term, frozenset[Term]] = {}

    def instances(self, kind: NamedNode | None) -> Sequence[Subject]:
        """Everything of a class or of one below it."""
        return self._instances.get(kind, ())

    @cached_property
    def _instances(self) -> Mapping[Term | None, Sequence[Subject]]:
        found: dict[Term | None, list[Subject]] = {}
        for subject, about in self.graph.subjects_about():
            types = about.get(TYPE, ())
            for kind in {kind for each in types for kind in self._classes(each)}:
                found.setdefault(kind, []).append(subject)
        return found

    def is_a(self, value: Term, kind: NamedNode) -> bool:
        """Whether a thing is said to be of a class, or of one below it."""
        types = self.graph.values(value, TYPE)
        return kind in types or any(kind in self._classes(each) for each in types)

    def _classes(self, kind: Term) -> frozenset[Term]:
        if kind not in self._above:
            found, waiting = {kind}, [kind]
            while waiting:
                each = waiting.pop()
                for broader in (
                    *self.graph.values(each, _SUBCLASS),
                    *known_classes().values(each, _SUBCLASS),
                ):
                    if broader not in found:
                        found.add(broader)
                        waiting.append(broader)
            self._above[kind] = frozenset(found)
        return self._above[kind]


def _conforms(kinds: Kinds, rule: Rule, value: Term) -> bool:
    return not _broken(kinds, rule, value)


@cache
def known_classes() -> Graph:
    """Kinds of agents and contacts, which records name without describing them."""
    return _package_graph("classes")


@cache
def rules_of(name: str) -> tuple[Rule, ...]:
    """The rules with a target in one of this package's files of shapes. Raises BrokenShapes."""
    return rules_in(_package_graph(name))


def shapes_text(name: str) -> bytes:
    """The shapes as they stand in the package, for whoever validates with another tool."""
    return files("caimera.dcat").joinpath("shapes", f"{name}.ttl").read_bytes()


def _package_graph(name: str) -> Graph:
    return read(shapes_text(name), TURTLE)


def rules_in(shapes: Graph) -> tuple[Rule, ...]:
    """The rules with a target in a graph of shapes. Raises BrokenShapes where they use more than is known."""
    reader = _Shapes(shapes)
    found = (reader.rule(subject) for subject in shapes.instances(term("sh:NodeShape")))
    return tuple(rule for rule in found if rule.target is not None)


class _Shapes:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._readers: Mapping[NamedNode, Callable[[Term, Term], Check]] = {
            term("sh:minCount"): lambda _, value: constraints.minimum(_number(value)),
            term("sh:maxCount"): lambda _, value: constraints.maximum(_number(value)),
            term("sh:nodeKind"): lambda _, value: constraints.node_kind(_name(value)),
            term("sh:datatype"): lambda _, value: constraints.datatype(_named(value)),
            term("sh:class"): lambda _, value: constraints.of_class(_named(value)),
            term("sh:in"): lambda _, value: constraints.one_of(frozenset(self._list(value))),
            term("sh:hasValue"): lambda _, value: constraints.has_value(value),
            term("sh:languageIn"): lambda _, value: constraints.languages(
                tuple(each.value for each in self._list(value))
            ),
            term("sh:lessThanOrEquals"): lambda _, value: constraints.not_above(_named(value)),
            term("sh:pattern"): lambda shape, value: constraints.pattern(
                value.value, self._word(shape, "sh:flags")
            ),
            term("sh:not"): lambda _, value: constraints.negated(self._conforming(value)),
            term("sh:or"): lambda _, value: constraints.any_of(
                tuple(map(self._conforming, self._list(value)))
            ),
            term("sh:qualifiedValueShape"): lambda shape, value: constraints.enough(
                self._conforming(value), _number(self._one(shape, "sh:qualifiedMinCount"))
            ),
        }

    def rule(self, shape: Term) -> Rule:
        """The rule a shape states."""
        path, target = self._optional(shape, "sh:path"), self._optional(shape, "sh:targetClass")
        severity = self._optional(shape, "sh:severity")
        return Rule(
            id=shape.value,
            name=self._word(shape, "sh:name"),
            path=None if path is None else _named(path),
            target=None if target is None else _named(target),
            checks=tuple(self._checks(shape, self._readers)),
            wants=tuple(self._checks(shape, _WANTING)),
            rules=tuple(map(self.rule, self._graph.values(shape, term("sh:property")))),
            severity=Severity.VIOLATION if severity is None else Severity(_name(severity)),
            mend=self._word(shape, "sh:message"),
            pending=bool(self._graph.values(shape, _PENDING)),
        )

    def _checks(self, shape: Term, which: Container[NamedNode]) -> Iterator[Check]:
        for predicate, values in self._graph.about(shape).items():
            if predicate in _DESCRIBING:
                continue
            if predicate not in self._readers:
                raise BrokenShapes(f"{shape} uses {predicate}, which caimera.dcat.shacl does not know.")
            if predicate in which:
                yield from (self._readers[predicate](shape, value) for value in values)

    def _conforming(self, shape: Term) -> Callable[[Kinds, Term], bool]:
        rule = self.rule(shape)
        return lambda kinds, value: _conforms(kinds, rule, value)

    def _list(self, head: Term) -> Iterator[Term]:
        while head != _NIL:
            yield self._one(head, _FIRST)
            head = self._one(head, _REST)

    def _word(self, shape: Term, curie: str) -> str:
        found = self._optional(shape, curie)
        return "" if found is None else found.value

    def _optional(self, shape: Term, curie: str) -> Term | None:
        return next(iter(self._graph.values(shape, term(curie))), None)

    def _one(self, subject: Term, predicate: str | NamedNode) -> Term:
        predicate = term(predicate) if isinstance(predicate, str) else predicate
        found = next(iter(self._graph.values(subject, predicate)), None)
        if found is None:
            raise BrokenShapes(f"{subject} lacks {predicate}.")
        return found


def _named(value: Term) -> NamedNode:
    if not isinstance(value, NamedNode):
        raise BrokenShapes(f"{value} should be an address: only paths of one property are known.")
    return value


def _name(value: Term) -> str:
    return value.value.removeprefix(expand("sh:"))


def _number(value: Term) -> int:
    return int(value.value)
