"""Any number of records in one document, piece by piece."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pyoxigraph import Triple

from caimera.dcat.documents import JSON_LD, N_TRIPLES, RDF_XML, TURTLE, read, write
from caimera.dcat.moving import HEAD


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands before, between and after the pieces of a document."""

    start: bytes = b""
    between: bytes = b""
    end: bytes = b""


_ROOT_ENDS = b"</rdf:RDF>"
_IN_XML = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*$")

DUMPS: Mapping[str, Frame] = MappingProxyType(
    {
        TURTLE: Frame(start=HEAD.encode()),
        JSON_LD: Frame(b"[", b",", b"]"),
        N_TRIPLES: Frame(),
        RDF_XML: Frame(start=write((), RDF_XML).rpartition(_ROOT_ENDS)[0], end=_ROOT_ENDS + b"\n"),
    }
)
"""What stands around the pieces of a document in each form."""


def piece(bodies: str, media_type: str) -> bytes:
    """Some bodies (`dcat.body`), at least one statement, as a piece of a document of one of `DUMPS`."""
    if media_type == TURTLE:
        return bodies.encode()
    return piece_of(read((HEAD + bodies).encode(), TURTLE), media_type)


def piece_of(triples: Iterable[Triple], media_type: str) -> bytes:
    """Some statements as a piece of a document of another of `DUMPS` than Turtle.

    XML has no name for properties whose addresses do not end in one; they are left out of RDF/XML.
    """
    if media_type == RDF_XML:
        named = (each for each in triples if _IN_XML.search(each.predicate.value))
        return write(named, RDF_XML).partition(b"<rdf:RDF")[2].partition(b">")[2].rpartition(_ROOT_ENDS)[0]
    written = write(triples, media_type)
    return written.strip()[1:-1] if media_type == JSON_LD else written
