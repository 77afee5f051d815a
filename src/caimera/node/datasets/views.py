"""This node as a FAIR Data Point: anyone may read what is published, as RDF or as a page.

No one signs in here, on purpose: it holds what the node's holder published for everyone, and of protected
datasets only numbers that `disclosure` let out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from caimera import dcat
from caimera.node.datasets import point as documents
from caimera.node.datasets import web_addresses as addresses
from caimera.node.datasets.models import Description
from caimera.node.datasets.point import Document
from caimera.node.datasets.queries import (
    description_of,
    digest_of_list,
    entries_of_page,
    ids_of_all,
    ids_of_page,
    times_of_catalogue,
    was_described,
)
from caimera.web import rdf
from caimera.web.access import anyone

PAGE_SIZE = 100
"""Datasets on a page of the catalogue, where its reader names no other size."""
LARGEST_PAGE = 1_000
_FORMS = {"ttl": "Turtle", "jsonld": "JSON-LD", "rdf": "RDF/XML", "nt": "N-Triples"}


@dataclass(frozen=True, slots=True)
class Part:
    """A page of the catalogue: its number, from 0, and how many datasets each has."""

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
                yield relation, f"{addresses.catalogue()}?page={number}&size={self.size}"


@anyone
@require_safe
def point(request: HttpRequest) -> HttpResponse:
    """The root: who runs this point, and its catalogue."""
    times = times_of_catalogue()
    return _respond(request, times, times.modified, lambda: documents.root(times))


@anyone
@require_safe
def catalogue(request: HttpRequest, name: str) -> HttpResponse:
    """The catalogue: with all its datasets, or with those of a page where one is asked for."""
    if name != settings.SITE.site_id:
        raise Http404
    (digest, total), times = digest_of_list(), times_of_catalogue()
    part = _part(request, total)
    response = _respond(
        request,
        (digest, times, part),
        times.modified,
        lambda: documents.catalogue(ids_of_page(part.number, part.size) if part else ids_of_all(), times),
        page=lambda: _catalogue_page(request, part or Part(0, PAGE_SIZE, total)),
    )
    if part:
        response["Link"] = ", ".join(f'<{address}>; rel="{relation}"' for relation, address in part.links())
    return response


@anyone
@require_safe
def dataset(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """The record of a published dataset."""
    found = description_of(dataset_id)
    if found is None:
        return _gone(dataset_id)
    make = cache(lambda: documents.dataset(found))
    response = _respond(request, _stamp(found), found.updated_at, make)
    if response.status_code == HTTPStatus.OK:
        response["Link"] = documents.signposts(make())
    return response


@anyone
@require_safe
def distribution(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """The record of the form in which a published dataset can be had."""
    found = description_of(dataset_id)
    if found is None:
        return _gone(dataset_id)
    return _respond(request, _stamp(found), found.updated_at, lambda: documents.distribution(found))


@anyone
@require_safe
def profile(request: HttpRequest, name: str) -> HttpResponse:
    """The shapes (SHACL) of a profile that records here follow."""
    if name not in dcat.PROFILES:
        raise Http404
    text = dcat.shapes_text(name)
    context = {"profile": dcat.PROFILES[name], "text": text.decode(), "forms": _FORMS}
    document = rdf.Document(
        version=hashlib.sha256(text).hexdigest(),
        modified=None,
        turtle=lambda: text,
        statements=lambda: dcat.read(text, dcat.TURTLE),
        page=lambda: render(request, "datasets/profile.html", context),
    )
    return rdf.respond(request, document)


def _respond(
    request: HttpRequest,
    stamp: object,
    modified: datetime,
    make: Callable[[], Document],
    *,
    page: Callable[[], HttpResponse] | None = None,
) -> HttpResponse:
    """`stamp` is another whenever the document is; what the site is called, and where, is in all of them."""
    site = settings.SITE
    version = (stamp, request.path, site.base_url, site.site_id, site.site_name, site.metadata_licence)
    document = rdf.Document(
        version=str(version),
        modified=modified,
        turtle=lambda: dcat.write(make().graph),
        statements=lambda: make().graph,
        page=page or (lambda: render(request, "datasets/record.html", _shown(make()))),
    )
    return rdf.respond(request, document)


def _stamp(description: Description) -> object:
    return description.digest, description.issued_at, description.updated_at


def _shown(document: Document) -> dict[str, Any]:
    return {
        "title": document.title,
        "address": document.address,
        "lines": dcat.lines(document.graph, document.address),
        "findings": document.findings,
        "forms": _FORMS,
        "catalogue": addresses.catalogue(),
    }


def _catalogue_page(request: HttpRequest, part: Part) -> HttpResponse:
    context = {
        "name": settings.SITE.site_name,
        "entries": [_entry(each) for each in entries_of_page(part.number, part.size)],
        "part": part,
        "links": dict(part.links()),
        "forms": _FORMS,
    }
    return render(request, "datasets/catalogue.html", context)


def _entry(description: Description) -> dict[str, str]:
    held = description.dataset
    return {"title": held.title, "provider": held.provider, "address": addresses.dataset(held.id)}


def _part(request: HttpRequest, total: int) -> Part | None:
    """The page that is asked for; what is no number is none, as clients append what they like."""
    number, size = request.GET.get("page", ""), request.GET.get("size", "")
    if not _is_number(number):
        return None
    wanted = int(size) if _is_number(size) else PAGE_SIZE
    return Part(int(number), min(max(wanted, 1), LARGEST_PAGE), total)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9


def _gone(dataset_id: UUID) -> HttpResponse:
    """410 for what was published once, so that harvesters take it out; 404 for all else."""
    if not was_described(dataset_id):
        raise Http404
    sentence = _("This dataset was withdrawn by its holder: it is described here no longer.")
    return HttpResponse(f"{sentence}\n", status=410, content_type="text/plain; charset=utf-8")
