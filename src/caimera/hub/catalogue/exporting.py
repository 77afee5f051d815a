"""The whole of what a search finds, as a file: the records as RDF, or a table as CSV or JSON.

A file is written while it is read, a few records at a time: it may hold the whole catalogue.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from caimera.dcat import DUMPS, JSON_LD, N_TRIPLES, RDF_XML, TURTLE, piece_of, read, write
from caimera.hub.catalogue.counting import label_of
from caimera.hub.catalogue.facets import FACETS
from caimera.hub.catalogue.models import Record
from caimera.web.spreadsheets import harmless
from caimera.web.threads import in_thread

AT_ONCE = 100
"""Records in memory."""

_NUMBERS = ("subjects", "studies", "minimum_age", "maximum_age")
_FIELDS = ("title", "provider", "version", *_NUMBERS, "changed_on")
_FACETS = tuple(facet for facet in FACETS if facet.name not in _FIELDS)
COLUMNS = ("id", *_FIELDS, *(facet.name for facet in _FACETS), "page")
"""Of a table; facets are told by the labels of their values."""

Pieces = Callable[[Iterable[Record], str], Iterator[str]]
"""Parts of a file that say some records; the text is the address of what begins with it their UUID."""


@dataclass(frozen=True, slots=True)
class File:
    """A form of file: `head`, the pieces of all records joined by `between`, `tail`."""

    name: str
    media_type: str
    title: str
    pieces: Pieces
    head: str = ""
    between: str = ""
    tail: str = ""
    columns: tuple[str, ...] = ()
    """Of a record, those that are read from the database."""


def wanted_file(request: HttpRequest) -> File | None:
    """The file a client asks for, by `?format=` or `Accept`; None for the page."""
    if name := request.GET.get("format", ""):
        return FILES.get(name)
    accepted = request.get_preferred_type(["text/html", *(file.media_type for file in FILES.values())])
    return next((file for file in FILES.values() if file.media_type == accepted), None)


async def written(file: File, ids: Sequence[UUID], address: str) -> AsyncIterator[bytes]:
    """A file about these datasets, in this order, in pieces."""
    yield file.head.encode()
    begun = False
    for start in range(0, len(ids), AT_ONCE):
        said = await in_thread(_said, file, ids[start : start + AT_ONCE], address)
        if said:
            yield f"{file.between if begun else ''}{said}".encode()
            begun = True
    yield file.tail.encode()


def _said(file: File, ids: Sequence[UUID], address: str) -> str:
    known = Record.objects.only("id", *file.columns).in_bulk(ids)
    return file.between.join(file.pieces((known[one] for one in ids if one in known), address))


def _rdf(media_type: str) -> Pieces:
    """The statements of all records as they came; what has no name is kept apart by the reading."""

    def pieces(records: Iterable[Record], address: str) -> Iterator[str]:
        statements = (each for record in records for each in read(record.turtle.encode(), TURTLE))
        if media_type == TURTLE:
            yield write(statements, TURTLE).decode()
        else:
            yield piece_of(statements, media_type).decode()

    return pieces


def row_of(record: Record, address: str) -> dict[str, Any]:
    """A record as a row of a table."""
    return {
        "id": str(record.pk),
        **{name: getattr(record, name) for name in _FIELDS},
        **{
            facet.name: [label_of(facet, key) for key in record.facets.get(facet.name, ())]
            for facet in _FACETS
        },
        "page": f"{address}{record.pk}",
    }


def _json(records: Iterable[Record], address: str) -> Iterator[str]:
    return (json.dumps(row_of(record, address), ensure_ascii=False) for record in records)


def _csv(records: Iterable[Record], address: str) -> Iterator[str]:
    return (_line(row_of(record, address).values()) for record in records)


def _line(values: Iterable[Any]) -> str:
    """A line of CSV (RFC 4180); several values of one column are joined."""
    line = io.StringIO(newline="")
    flat = ("; ".join(value) if isinstance(value, list) else value for value in values)
    csv.writer(line).writerow([harmless(value) for value in flat])
    return line.getvalue()


_ROW = (*_FIELDS, "facets")
FILES: Mapping[str, File] = MappingProxyType(
    {
        file.name: file
        for file in (
            File("csv", "text/csv", "CSV", _csv, head=_line(COLUMNS), columns=_ROW),
            File(
                "json",
                "application/json",
                "JSON",
                _json,
                head='{"datasets": [\n',
                between=",\n",
                tail="\n]}\n",
                columns=_ROW,
            ),
            File("ttl", TURTLE, "Turtle", _rdf(TURTLE), between="\n", columns=("turtle",)),
            File(
                "jsonld",
                JSON_LD,
                "JSON-LD",
                _rdf(JSON_LD),
                head="[",
                between=",",
                tail="]",
                columns=("turtle",),
            ),
            File("nt", N_TRIPLES, "N-Triples", _rdf(N_TRIPLES), columns=("turtle",)),
            File(
                "rdf",
                RDF_XML,
                "RDF/XML",
                _rdf(RDF_XML),
                head=DUMPS[RDF_XML].start.decode(),
                tail=DUMPS[RDF_XML].end.decode(),
                columns=("turtle",),
            ),
        )
    }
)
"""Every form by the word of `?format=`, which is also the ending of its address."""
