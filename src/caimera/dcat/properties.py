"""What a property of the profile is: the columns of the specification's own tables."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from caimera.dcat.names import expand

_METADATA = "property"


class Form(StrEnum):
    """What a value is: a literal of some kind, a reference, or a thing with properties of its own."""

    TEXT = "text in a language"
    PLAIN = "text"
    NUMBER = "xsd:nonNegativeInteger"
    BOOLEAN = "xsd:boolean"
    DECIMAL = "xsd:decimal"
    DURATION = "xsd:duration"
    MOMENT = "xsd:date, dateTime, gYear or gYearMonth"
    HEX = "xsd:hexBinary"
    IRI = "address"
    NODE = "thing"


class Need(StrEnum):
    """The specification's requirement levels."""

    MANDATORY = "M"
    RECOMMENDED = "R"
    CONDITIONAL = "C"
    OPTIONAL = "O"


class Origin(StrEnum):
    """How EUCAIM stands to HealthDCAT-AP Release 7 in this property."""

    INHERITED = "inherited"
    ADDED = "added"
    MODIFIED = "modified"


@dataclass(frozen=True, slots=True)
class Property:
    """One property: `curie` its short name, `minimum` 0 or 1, `many` whether it may be repeated."""

    curie: str
    form: Form
    minimum: int
    many: bool
    need: Need
    origin: Origin
    thing: type[Thing] | None

    @property
    def iri(self) -> str:
        """The property in full."""
        return expand(self.curie)

    @property
    def occurrence(self) -> str:
        """As the specification writes it: `1..n M`."""
        return f"{self.minimum}..{'n' if self.many else '1'} {self.need}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something described. `id` is its address, or its blank node's name with `_:`, or nothing yet."""

    CLASS: ClassVar[str] = "rdfs:Resource"

    id: str | None = None


def prop(curie: str, occurrence: str, form: Form | type[Thing], origin: Origin = Origin.INHERITED) -> Any:
    """A field of a `Thing`, by the specification's own words: `prop("dct:title", "1..n M", Form.TEXT)`."""
    counts, _, need = occurrence.partition(" ")
    minimum, _, maximum = counts.partition("..")
    thing = None if isinstance(form, Form) else form
    kind = form if isinstance(form, Form) else Form.NODE
    found = Property(curie, kind, int(minimum), maximum == "n", Need(need), origin, thing)
    return field(default=() if found.many else None, metadata={_METADATA: found})


def properties(kind: type[Thing]) -> tuple[tuple[str, Property], ...]:
    """The properties of a kind of thing with the names of their fields, in the specification's order."""
    if (found := _KNOWN.get(kind)) is None:
        found = _KNOWN[kind] = tuple(_properties(kind))
    return found


_KNOWN: dict[type[Thing], tuple[tuple[str, Property], ...]] = {}


def _properties(kind: type[Thing]) -> Iterator[tuple[str, Property]]:
    for each in dataclasses.fields(kind):
        if _METADATA in each.metadata:
            yield each.name, each.metadata[_METADATA]
