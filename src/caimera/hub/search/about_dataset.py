"""What the search has to say on a dataset's page in the catalogue."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from caimera.hub.catalogue.neighbours import Neighbour
from caimera.hub.search.queries import said_by_dataset
from caimera.people.access import caller


def answers(request: HttpRequest, dataset_id: UUID) -> Neighbour | None:
    """The page of what a dataset said to one's own questions; where there is nothing, the way to ask."""
    if request.user.is_authenticated and said_by_dataset(caller(request), dataset_id, latest=1):
        return Neighbour(_("What it said to my questions"), reverse("search:dataset", args=[dataset_id]))
    return Neighbour(_("Ask the hospitals a question"), reverse("search:builder"))
