"""Pages of networks, of their imaging biobanks, and of what these hold."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from caimera.hub.catalogue import networking
from caimera.hub.catalogue.models import Record
from caimera.hub.catalogue.provider_views import page_of
from caimera.hub.catalogue.words import is_web
from caimera.people.models import Biobank, Organisation
from caimera.web.access import anyone


@anyone
@require_safe
def networks(request: HttpRequest) -> HttpResponse:
    """Every network with its organisations, by country; then those that are in none."""
    return render(request, "catalogue/networks.html", {"joined": networking.joined()})


@anyone
@require_safe
def network(request: HttpRequest, network_id: int) -> HttpResponse:
    """One network: its organisations, their biobanks, and how many datasets each has."""
    found = networking.joined_in(network_id)
    if found is None:
        raise Http404
    return render(request, "catalogue/network.html", {"one": found})


@anyone
@require_safe
def biobank(request: HttpRequest, biobank_id: int) -> HttpResponse:
    """One imaging biobank, whose it is, and its datasets."""
    found = get_object_or_404(Biobank.objects.select_related("organisation"), pk=biobank_id)
    context = {"biobank": found, "organisation": found.organisation, "name": found.name}
    return _held(request, context, networking.datasets_of_biobank(found))


@anyone
@require_safe
def organisation(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """One organisation of the federation, and all its datasets."""
    found = get_object_or_404(Organisation, pk=organisation_id)
    return _held(request, {"organisation": found, "name": found.name}, networking.datasets_of(found))


def _held(request: HttpRequest, context: dict[str, Any], datasets: Any) -> HttpResponse:
    light = datasets.defer("turtle", "description", "conformance")
    sites = [one.website for name in ("biobank", "organisation") if (one := context.get(name)) is not None]
    more = {
        "networks": list(context["organisation"].networks.all()),
        "website": next(filter(is_web, sites), ""),
        **page_of(request, light),
    }
    return render(request, "catalogue/biobank.html", {**context, **more})


def belonging(record: Record) -> dict[str, Any]:
    """Where a dataset stands: its organisation, biobank and networks, as far as they are known."""
    whose = networking.organisation_of(record.source_id, record.provider)
    if whose is None:
        return {}
    return {
        "organisation": whose,
        "biobank": networking.biobank_of(whose, record.provider),
        "networks": list(whose.networks.all()),
    }
