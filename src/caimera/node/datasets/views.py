"""This node as a FAIR Data Point: anyone may read what is published, as RDF or as a page.

No one signs in here, on purpose: it holds what the node's holder published for everyone, and of protected
datasets only numbers that `disclosure` let out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import cache
from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from caimera.node.datasets import point as documents
from caimera.node.datasets import queries
from caimera.node.datasets import web_addresses as addresses
from caimera.node.datasets.models import Description
from caimera.node.datasets.point import point as the_point
from caimera.web import points
from caimera.web.access import anyone
from caimera.web.points import PAGE_SIZE, Part
from caimera.web.threads import in_thread


@anyone
@require_safe
def point(request: HttpRequest) -> HttpResponse:
    """The root: who runs this point, and its catalogue."""
    times = queries.times_of_catalogue()
    return points.respond(request, the_point(), times, times.modified, lambda: documents.root(times))


@anyone
@require_safe
def catalogue(request: HttpRequest, name: str) -> HttpResponse:
    """The catalogue: with all its datasets, or with those of a page where one is asked for."""
    if name != settings.SITE.site_id:
        raise Http404
    (digest, total), times = queries.digest_of_list(), queries.times_of_catalogue()
    part = points.part_of(request, addresses.catalogue(), total)
    response = points.respond(
        request,
        the_point(),
        (digest, times, part),
        times.modified,
        lambda: documents.catalogue(_ids(part), times),
        page=lambda: _catalogue_page(request, part or Part(addresses.catalogue(), 0, PAGE_SIZE, total)),
    )
    if part:
        response["Link"] = part.header()
    return response


def _ids(part: Part | None) -> list[UUID]:
    return list(queries.ids_of_page(part.number, part.size) if part else queries.ids_of_all())


@anyone
@require_safe
def dataset(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """The record of a published dataset."""
    found = queries.description_of(dataset_id)
    if found is None:
        return _gone(dataset_id)
    make = cache(lambda: documents.dataset(found))
    stamp, above = _stamp(found), addresses.catalogue()
    response = points.respond(request, the_point(), stamp, found.updated_at, make, above=above)
    if response.status_code == HTTPStatus.OK:
        response["Link"] = points.signposts(the_point(), make())
    return response


@anyone
@require_safe
def distribution(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """The record of the form in which a published dataset can be had."""
    found = queries.description_of(dataset_id)
    if found is None:
        return _gone(dataset_id)
    return points.respond(
        request,
        the_point(),
        _stamp(found),
        found.updated_at,
        lambda: documents.distribution(found),
        above=addresses.dataset(dataset_id),
    )


@anyone
@require_safe
def profile(request: HttpRequest, name: str) -> HttpResponse:
    """The shapes (SHACL) of a profile that records here follow."""
    return points.profile(request, name)


@anyone
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """What came, changed or went, in order of time."""
    times = queries.times_of_catalogue()
    return points.changes(request, the_point(), times.modified, queries.changes_after)


@anyone
@require_safe
async def dump(request: HttpRequest) -> HttpResponseBase:
    """Every record in one document."""
    (digest, _total), times = (
        await in_thread(queries.digest_of_list),
        await in_thread(queries.times_of_catalogue),
    )
    version = (digest, the_point())
    return await points.dump(request, version=str(version), modified=times.modified, bodies=_bodies())


async def _bodies() -> AsyncIterator[str]:
    """The catalogue, then the records, some at a time."""
    yield await in_thread(documents.catalogue_body)
    after: UUID | None = None
    while found := await in_thread(queries.descriptions_after, after, PAGE_SIZE):
        yield "".join(map(documents.body, found))
        after = found[-1].dataset_id


def _stamp(description: Description) -> object:
    return description.digest, description.issued_at, description.updated_at


def _catalogue_page(request: HttpRequest, part: Part) -> HttpResponse:
    context = {
        "name": settings.SITE.site_name,
        "entries": [_entry(each) for each in queries.entries_of_page(part.number, part.size)],
        "part": part,
        "links": dict(part.links()),
        "forms": points.FORMS,
    }
    return render(request, "point/catalogue.html", context)


def _entry(description: Description) -> dict[str, str]:
    held = description.dataset
    return {"title": held.title, "provider": held.provider, "address": addresses.dataset(held.id)}


def _gone(dataset_id: UUID) -> HttpResponse:
    """410 for what was published once; 404 for all else."""
    if not queries.was_described(dataset_id):
        raise Http404
    return points.gone()
