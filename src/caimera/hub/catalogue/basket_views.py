"""The basket: what is in it and what its terms mean together; put in, take out, keep as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from caimera.hub.catalogue import basket_actions, baskets
from caimera.hub.catalogue.baskets import Line, Origin
from caimera.hub.catalogue.counting import label_of
from caimera.hub.catalogue.errors import BasketFull
from caimera.hub.catalogue.facets import FACET
from caimera.hub.catalogue.filters import read
from caimera.hub.catalogue.finding import found_ids
from caimera.hub.catalogue.models import Record
from caimera.hub.catalogue.terms import USES, Bound, Use, together
from caimera.web.access import anyone
from caimera.web.counters import counters
from caimera.web.spreadsheets import harmless


@anyone
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def basket(request: HttpRequest) -> HttpResponse:
    """What is in the basket; sent as a form, what goes in or out of it."""
    if request.method == "POST":
        return _change(request)
    lines = baskets.lines(baskets.items(request))
    if (form := request.GET.get("format", "")) in _FILES:
        return _FILES[form](request, lines)
    return render(request, "catalogue/basket.html", _context(request, lines))


def _context(request: HttpRequest, lines: list[Line]) -> dict[str, Any]:
    uses = [Use(one) for one in request.GET.getlist("use") if one in set(Use)]
    here = [line.record for line in lines if not line.withdrawn]
    return {
        "lines": lines,
        "providers": _by_provider(lines),
        "gone": [line for line in lines if line.withdrawn],
        "renewed": [line for line in lines if line.renewed or line.changed],
        "terms": together([Bound.of(record, record.facets) for record in here], uses),
        "uses": [(use.value, label, use in uses) for use, label in USES.items()],
    }


def _by_provider(lines: Iterable[Line]) -> list[tuple[str, list[Line]]]:
    """The datasets of each provider, providers by name; those nobody is named for last."""

    def provider(line: Line) -> str:
        return line.record.provider

    ordered = sorted(lines, key=lambda line: (not provider(line), provider(line).casefold(), provider(line)))
    return [(name, list(those)) for name, those in groupby(ordered, provider)]


def _change(request: HttpRequest) -> HttpResponse:
    try:
        said = _do(request)
    except BasketFull as full:
        messages.warning(request, str(full))
        return redirect("catalogue:basket")
    if "HX-Request" in request.headers and (changed := _one_record(request)) is not None:
        (counter,) = (one for one in counters(request) if one.icon == "basket")
        context = {"record": changed, "counter": counter, "said": said, "swap": True}
        return render(request, "catalogue/basket_changes.html", context)
    messages.success(request, said)
    return redirect(_way_back(request.POST.get("next", "")))


def _do(request: HttpRequest) -> str:
    """Do what the form says; returns a sentence about it. Raises BasketFull."""
    data = request.POST
    if "clear" in data:
        number = basket_actions.clear(request=request)
        return ngettext("%d dataset was taken out.", "%d datasets were taken out.", number) % number
    if unwanted := _ids(data.getlist("take")):
        number = basket_actions.take_out(request=request, unwanted=unwanted)
        return ngettext("%d dataset was taken out.", "%d datasets were taken out.", number) % number
    query = read(QueryDict(data.get("search", "")))
    wanted = found_ids(query) if "all" in data else _ids(data.getlist("put"))
    origin = Origin(search=query.only().address)
    number = basket_actions.put(request=request, wanted=wanted, origin=origin)
    return ngettext("%d dataset was put in.", "%d datasets were put in.", number) % number


def _ids(given: Iterable[str]) -> list[UUID]:
    """The identifiers among some words; others are nobody's."""
    return [one for text in given if (one := _id(text)) is not None]


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _one_record(request: HttpRequest) -> Record | None:
    """The dataset whose button was pressed, where it was one."""
    pressed = _ids([*request.POST.getlist("put"), *request.POST.getlist("take")])
    return Record.objects.only("id", "title").filter(pk=pressed[0]).first() if len(pressed) == 1 else None


def _way_back(target: str) -> str:
    own = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if own else reverse("catalogue:basket")


def _rows(request: HttpRequest, lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
    for line in lines:
        item, record = line.item, line.record
        yield {
            "id": str(record.pk),
            "title": record.title,
            "provider": record.provider,
            "version": item.version,
            "version_now": record.version,
            "withdrawn": line.withdrawn,
            "changed": line.renewed or line.changed,
            "subjects": record.subjects,
            "terms": [label_of(FACET["terms"], key) for key in record.facets.get("terms", ())],
            "page": request.build_absolute_uri(reverse("catalogue:pid", args=[record.pk])),
            "added_at": item.added_at.isoformat(),
            "search": _search_address(request, item.origin.search),
            "question": item.origin.question,
            "question_id": str(item.origin.question_id or ""),
        }


def _search_address(request: HttpRequest, search: str) -> str:
    return request.build_absolute_uri(f"{reverse('catalogue:catalogue')}?{search}") if search else ""


def _as_json(request: HttpRequest, lines: list[Line]) -> HttpResponse:
    document = {"basket": "caimera.basket/1", "datasets": list(_rows(request, lines))}
    response = JsonResponse(document, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="basket.json"'
    return response


_COLUMNS = (
    *("id", "title", "provider", "version", "version_now", "withdrawn", "changed", "subjects", "terms"),
    *("page", "added_at", "search", "question", "question_id"),
)


def _as_csv(request: HttpRequest, lines: list[Line]) -> HttpResponse:
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, _COLUMNS)
    writer.writeheader()
    for row in _rows(request, lines):
        flat = {**row, "terms": "; ".join(row["terms"])}
        writer.writerow({name: harmless(value) for name, value in flat.items()})
    response = HttpResponse(written.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="basket.csv"'
    return response


_FILES = {"json": _as_json, "csv": _as_csv}
