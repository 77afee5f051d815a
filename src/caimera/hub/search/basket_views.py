"""From what the hospitals answered straight into the basket, with the question that was asked."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from caimera.hub.catalogue import basket_actions
from caimera.hub.catalogue.baskets import Origin
from caimera.hub.catalogue.errors import BasketFull
from caimera.hub.catalogue.queries import visible_records
from caimera.hub.search import queries
from caimera.hub.search.results import QuestionState
from caimera.people.access import caller, member
from caimera.web.access import own


@member
@require_POST
@own
def into_basket(request: HttpRequest, question_id: UUID) -> HttpResponse:
    """Put the datasets that answered my question into my basket: one of them, or all that have a match."""
    asked = get_object_or_404(queries.visible_questions(caller(request)), pk=question_id)
    state = queries.question_state(asked)
    wanted = _matching(state) if "all" in request.POST else _chosen(state, request.POST.getlist("put"))
    described = visible_records().filter(pk__in=wanted).count()
    origin = Origin(question=asked.canonical, question_id=asked.pk)
    try:
        number = basket_actions.put(request=request, wanted=wanted, origin=origin)
    except BasketFull as full:
        messages.warning(request, str(full))
    else:
        messages.success(request, _sentence(number, len(wanted) - described))
    return redirect(f"{reverse('search:question', args=[question_id])}#datasets")


def _matching(state: QuestionState) -> set[UUID]:
    """The datasets known to have patients who fit; of those with too few to tell, nobody knows."""
    datasets = (dataset for node in state.nodes for dataset in node.datasets)
    return {dataset.id for dataset in datasets if dataset.subjects.value}


def _chosen(state: QuestionState, words: list[str]) -> set[UUID]:
    """The datasets named, of those that answered."""
    answered = {str(dataset.id): dataset.id for node in state.nodes for dataset in node.datasets}
    return {answered[word] for word in words if word in answered}


def _sentence(number: int, undescribed: int) -> str:
    said = ngettext("%d dataset was put into your basket.", "%d datasets were put into your basket.", number)
    if not undescribed:
        return said % number
    more = ngettext(
        "%d has no description in the catalogue yet and was left out.",
        "%d have no description in the catalogue yet and were left out.",
        undescribed,
    )
    return f"{said % number} {more % undescribed}"
