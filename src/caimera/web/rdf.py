"""Statements as the client likes them: a form of RDF, or a page for people."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from types import MappingProxyType
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase
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

R = TypeVar("R", bound=HttpResponseBase)

_SHARED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link",
    "Cache-Control": "public, no-cache",
}


@dataclass(frozen=True, slots=True)
class Document:
    """What can be said, made only when it is wanted.

    `version` is another whenever anything in it is; `modified` is when that last happened, None where nobody
    knows. `turtle` gives it as Turtle, `statements` for the other forms, `page` for people.
    """

    version: str
    modified: datetime | None
    turtle: Callable[[], bytes]
    statements: Callable[[], Iterable[Any]]
    page: Callable[[], HttpResponse]


def respond(request: HttpRequest, document: Document) -> HttpResponse:
    """Answer in the form the client asks for, by `?format=` or `Accept`; 304 where it has what it would get.

    The tags of other forms than Turtle are weak: their bytes differ each time they are written.
    """
    form = wanted(request)
    if form is None:
        return no_such_form(request)
    if form == HTML:
        return _personal(document.page())
    seconds = None if document.modified is None else int(document.modified.timestamp())
    its_tag = tag(document.version, form)
    known = unchanged(request, its_tag, seconds)
    if known is None:
        body = document.turtle() if form == TURTLE else write(document.statements(), form)
        known = HttpResponse(body, content_type=form)
    return stamped(known, its_tag, seconds)


def unchanged(request: HttpRequest, tag: str, seconds: int | None) -> HttpResponse | None:
    """304, or 412, where the client has what it would get."""
    found: HttpResponse | None = get_conditional_response(request, tag, seconds)
    return found


def stamped(response: R, tag: str, seconds: int | None) -> R:
    """The response with all that lets anyone keep it and ask again whether it changed."""
    for name, value in (_SHARED | {"ETag": tag}).items():
        response[name] = value
    if seconds is not None:
        response["Last-Modified"] = http_date(seconds)
    patch_vary_headers(response, ("Accept",))
    return response


def tag(version: object, form: str) -> str:
    """The entity tag of a version in a form."""
    said = hashlib.sha256(json.dumps([_SOFTWARE, version, form]).encode()).hexdigest()[:32]
    return f'"{said}"' if form == TURTLE else f'W/"{said}"'


_SOFTWARE = metadata.version("caimera")


def wanted(request: HttpRequest, forms: Sequence[str] = FORMS) -> str | None:
    """The form the client asks for; None where it is not among those there are."""
    named = request.GET.get("format")
    if named is None:
        return request.get_preferred_type(forms)
    named = named.strip().lower()
    found = named if named in forms else NAMES.get(named)
    return found if found in forms else None


def _personal(page: HttpResponse) -> HttpResponse:
    """A page says who is signed in: it is kept by nobody else."""
    page["Cache-Control"] = "private, no-cache"
    patch_vary_headers(page, ("Accept", "Cookie"))
    return page


def no_such_form(request: HttpRequest, forms: Sequence[str] = FORMS) -> HttpResponse:
    """400 or 406 with what there is."""
    status = 400 if "format" in request.GET else 406
    named = ", ".join(name for name, form in NAMES.items() if form in forms)
    sentence = _(
        "This is given as %(forms)s. Ask for one of them by Accept, or by ?format= and one of: %(names)s."
    )
    text = sentence % {"forms": ", ".join(forms), "names": named}
    response = HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
    patch_vary_headers(response, ("Accept",))
    return response
