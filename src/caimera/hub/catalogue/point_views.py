"""The hub as a FAIR Data Point: what the catalogue holds, for programs. Open to anyone, on purpose."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from functools import cache
from http import HTTPStatus
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from caimera.dcat import NotADescription
from caimera.hub.catalogue import point as documents
from caimera.hub.catalogue import proposing, telling
from caimera.hub.catalogue.errors import NotAnAddress, TooManyProposals
from caimera.hub.catalogue.models import Record, Source
from caimera.hub.catalogue.point import point as the_point
from caimera.web import points
from caimera.web.access import anyone
from caimera.web.addresses import client_address
from caimera.web.points import PAGE_SIZE, Part
from caimera.web.threads import in_thread

LONGEST_PING = 8_000
"""Bytes of a message in which a foreign point tells of itself."""


@anyone
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def point(request: HttpRequest) -> HttpResponse:
    """The root: who runs this point, and its catalogues. With POST, a foreign point tells of itself."""
    if request.method == "POST":
        return _proposed(request)
    times, sources = telling.times(), telling.sources()
    names = [source.pk for source in sources]
    stamp = (times, names)
    return points.respond(request, the_point(), stamp, times.modified, lambda: documents.root(names, times))


def _proposed(request: HttpRequest) -> HttpResponse:
    """As the index of the reference implementation answers: 204, 400, 429."""
    try:
        said = json.loads(request.body) if len(request.body) <= LONGEST_PING else None
        url = said.get("clientUrl") if isinstance(said, dict) else None
        proposing.propose(url=url if isinstance(url, str) else "", sender=client_address(request))
    except (NotAnAddress, ValueError, RecursionError) as problem:
        sentence = str(problem) if isinstance(problem, NotAnAddress) else _("This is no JSON.")
        return _said(HTTPStatus.BAD_REQUEST, sentence)
    except TooManyProposals as problem:
        return _said(HTTPStatus.TOO_MANY_REQUESTS, str(problem))
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _said(status: HTTPStatus, sentence: str) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8")


@anyone
@require_safe
def catalogue(request: HttpRequest, name: str) -> HttpResponse:
    """The catalogue of a source: with all its datasets, or with those of a page where one is asked for."""
    source = Source.objects.select_related("node").filter(pk=name).first()
    if source is None:
        raise Http404
    here, (total, times) = the_point().at("catalog", name), telling.extent(source)
    part = points.part_of(request, here, total)
    response = points.respond(
        request,
        the_point(),
        (source.name, total, times, part),
        times.modified,
        lambda: documents.catalogue(source, telling.ids(source, part), times),
        page=lambda: _catalogue_page(request, source, part or Part(here, 0, PAGE_SIZE, total)),
    )
    if part:
        response["Link"] = part.header()
    return response


def _catalogue_page(request: HttpRequest, source: Source, part: Part) -> HttpResponse:
    context = {
        "name": source.name,
        "entries": [
            {"title": title, "provider": provider, "address": the_point().at("dataset", name)}
            for name, title, provider in telling.titles(source, part)
        ],
        "part": part,
        "links": dict(part.links()),
        "forms": points.FORMS,
    }
    return render(request, "point/catalogue.html", context)


@anyone
@require_safe
def dataset(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """The record of a dataset under the hub's address; people are led to its page."""
    record = get_object_or_404(Record, pk=dataset_id)
    if record.withdrawn_at is not None:
        return points.gone()
    make = cache(lambda: documents.dataset(record))
    response = points.respond(
        request,
        the_point(),
        _stamp(record),
        record.changed_at,
        make,
        page=lambda: redirect("catalogue:dataset", dataset_id=dataset_id),
    )
    if response.status_code == HTTPStatus.OK:
        response["Link"] = points.signposts(the_point(), make())
    return response


@anyone
@require_safe
def distribution(request: HttpRequest, dataset_id: UUID, number: int) -> HttpResponse:
    """The record of one form in which a dataset can be had."""
    record = get_object_or_404(Record, pk=dataset_id)
    if record.withdrawn_at is not None:
        return points.gone()
    try:
        document = documents.distribution(record, number)
    except NotADescription as problem:
        raise Http404 from problem
    above = the_point().at("dataset", dataset_id)
    return points.respond(
        request, the_point(), _stamp(record), record.changed_at, lambda: document, above=above
    )


def _stamp(record: Record) -> object:
    return record.digest, record.reader, record.first_seen_at, record.changed_at


@anyone
@require_safe
def profile(request: HttpRequest, name: str) -> HttpResponse:
    """The shapes (SHACL) of a profile that records are judged by."""
    return points.profile(request, name)


@anyone
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """What came, changed or was withdrawn, in order of time."""
    return points.changes(request, the_point(), telling.times().modified, telling.changes_after)


@anyone
@require_safe
async def dump(request: HttpRequest) -> HttpResponseBase:
    """Every record in one document."""
    times = await in_thread(telling.times)
    count = await in_thread(telling.count)
    version = (count, times, the_point())
    return await points.dump(request, version=version, modified=times.modified, bodies=_bodies())


async def _bodies() -> AsyncIterator[str]:
    """The catalogues, then the records, some at a time."""
    for source in await in_thread(telling.sources):
        yield await in_thread(_catalogue_body, source)
    after: UUID | None = None
    while found := await in_thread(telling.told_after, after):
        yield documents.body("".join(told for _name, told in found))
        after = found[-1][0]


def _catalogue_body(source: Source) -> str:
    _total, times = telling.extent(source)
    return documents.catalogue_body(source, telling.ids(source, None), times)
