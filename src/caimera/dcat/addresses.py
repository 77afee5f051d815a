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
    if record.id is None or record.id.startswith("_:"):
        return record
    naming = _Naming(record.id)
    found: R = replace(record, **dict(naming.parts(record, record.id + ("-" if "#" in record.id else "#"))))
    return replace(found, extra=tuple(map(naming.renamed, found.extra))) if found.extra else found


class _Naming:
    """What blank nodes of one record become."""

    def __init__(self, record: str) -> None:
        self._names: dict[BlankNode, Subject] = {}
        self._others = 0
        self._stem = f"x{zlib.crc32(record.encode()):08x}"

    def parts(self, thing: Thing, stem: str) -> Iterator[tuple[str, Any]]:
        """The fields of a thing that hold parts, with addresses that begin with `stem`."""
        for name, each in properties(type(thing)):
            value = getattr(thing, name) if each.form is Form.NODE else None
            if not value:
                continue
            if each.many:
                yield name, tuple(self._part(part, f"{stem}{name}-{n}") for n, part in enumerate(value, 1))
            else:
                yield name, self._part(value, stem + name)

    def _part(self, part: T, address: str) -> T:
        if part.id is None or part.id.startswith("_:"):
            if part.id is not None:
                address = self._names.setdefault(BlankNode(part.id[2:]), NamedNode(address)).value
            part = replace(part, id=address)
        changed = dict(self.parts(part, f"{part.id}{'-' if '#' in (part.id or '') else '#'}"))
        return replace(part, **changed) if changed else part

    def renamed(self, triple: Triple) -> Triple:
        """A statement about what had no name, about what has one now."""
        return Triple(self._renamed(triple.subject), triple.predicate, self._renamed(triple.object))

    def _renamed(self, value: Any) -> Any:
        if not isinstance(value, BlankNode):
            return value
        if value not in self._names:
            self._others += 1
            self._names[value] = BlankNode(f"{self._stem}n{self._others}")
        return self._names[value]
