"""Pages: one dataset in a form, new or changed, and its withdrawal."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from caimera.dcat import Dataset
from caimera.hub.catalogue.errors import CatalogueError
from caimera.hub.catalogue.models import Record, Source
from caimera.hub.catalogue.reading import parsed
from caimera.hub.describing import actions, queries
from caimera.hub.describing.building import taken_apart
from caimera.hub.describing.forms import Description, filled, judged, received
from caimera.people.access import caller, needs


@needs("datasets.describe")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, source_id: str) -> HttpResponse:
    """An empty form; sent, a new dataset."""
    found = get_object_or_404(queries.hands(), pk=source_id)
    if request.method != "POST":
        return _page(request, found, None, filled({}))
    return _taken(request, found, uuid4(), None)


@needs("datasets.describe")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, source_id: str, dataset_id: UUID) -> HttpResponse:
    """The form of a dataset that is there; sent, its change."""
    found, record = _record(source_id, dataset_id)
    _graph, base = parsed(record.turtle, dataset_id)
    if request.method != "POST":
        return _page(request, found, record, filled(taken_apart(base)))
    return _taken(request, found, dataset_id, base, record)


@needs("datasets.describe")
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, source_id: str, dataset_id: UUID) -> HttpResponse:
    """Say what withdrawing means; confirmed, do it."""
    found, record = _record(source_id, dataset_id)
    if request.method != "POST":
        return render(request, "describing/withdraw.html", {"source": found, "record": record})
    actions.withdraw(source=found, dataset_id=dataset_id, person=caller(request))
    messages.success(request, _("“%s” was withdrawn.") % record.title)
    return redirect("describing:source", source_id=found.pk)


def _record(source_id: str, dataset_id: UUID) -> tuple[Source, Record]:
    found = get_object_or_404(queries.hands(), pk=source_id)
    return found, get_object_or_404(queries.entered(found), pk=dataset_id)


def _taken(
    request: HttpRequest, found: Source, dataset_id: UUID, base: Dataset | None, record: Record | None = None
) -> HttpResponse:
    """Judge what was sent as a sheet is judged; without a problem it goes to the catalogue."""
    form = received(request.POST)
    dataset = judged(form, dataset_id, base)
    if dataset is None:
        return _page(request, found, record, form, status=422)
    try:
        actions.describe(source=found, dataset_id=dataset_id, dataset=dataset, person=caller(request))
    except CatalogueError as problem:
        form.problems[""] = str(problem)
        return _page(request, found, record, form, status=422)
    messages.success(request, _("“%s” is in the catalogue.") % form.values["title"])
    return redirect("describing:source", source_id=found.pk)


def _page(
    request: HttpRequest, found: Source, record: Record | None, form: Description, *, status: int = 200
) -> HttpResponse:
    context = {"source": found, "record": record, "form": form}
    return render(request, "describing/dataset.html", context, status=status)
