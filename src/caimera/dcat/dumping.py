"""Any number of records in one document, piece by piece."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from caimera.dcat.documents import JSON_LD, N_TRIPLES, TURTLE, read, write
from caimera.dcat.moving import HEAD


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands before, between and after the pieces of a document."""

    start: bytes = b""
    between: bytes = b""
    end: bytes = b""


DUMPS: Mapping[str, Frame] = MappingProxyType(
    {TURTLE: Frame(start=HEAD.encode()), JSON_LD: Frame(b"[", b",", b"]"), N_TRIPLES: Frame()}
)
"""The forms of which pieces can be joined; of RDF/XML they cannot, as it names its prefixes at its start."""


def piece(bodies: str, media_type: str) -> bytes:
    """Some bodies (`dcat.body`), at least one statement, as a piece of a document of one of `DUMPS`."""
    if media_type == TURTLE:
        return bodies.encode()
    written = write(read((HEAD + bodies).encode(), TURTLE), media_type)
    return written.strip()[1:-1] if media_type == JSON_LD else written
