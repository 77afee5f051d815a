"""Statements as the client likes them: a form of RDF, or a page for people."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date
from django.utils.translation import gettext as _

from caimera.dcat import JSON_LD, N_TRIPLES, RDF_XML, TURTLE, write

HTML = "text/html"
FORMS = (TURTLE, JSON_LD, RDF_XML, N_TRIPLES, HTML)
"""What is offered. Who does not care gets the first, as FAIR Data Points do."""
NAMES: Mapping[str, str] = MappingProxyType(
    {"ttl": TURTLE, "jsonld": JSON_LD, "rdf": RDF_XML, "nt": N_TRIPLES, "html": HTML}
)
"""What `?format=` may say, beside the media types."""

_SHARED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link",
    "Cache-Control": "public, no-cache",
}


def respond(
    request: HttpRequest,
    statements: Iterable[Any],
    *,
    modified: datetime | None,
    page: Callable[[], HttpResponse],
    turtle: bytes | None = None,
) -> HttpResponse:
    """Answer in the form the client asks for, by `?format=` or `Accept`; 304 where it has what it would get.

    `page` makes the page for people. `turtle` is the document where it is stored as such. Forms other than
    Turtle are told apart by what they say, not by their bytes, which differ each time they are written.
    """
    form = _wanted(request)
    if form is None:
        return _no_such_form(request)
    if form == HTML:
        return _personal(page())
    turtle = write(statements := tuple(statements)) if turtle is None else turtle
    body = turtle if form == TURTLE else write(statements, form)
    response = HttpResponse(body, content_type=form, headers=_SHARED)
    tag = hashlib.sha256(turtle + form.encode()).hexdigest()[:32]
    response["ETag"] = f'"{tag}"' if form == TURTLE else f'W/"{tag}"'
    if modified is not None:
        response["Last-Modified"] = http_date(modified.timestamp())
    patch_vary_headers(response, ("Accept",))
    seconds = None if modified is None else int(modified.timestamp())
    return _conditional(request, response, seconds)


def _conditional(request: HttpRequest, response: HttpResponse, seconds: int | None) -> HttpResponse:
    answer = get_conditional_response(request, response["ETag"], seconds, response) or response
    if answer is not response:
        for name in ("Access-Control-Allow-Origin", "Access-Control-Expose-Headers"):
            answer[name] = _SHARED[name]
    return answer


def _wanted(request: HttpRequest) -> str | None:
    named = request.GET.get("format")
    if named is None:
        return request.get_preferred_type(FORMS)
    named = named.strip().lower()
    return named if named in FORMS else NAMES.get(named)


def _personal(page: HttpResponse) -> HttpResponse:
    """A page says who is signed in: it is kept by nobody else."""
    page["Cache-Control"] = "private, no-cache"
    patch_vary_headers(page, ("Accept", "Cookie"))
    return page


def _no_such_form(request: HttpRequest) -> HttpResponse:
    status = 400 if "format" in request.GET else 406
    named = ", ".join(NAMES)
    sentence = _(
        "This is given as %(forms)s. Ask for one of them by Accept, or by ?format= and one of: %(names)s."
    )
    text = sentence % {"forms": ", ".join(FORMS), "names": named}
    response = HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
    patch_vary_headers(response, ("Accept",))
    return response
