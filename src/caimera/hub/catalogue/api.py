"""The catalogue as JSON, the same as the pages. Nobody signs in: what is here is published for anyone."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Query, Router

from caimera.hub.catalogue.finding import find
from caimera.hub.catalogue.models import Record
from caimera.hub.catalogue.schemas import CataloguePage, DatasetDescribed, Search
from caimera.web.problems import problem, refusals

router = Router(tags=["catalogue"])


@router.get(
    "/catalogue",
    auth=None,
    response={200: CataloguePage, **refusals(422)},
    summary="Search the catalogue",
)
def search_catalogue(request: HttpRequest, search: Query[Search]) -> CataloguePage:  # type: ignore[valid-type]
    """Datasets found by words, facets and numbers, with counts of every facet under the other filters."""
    return CataloguePage.of(find(search.query()))  # type: ignore[attr-defined]


@router.get(
    "/catalogue/{uuid:dataset_id}",
    auth=None,
    response={200: DatasetDescribed, **refusals(404, 410)},
    summary="Read a dataset's description",
)
def read_dataset(request: HttpRequest, dataset_id: UUID) -> DatasetDescribed | HttpResponse:
    """What the catalogue knows of a dataset; 410 when it was withdrawn."""
    record = get_object_or_404(Record, pk=dataset_id)
    if record.withdrawn_at is not None:
        return problem(410, _("The dataset was withdrawn."), _("Its identifier is kept; there is no other."))
    page = request.build_absolute_uri(reverse("catalogue:dataset", args=[record.pk]))
    return DatasetDescribed.whole(record, f"{page}?format=ttl")
