"""An address for every part of a record."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeVar

from pyoxigraph import BlankNode, NamedNode, Triple

from caimera.dcat.dataset import Record
from caimera.dcat.graph import Subject
from caimera.dcat.properties import Form, Thing, properties

R = TypeVar("R", bound=Record)
T = TypeVar("T", bound=Thing)


def addressed(record: R) -> R:
    """The record with an address for each of its parts: `<record>#publisher-contact_point`.

    Parts with an address are the same wherever they are written, can be pointed at and compared, which some
    FAIR Data Points ask for. A record without an address keeps parts without one.
    """
    if not _is_address(record.id):
        return record
    naming = Naming(record)
    found: R = replace(record, **dict(_parts(record, record.id or "", naming)))
    return replace(found, extra=tuple(map(naming.renamed, found.extra))) if found.extra else found


def _parts(thing: Thing, address: str, naming: Naming) -> Iterator[tuple[str, Any]]:
    """The fields of a thing that hold parts, with their addresses."""
    for name, each in properties(type(thing)):
        value = getattr(thing, name) if each.form is Form.NODE else None
        if not value:
            continue
        if each.many:
            yield name, tuple(_part(part, child(address, name, n), naming) for n, part in enumerate(value, 1))
        else:
            yield name, _part(value, child(address, name), naming)


def _part(part: T, address: str, naming: Naming) -> T:
    address = naming.of(part, address).value
    return replace(part, id=address, **dict(_parts(part, address, naming)))


def child(address: str, name: str, number: int = 0) -> str:
    """The address of a part: `name` of the thing at `address`, with its number where there may be more."""
    return f"{address}{'-' if '#' in address else '#'}{name}{f'-{number}' if number else ''}"


def _is_address(id: str | None) -> bool:
    return id is not None and not id.startswith("_:")


class Naming:
    """What the parts of one record are called, and what its blank nodes become."""

    def __init__(self, record: Record) -> None:
        self._gives = _is_address(record.id)
        self._names: dict[BlankNode, Subject] = {}
        self._stem = f"x{zlib.crc32((record.id or '').encode()):08x}"
        self._others = 0

    def of(self, part: Thing, address: str) -> Subject:
        """A thing's own address, else the one that is offered; blank nodes in a record without address."""
        if part.id is not None and not part.id.startswith("_:"):
            return NamedNode(part.id)
        if not self._gives:
            return BlankNode(f"u{id(part):x}" if part.id is None else part.id[2:])
        if part.id is None:
            return NamedNode(address)
        return self._names.setdefault(BlankNode(part.id[2:]), NamedNode(address))

    def renamed(self, triple: Triple) -> Triple:
        """A statement about what had no name, about what has one now."""
        if not self._gives:
            return triple
        return Triple(self._renamed(triple.subject), triple.predicate, self._renamed(triple.object))

    def _renamed(self, value: Any) -> Any:
        if not isinstance(value, BlankNode):
            return value
        if value not in self._names:
            self._others += 1
            self._names[value] = BlankNode(f"{self._stem}n{self._others}")
        return self._names[value]
