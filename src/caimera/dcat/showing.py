"""What a document says of one thing, in words for people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from caimera.dcat.concepts import concepts, label_of
from caimera.dcat.graph import Graph, Subject, Term
from caimera.dcat.guests import is_address
from caimera.dcat.names import AUTHORITY, HEALTH_AUTHORITY, PREFIXES, TYPE, term

_NAMES = ("foaf:name", "dct:title", "rdfs:label", "vcard:fn", "skos:notation")
_LISTS = (PREFIXES["eucaim"], AUTHORITY, HEALTH_AUTHORITY)
_SEAMS = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Word:
    """A value as it is read, and where it leads; `address` is empty where it leads nowhere."""

    text: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A property and its values."""

    label: str
    words: tuple[Word, ...]


def lines(graph: Graph, address: str) -> tuple[Line, ...]:
    """Every property of the thing at an address, in the order it was said."""
    about = graph.about(NamedNode(address)).items()
    return tuple(
        Line(_label(predicate.value), tuple(_word(graph, value, address) for value in values))
        for predicate, values in about
        if predicate != TYPE
    )


def _label(iri: str) -> str:
    words = _SEAMS.sub(" ", re.split(r"[/#]", iri)[-1]).lower()
    return words[:1].upper() + words[1:]


def _word(graph: Graph, value: Term, here: str) -> Word:
    if isinstance(value, Literal):
        return Word(value.value)
    leads = (
        isinstance(value, NamedNode) and is_address(value.value) and not value.value.startswith(f"{here}#")
    )
    said = "; ".join(dict.fromkeys(_said(graph, value, {value}))) if value in graph else ""
    return Word(said or _name(value.value), value.value if leads else "")


def _name(iri: str) -> str:
    """What a concept of a known list is called; other addresses are read as they are."""
    return label_of(iri) if iri in concepts() or iri.startswith(_LISTS) else iri


def _said(graph: Graph, subject: Subject, seen: set[Subject]) -> Iterator[str]:
    """What stands for a thing: its name, else all the text in it."""
    about = graph.about(subject)
    if named := [value.value for name in _NAMES for value in about.get(term(name), ())]:
        yield named[0]
        return
    for predicate, values in about.items():
        for value in values if predicate != TYPE else ():
            if isinstance(value, Literal):
                yield value.value
            elif value in graph and value not in seen:
                yield from _said(graph, value, seen | {value})
            elif isinstance(value, NamedNode):
                yield value.value
