"""The page of a dataset: all that is known of it, and what is not; its record for programs; its tombstone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from caimera.dcat import (
    PROFILES,
    Computed,
    Dataset,
    Described,
    as_schema_org,
    cite_as,
    counts_of,
    figures_of,
    findings,
    header,
    links,
)
from caimera.hub.catalogue import numbers, words
from caimera.hub.catalogue.citing import as_bibtex
from caimera.hub.catalogue.documents import FORMS, Form, doi_of
from caimera.hub.catalogue.models import Record
from caimera.hub.catalogue.neighbours import neighbours
from caimera.hub.catalogue.network_views import belonging
from caimera.hub.catalogue.providers import slug_of
from caimera.hub.catalogue.reading import parsed
from caimera.hub.catalogue.schema_org import breadcrumbs
from caimera.hub.catalogue.tiers import offer_of, tier_of
from caimera.hub.catalogue.versions import others
from caimera.web.access import anyone


@anyone
@require_safe
def dataset(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """All that is known of a dataset, and what is not; or, as `?format=` says, its record for programs."""
    record = get_object_or_404(Record.objects.select_related("source__node"), pk=dataset_id)
    if record.withdrawn_at is not None:
        return _tombstone(request, record)
    graph, described = parsed(record.turtle, record.pk)
    name = request.GET.get("format", "")
    if name in FORMS:
        return _document(FORMS[name], FORMS[name].make(graph, described), record)
    page, computed = request.build_absolute_uri(request.path), figures_of(graph, described.id or "")
    context = {
        **_identity(record, described, page),
        "for_engines": [as_schema_org(described, counts_of(graph, described.id or "")), _trail(record, page)],
        **_access(record, described),
        **_numbers(record, computed),
        "findings": findings(Described(described, computed)),
        "groups": words.in_words(described, computed),
        "versions": others(graph, described),
        "belonging": belonging(record),
        "neighbours": neighbours(request, record.pk),
        "profiles": list(_profiles(record)),
    }
    response = render(request, "catalogue/dataset.html", context)
    response["Link"] = header(links(described, page=page, profile=PROFILES["eucaim-v2"].specification))
    return response


def _document(form: Form, document: bytes, record: Record) -> HttpResponse:
    response = HttpResponse(document, content_type=form.media_type)
    response["Content-Disposition"] = f'inline; filename="{record.pk}.{form.name}"'
    return response


def _identity(record: Record, described: Dataset, page: str) -> dict[str, Any]:
    """What it is called, where it is found, how it is cited."""
    site = page.removesuffix(reverse("catalogue:dataset", args=[record.pk]))
    pid = site + reverse("catalogue:pid", args=[record.pk])
    doi = doi_of(described)
    return {
        "record": record,
        "dataset": described,
        "provider_slug": slug_of(record.provider) if record.provider else "",
        "citation": cite_as(described),
        "bibtex": as_bibtex(described, pid=pid, today=timezone.now().date()),
        "doi": doi,
        "doi_address": f"https://doi.org/{quote(doi)}",
        "pid": pid,
        "forms": list(FORMS.values()),
    }


def _trail(record: Record, page: str) -> dict[str, Any]:
    """Where the page stands, for search engines."""
    site = page.removesuffix(reverse("catalogue:dataset", args=[record.pk]))
    trail = [(_("Catalogue"), site + reverse("catalogue:catalogue"))]
    if record.provider:
        provider = reverse("catalogue:provider", args=[slug_of(record.provider)])
        trail.append((record.provider, site + provider))
    return breadcrumbs([*trail, (record.title, page)])


def _access(record: Record, described: Dataset) -> dict[str, Any]:
    """What can be done with it, by what its node offers and under which terms."""
    offer = offer_of(record.source.node, timezone.now())
    tier = tier_of(described.tier or "", offer.tier)
    return {
        "access": words.access(described),
        "contacts": list(words.contacts(described)),
        "rights": words.concept(described.access_rights) if described.access_rights else None,
        "tier": tier,
        "offer": offer,
        "claimed": words.concept(described.tier) if described.tier and described.tier != tier.iri else None,
    }


def _numbers(record: Record, computed: Computed | None) -> dict[str, Any]:
    """What is counted, by which rules, and how complete it is."""
    return {
        "figures": numbers.told(record),
        "rules": numbers.rules_in_words(computed),
        "charts": numbers.charts(computed),
        "uncounted": numbers.uncounted(computed),
        "columns": numbers.columns(computed),
    }


def _profiles(record: Record) -> Iterator[tuple[Any, Any]]:
    for name, judged in record.conformance.items():
        if name in PROFILES:
            yield PROFILES[name], judged


@anyone
@require_safe
def pid(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """Where an identifier leads, for ever: to the dataset's page, or to what is left of it."""
    record = get_object_or_404(Record.objects.select_related("source__node"), pk=dataset_id)
    if record.withdrawn_at is not None:
        return _tombstone(request, record)
    return redirect("catalogue:dataset", dataset_id=record.pk)


def _tombstone(request: HttpRequest, record: Record) -> HttpResponse:
    """A dataset that was here: 410, which says that it is gone for good."""
    context = {"record": record, "provider_slug": slug_of(record.provider) if record.provider else ""}
    return render(request, "catalogue/tombstone.html", context, status=410)
