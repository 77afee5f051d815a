"""Pages: where descriptions come from. Open to anyone, as a catalogue must be."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from caimera.hub.catalogue import queries
from caimera.hub.catalogue.models import Source
from caimera.people.access import caller
from caimera.web.access import anyone


@anyone
@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Where descriptions come from, and how the last run went."""
    context = {"states": queries.source_states(), "may_keep": _may_keep(request)}
    return render(request, "catalogue/sources.html", context)


def _may_keep(request: HttpRequest) -> bool:
    """Whether who looks may add sources and take them out."""
    return request.user.is_authenticated and caller(request).may("sources.keep")


@anyone
@require_safe
def source(request: HttpRequest, source_id: str) -> HttpResponse:
    """One source: its runs, what was refused and why."""
    found = Source.objects.select_related("node").filter(pk=source_id).first()
    if found is None:
        raise Http404
    context = {"state": queries.source_state(found), "may_keep": _may_keep(request)}
    return render(request, "catalogue/source.html", context)
