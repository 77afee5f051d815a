"""The list: what a search finds as a page, and the whole of it as a file. Open to anyone."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connections
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from caimera.hub.catalogue.baskets import most_of, owner_of
from caimera.hub.catalogue.exporting import FILES, File, wanted_file, written
from caimera.hub.catalogue.facets import FACET
from caimera.hub.catalogue.filters import SIZES, Query, Sort, read
from caimera.hub.catalogue.finding import Results, find, found_ids
from caimera.hub.catalogue.schema_org import data_catalog
from caimera.hub.catalogue.sentences import in_words
from caimera.web.access import anyone

SORTS = (
    (Sort.RELEVANCE, gettext_lazy("Relevance")),
    (Sort.TITLE, gettext_lazy("Title")),
    (Sort.MOST_SUBJECTS, gettext_lazy("Most subjects")),
    (Sort.FEWEST_SUBJECTS, gettext_lazy("Fewest subjects")),
    (Sort.NEWEST, gettext_lazy("Changed last")),
)
_BOUNDS = {
    "least": gettext_lazy("Subjects at least"),
    "most": gettext_lazy("Subjects at most"),
    "youngest": gettext_lazy("Years at least"),
    "oldest": gettext_lazy("Years at most"),
}


@anyone
@require_safe
def catalogue(request: HttpRequest) -> HttpResponseBase:
    """All datasets, narrowed by facets, words and numbers; everything stands in the address."""
    query = read(request.GET)
    if "format" in request.GET and request.GET["format"] not in FILES:
        raise Http404
    if (file := wanted_file(request)) is not None:
        return _whole(request, file, query)
    swapped = "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers
    if _is_form(request) and not query.problems and not swapped:
        return redirect(_address(query))
    results = find(query)
    template = "catalogue/catalogue_part.html" if swapped else "catalogue/catalogue.html"
    response = render(
        request,
        template,
        {**_results_context(request, results), "basket_holds": most_of(owner_of(request)), "part": swapped},
    )
    if swapped and not query.problems:
        response["HX-Push-Url"] = _address(results.query)
    patch_vary_headers(response, ["HX-Request", "Accept"])
    return response


@anyone
@require_safe
def catalogue_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """The same by an address that ends like a file's."""
    if form not in FILES:
        raise Http404
    return _whole(request, FILES[form], read(request.GET))


def _whole(request: HttpRequest, file: File, query: Query) -> HttpResponseBase:
    """Everything a query finds, as a file."""
    if query.problems:
        sentences = "\n".join(f"{name}: {sentence}" for name, sentence in query.problems.items())
        return HttpResponse(f"{sentences}\n", status=422, content_type="text/plain; charset=utf-8")
    ids = found_ids(query)
    connections.close_all()  # a stream must not hold a connection while it waits
    address = request.build_absolute_uri(reverse("catalogue:catalogue")) + "/"
    response = StreamingHttpResponse(
        written(file, ids, address), content_type=f"{file.media_type}; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="datasets.{file.name}"'
    response["X-Accel-Buffering"] = "no"
    patch_vary_headers(response, ["Accept"])
    return response


def _is_form(request: HttpRequest) -> bool:
    """Whether the address is a form's, with fields nobody filled: a shorter one says the same."""
    return any(not value for values in request.GET.lists() for value in values[1])


def _address(query: Query, ending: str = "") -> str:
    asked = f"?{query.address}" if query.address else ""
    return f"{reverse('catalogue:catalogue')}{ending}{asked}"


def _results_context(request: HttpRequest, results: Results) -> dict[str, Any]:
    query = results.query
    return {
        "results": results,
        "for_engines": [_for_engines(request, results)],
        "query": query,
        "chips": _chips(results),
        "sorts": [(sort.value, label) for sort, label in SORTS],
        "sizes": [(str(size), str(size)) for size in SIZES],
        "size": str(query.size),
        "first": (query.page - 1) * query.size + 1,
        "previous": _address(query.at(query.page - 1)) if query.page > 1 else "",
        "next": _address(query.at(query.page + 1)) if query.page < results.pages else "",
        "said": _said(results),
        "sentence": in_words(query),
        "here": _address(query),
        "cleared": _address(Query(sort=query.sort, size=query.size)),
        "easier": [] if results.hits or not query.narrowed else _easier(query),
        "files": [(file.title, file.media_type, _address(query, f".{file.name}")) for file in FILES.values()],
    }


def _for_engines(request: HttpRequest, results: Results) -> dict[str, Any]:
    return data_catalog(
        name=_("Catalogue of %s") % settings.SITE.site_name,
        description=_("Datasets of cancer images, described by the hospitals that hold them."),
        address=request.build_absolute_uri(reverse("catalogue:catalogue")),
        datasets=results.total,
    )


def _said(results: Results) -> str:
    """What a screen reader hears after a change."""
    return _("%(count)d of %(total)d datasets.") % {"count": results.count, "total": results.total}


def _easier(query: Query) -> list[tuple[str, int, str]]:
    """What finds something where this finds nothing: the same without one thing, the most found first."""
    chosen = query.chosen
    fewer = [
        (str(FACET[name].title), query.only(chosen={one: chosen[one] for one in chosen if one != name}))
        for name in chosen
    ]
    if query.text:
        fewer.append((_("Words"), query.only(text="")))
    for label, names in ((_("Number of subjects"), ("least", "most")), (_("Age"), ("youngest", "oldest"))):
        if any(name in query.ranges for name in names):
            fewer.append((label, query.only(**dict.fromkeys(names))))
    found = [(label, len(found_ids(each)), _address(each)) for label, each in fewer]
    return sorted((one for one in found if one[1]), key=lambda one: -one[1])


def _chips(results: Results) -> list[dict[str, Any]]:
    """Each thing asked for, with the address without it."""
    query = results.query
    values = [
        {
            "facet": facet.title,
            "label": value.label,
            "address": _address(query.without(facet.name, value.key)),
        }
        for facet in results.facets
        for value in facet.values
        if value.chosen
    ]
    words = [(_("Words"), query.text, query.only(text=""))] if query.text else []
    bounds = [
        (_BOUNDS[name], f"{bound:,}", query.only(**{name: None})) for name, bound in query.ranges.items()
    ]
    others = [
        {"facet": title, "label": said, "address": _address(without)}
        for title, said, without in words + bounds
    ]
    return others + values
