"""Pages of those who hold datasets, and of series of datasets."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from caimera.dcat import Graph
from caimera.hub.catalogue import providers as held
from caimera.hub.catalogue import queries, words
from caimera.hub.catalogue.models import Record, Source
from caimera.hub.catalogue.networking import organisation_of
from caimera.hub.catalogue.numbers import number_in_words
from caimera.hub.catalogue.queries import visible_records
from caimera.hub.catalogue.reading import parsed
from caimera.hub.catalogue.schema_org import breadcrumbs
from caimera.hub.catalogue.tiers import offer_of
from caimera.hub.catalogue.versions import series_title
from caimera.web.access import anyone

ON_A_PAGE = 50


@anyone
@require_safe
def providers(request: HttpRequest) -> HttpResponse:
    """Networks, and the providers in each."""
    return render(request, "catalogue/providers.html", {"networks": held.networks(timezone.now())})


@anyone
@require_safe
def provider(request: HttpRequest, slug: str) -> HttpResponse:
    """One provider: its numbers, how it is reached, whether its node is there, its datasets."""
    found = held.called(slug)
    if not found:
        raise Http404
    datasets = held.datasets_of(found)
    newest = Record.objects.select_related("source__node").filter(pk=datasets.values("pk")[:1]).first()
    context = {
        "provider": held.together(found),
        "organisation": organisation_of(found[0].source_id, found[0].name),
        "sources": [_source(one.source_id) for one in found],
        "contacts": list(words.contacts(parsed(newest.turtle, newest.pk)[1])) if newest else [],
        **page_of(request, datasets),
        "for_engines": [_trail(request, found[0].name, request.path)],
    }
    return render(request, "catalogue/provider.html", context)


def _source(source_id: str) -> tuple[queries.SourceState, str]:
    source = Source.objects.select_related("node").get(pk=source_id)
    return queries.source_state(source, runs=5), offer_of(source.node, timezone.now()).sentence


@anyone
@require_safe
def series(request: HttpRequest) -> HttpResponse:
    """The datasets that name one series, by its address."""
    address = request.GET.get("address", "").replace("\x00", "")
    found = visible_records().filter(series__contains=[address]) if address else Record.objects.none()
    first = found.first()
    if first is None:
        raise Http404
    graph: Graph = parsed(first.turtle, first.pk)[0]
    title = series_title(graph, address)
    context = {
        "title": title,
        "address": address if words.is_web(address) else "",
        **page_of(request, found.defer("turtle", "description", "conformance")),
        "asked": address,
        "for_engines": [_trail(request, title, request.get_full_path())],
    }
    return render(request, "catalogue/series.html", context)


def _trail(request: HttpRequest, name: str, path: str) -> dict[str, Any]:
    catalogue = request.build_absolute_uri(reverse("catalogue:catalogue"))
    return breadcrumbs([(_("Catalogue"), catalogue), (name, request.build_absolute_uri(path))])


def page_of(request: HttpRequest, datasets: Any) -> dict[str, Any]:
    """A page of datasets with their numbers in words; what is no page is the first."""
    page = Paginator(datasets, ON_A_PAGE).get_page(request.GET.get("page"))
    rows = [(one, number_in_words(one, "subjects"), number_in_words(one, "studies")) for one in page]
    return {"page": page, "rows": rows}
