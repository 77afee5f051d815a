"""The basket on any page: a button for a dataset, and what led to what is in it."""

from __future__ import annotations

from uuid import UUID

from django import template
from django.http import HttpRequest, QueryDict
from django.template import Context
from django.utils.translation import gettext as _

from caimera import cohort
from caimera.hub.catalogue.baskets import dataset_ids
from caimera.hub.catalogue.counting import label_of
from caimera.hub.catalogue.facets import FACET
from caimera.hub.catalogue.filters import read
from caimera.hub.catalogue.models import Record
from caimera.hub.catalogue.sentences import in_words

register = template.Library()

_LOOKED_UP = "_caimera_basket"


@register.simple_tag(takes_context=True)
def in_basket(context: Context, dataset_id: UUID) -> bool:
    """Whether a dataset is in the basket of who looks; looked up once a page."""
    return dataset_id in _ids(context["request"])


def _ids(request: HttpRequest) -> frozenset[UUID]:
    if (known := getattr(request, _LOOKED_UP, None)) is None:
        known = dataset_ids(request)
        # A page changes nothing, and what changed something asks anew: its answer is another request's.
        setattr(request, _LOOKED_UP, known)
    return known


@register.filter
def search_words(search: str) -> str:
    """A query string of the catalogue as a sentence."""
    return in_words(read(QueryDict(search)))


@register.filter
def question_words(text: str) -> str:
    """A question to the hospitals as a sentence; one of an older grammar as it stands."""
    try:
        return cohort.in_words(cohort.parse(text), translate=_)
    except cohort.QuestionError:
        return text


@register.filter
def terms(record: Record) -> list[str]:
    """The labels of a dataset's terms of use."""
    return [label_of(FACET["terms"], key) for key in record.facets.get("terms", ())]
