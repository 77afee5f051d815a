"""A FAIR Data Point over HTTP: what hub and nodes have in common, whatever their records are made from."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from caimera import dcat
from caimera.dcat import DUMPS, Change, Document, Point
from caimera.web import rdf

PAGE_SIZE = 100
"""Datasets on a page of a catalogue, and changes on a page of them, where nobody names another size."""
LARGEST_PAGE = 1_000
FORMS = {"ttl": "Turtle", "jsonld": "JSON-LD", "rdf": "RDF/XML", "nt": "N-Triples"}


@dataclass(frozen=True, slots=True)
class Part:
    """A page of a catalogue at `address`: its number, from 0, and how many datasets each has."""

    address: str
    number: int
    size: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(0, (self.total - 1) // self.size)

    def links(self) -> Iterator[tuple[str, str]]:
        """The other pages by their relation (RFC 8288) and address."""
        numbers = {"first": 0, "prev": self.number - 1, "next": self.number + 1, "last": self.last}
        for relation, number in numbers.items():
            if 0 <= number <= self.last:
                yield relation, f"{self.address}?page={number}&size={self.size}"

    def header(self) -> str:
        """The value of the `Link` header."""
        return ", ".join(f'<{address}>; rel="{relation}"' for relation, address in self.links())


def part_of(request: HttpRequest, address: str, total: int) -> Part | None:
    """The page that is asked for; what is no number is none, as clients append what they like."""
    number, size = request.GET.get("page", ""), request.GET.get("size", "")
    if not _is_number(number):
        return None
    wanted = int(size) if _is_number(size) else PAGE_SIZE
    return Part(address, int(number), min(max(wanted, 1), LARGEST_PAGE), total)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9


def respond(
    request: HttpRequest,
    point: Point,
    stamp: object,
    modified: datetime,
    make: Callable[[], Document],
    *,
    above: str = "",
    page: Callable[[], HttpResponse] | None = None,
) -> HttpResponse:
    """Answer with a document. `stamp` is another whenever it is; what the point is called is in all of them.

    `above` is the address of what it is part of, `page` makes another page for people.
    """
    document = rdf.Document(
        version=str((stamp, request.path, point)),
        modified=modified,
        turtle=lambda: dcat.write(make().graph),
        statements=lambda: make().graph,
        page=page or (lambda: render(request, "point/record.html", {**_shown(make()), "above": above})),
    )
    return rdf.respond(request, document)


def _shown(document: Document) -> dict[str, Any]:
    return {
        "title": document.title,
        "address": document.address,
        "lines": dcat.lines(document.graph, document.address),
        "findings": document.findings,
        "forms": FORMS,
    }


def profile(request: HttpRequest, name: str) -> HttpResponse:
    """The shapes (SHACL) of a profile that records follow."""
    if name not in dcat.PROFILES:
        raise Http404
    text = dcat.shapes_text(name)
    context = {"profile": dcat.PROFILES[name], "text": text.decode(), "forms": FORMS}
    document = rdf.Document(
        version=hashlib.sha256(text).hexdigest(),
        modified=None,
        turtle=lambda: text,
        statements=lambda: dcat.read(text, dcat.TURTLE),
        page=lambda: render(request, "point/profile.html", context),
    )
    return rdf.respond(request, document)


def signposts(point: Point, document: Document) -> str:
    """The `Link` header of a dataset's record, for programs that find their way by it."""
    record = dcat.record_of(document.graph, document.address, dcat.Dataset).record
    return dcat.header(
        dcat.links(record, page=document.address, profile=point.at("profile", dcat.RECORD_SHAPES))
    )


def gone() -> HttpResponse:
    """410 for what was published once, so that harvesters take it out."""
    sentence = _("This dataset was withdrawn by its holder: it is described here no longer.")
    return HttpResponse(f"{sentence}\n", status=410, content_type="text/plain; charset=utf-8")


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the stream of changes: after the dataset `name` of a moment, or after the whole moment."""

    at: datetime
    name: UUID


_BEGINNING = Mark(datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))


def changes(
    request: HttpRequest,
    point: Point,
    modified: datetime,
    after: Callable[[Mark, int], Sequence[Change]],
) -> HttpResponse:
    """A page of what changed, in order of time, after `?after=`: a moment, or the mark of a change.

    `after` gives at most so many changes after a mark; `modified` is when any last happened.
    """
    mark = _mark(request.GET.get("after", ""))
    if mark is None:
        sentence = _("Give `after` as a moment such as 2026-11-27T12:00:00Z, or leave it out for everything.")
        return HttpResponse(f"{sentence}\n", status=400, content_type="text/plain; charset=utf-8")
    found = after(mark, PAGE_SIZE + 1)
    shown, more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    here = (
        f"{point.changes}?{urlencode({'after': given})}"
        if (given := request.GET.get("after"))
        else point.changes
    )
    onward = f"{point.changes}?{urlencode({'after': shown[-1].mark})}" if shown else ""
    response = respond(
        request,
        point,
        (here, [each.mark for each in found]),
        modified,
        lambda: dcat.changes(point, here, shown, onward if more else ""),
        above=point.address,
    )
    if more:
        response["Link"] = f'<{onward}>; rel="next"'
    return response


def _mark(text: str) -> Mark | None:
    if not text:
        return _BEGINNING
    moment, _tilde, name = text.partition("~")
    try:
        at = parse_datetime(moment.replace(" ", "+"))
        found = UUID(name) if name else UUID(int=2**128 - 1)
    except ValueError:
        return None
    return Mark(at if at.tzinfo else at.replace(tzinfo=UTC), found) if at else None


async def dump(
    request: HttpRequest, *, version: object, modified: datetime, bodies: AsyncIterator[str]
) -> HttpResponseBase:
    """All records in one document, as they are read. `bodies` gives some of them as Turtle without head.

    What changes meanwhile may be in it or not; the tag is that of the beginning, so who asks again gets it.
    """
    form = rdf.wanted(request, tuple(DUMPS))
    if form is None:
        return rdf.no_such_form(request, tuple(DUMPS))
    tag, seconds = rdf.tag((str(version), request.path), form), int(modified.timestamp())
    response: HttpResponseBase | None = rdf.unchanged(request, tag, seconds)
    if response is None and request.method == "HEAD":
        response = HttpResponse(content_type=form)
    if response is None:
        response = StreamingHttpResponse(_written(bodies, form), content_type=form)
    return rdf.stamped(response, tag, seconds)


async def _written(bodies: AsyncIterator[str], form: str) -> AsyncIterator[bytes]:
    frame, first = DUMPS[form], True
    yield frame.start
    async for some in bodies:
        if some:
            written = await sync_to_async(dcat.piece, thread_sensitive=False)(some, form)
            yield written if first else frame.between + written
            first = False
    yield frame.end
