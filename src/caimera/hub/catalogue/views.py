"""Pages: one dataset, where descriptions come from. Open to anyone, as a catalogue must be."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from caimera.dcat import PROFILES, Dataset, cite_as, header, links
from caimera.hub.catalogue import queries, words
from caimera.hub.catalogue.documents import FORMS, Form, doi_of
from caimera.hub.catalogue.models import Record, Source
from caimera.hub.catalogue.reading import parsed
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
    page = request.build_absolute_uri(request.path)
    response = render(request, "catalogue/dataset.html", _dataset_context(record, described, page))
    response["Link"] = header(links(described, page=page, profile=PROFILES["eucaim-v2"].specification))
    return response


def _document(form: Form, document: bytes, record: Record) -> HttpResponse:
    response = HttpResponse(document, content_type=form.media_type)
    response["Content-Disposition"] = f'inline; filename="{record.pk}.{form.name}"'
    return response


def _dataset_context(record: Record, described: Dataset, page: str) -> dict[str, Any]:
    return {
        "record": record,
        "dataset": described,
        "groups": words.in_words(described),
        "figures": _figures(record),
        "number_kind": words.number_kind(described),
        "not_told": words.NOT_TOLD,
        "access": words.access(described),
        "contacts": list(words.contacts(described)),
        "rights": words.concept(described.access_rights) if described.access_rights else None,
        "tier": words.concept(described.tier) if described.tier else None,
        "citation": cite_as(described),
        "doi": (doi := doi_of(described)),
        "doi_address": f"https://doi.org/{quote(doi)}",
        "pid": page.removesuffix(reverse("catalogue:dataset", args=[record.pk]))
        + reverse("catalogue:pid", args=[record.pk]),
        "forms": list(FORMS.values()),
        "profiles": [
            (PROFILES[name], judged) for name, judged in record.conformance.items() if name in PROFILES
        ],
    }


def _figures(record: Record) -> list[tuple[str, int | None]]:
    return [(_("Subjects"), record.subjects), (_("Imaging studies"), record.studies)]


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
    return render(request, "catalogue/tombstone.html", {"record": record}, status=410)


@anyone
@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Where descriptions come from, and how the last run went."""
    return render(request, "catalogue/sources.html", {"states": queries.source_states()})


@anyone
@require_safe
def source(request: HttpRequest, source_id: str) -> HttpResponse:
    """One source: its runs, what was refused and why."""
    found = Source.objects.select_related("node").filter(pk=source_id).first()
    if found is None:
        raise Http404
    return render(request, "catalogue/source.html", {"state": queries.source_state(found)})
