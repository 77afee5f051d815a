"""Pages: build a question, ask it, see the answers; what I asked; which nodes there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from caimera import cohort
from caimera.hub.catalogue.queries import visible_records
from caimera.hub.federation.queries import enrolled_nodes
from caimera.hub.federation.schemas import NodeSummary
from caimera.hub.search import actions, finding, queries
from caimera.hub.search.builder import read, split
from caimera.hub.search.errors import SearchError, TooManyQuestions
from caimera.hub.search.forms import BuilderForm, by_context, known_variables, receive
from caimera.hub.search.schemas import QuestionSummary
from caimera.hub.search.sorting import DatasetTable, Order
from caimera.hub.search.templatetags.wording import builder_address
from caimera.people.access import caller, member
from caimera.web.access import anyone, own
from caimera.web.limits import with_pause
from caimera.web.logs import current_request_id

PAGE = 25
"""Questions on one page of the history."""

LATEST = 25
"""Answers shown on a dataset's page."""


@anyone
@require_safe
def builder(request: HttpRequest) -> HttpResponse:
    """The search bars and the tree of variables; everything stands in the address."""
    form, by = receive(request.GET), known_variables(request.GET.getlist("by"))
    swapped = "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers
    if "do" in request.GET and form.valid and not swapped:
        return redirect(f"{_address(form, by)}#{form.focus or 'question'}")
    template = "search/builder_part.html" if swapped else "search/builder.html"
    response = render(request, template, {**_builder_context(form, by), "part": swapped})
    if swapped and form.valid:
        response["HX-Push-Url"] = _address(form, by)
    patch_vary_headers(response, ["HX-Request"])
    return response


@anyone
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """The variables and values that are called so, as a part of the builder."""
    wanted = request.GET.get("find", "").strip()
    found = finding.find(wanted)
    number = sum(one.all + one.itself for one in found)
    said = ngettext("%d match.", "%d matches.", number) % number if wanted else ""
    return render(request, "search/found_changes.html", {"found": found, "wanted": wanted, "said": said})


def _address(form: BuilderForm, by: Sequence[str]) -> str:
    """Where the form stands as it is now, what is looked for included."""
    address = builder_address(form.bars, by)
    return f"{address}&{urlencode({'find': form.find})}" if form.find else address


def _builder_context(form: BuilderForm, by: Sequence[str] = ()) -> dict[str, Any]:
    question = form.bars.question
    return {
        **by_context(by),
        "form": form,
        "words": cohort.in_words(question, translate=_),
        "text": form.text or cohort.to_text(question),
        "everything": question == cohort.EVERYTHING,
        "find_address": reverse("search:find"),
        "address": builder_address(form.bars, by),
        "by": by,
        "node_count": enrolled_nodes().count(),
    }


@member
@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: HttpRequest) -> HttpResponse:
    """What I asked, newest first; or, sent as a form, a new question for all nodes."""
    if request.method == "POST":
        return _ask(request)
    wanted = request.GET.get("find", "").strip()
    mine = queries.found_questions(caller(request), wanted)
    page = Paginator(mine, PAGE).get_page(request.GET.get("page"))
    summaries = [QuestionSummary.of(question) for question in page.object_list]
    return render(request, "search/questions.html", {"page": page, "summaries": summaries, "wanted": wanted})


def _ask(request: HttpRequest) -> HttpResponse:
    texts, by = request.POST.getlist("bar"), request.POST.getlist("by")
    bars, unread = read(texts)
    purpose = request.POST.get("purpose", "")
    if unread:
        return redirect(f"{reverse('search:builder')}?{urlencode({'bar': texts, 'by': by}, doseq=True)}")
    try:
        question = actions.ask(
            person=caller(request),
            question=bars.question,
            purpose=purpose,
            request_id=current_request_id(),
            breakdown=by,
        )
    except SearchError as error:
        refused = {"purpose": purpose, f"{error.field}_problem": str(error)}
        context = {**_builder_context(BuilderForm(bars), by), **refused}
        if isinstance(error, TooManyQuestions):
            return with_pause(render(request, "search/builder.html", context, status=429), error.seconds)
        return render(request, "search/builder.html", context, status=422)
    return redirect("search:question", question_id=question.pk)


@member
@require_safe
@own
def question(request: HttpRequest, question_id: UUID) -> HttpResponse:
    """One question and everything known of it now; further answers arrive by themselves."""
    asked = get_object_or_404(queries.visible_questions(caller(request)), pk=question_id)
    state = queries.question_state(asked)
    context = {
        "state": state,
        "bars": split(cohort.parse(asked.text)),
        "table": DatasetTable.of(state.nodes, Order.read(request.GET)),
    }
    return render(request, "search/question.html", context)


@member
@require_safe
@own
def dataset(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """What is known of one dataset: from the answers it gave to me, newest first."""
    said = queries.said_by_dataset(caller(request), dataset_id, latest=LATEST)
    if not said:
        raise Http404
    described = visible_records().filter(pk=dataset_id).exists()
    return render(request, "search/dataset.html", {"latest": said[0], "said": said, "described": described})


@anyone
@require_safe
def nodes(request: HttpRequest) -> HttpResponse:
    """The nodes of the federation, and whether they are there now."""
    now = timezone.now()
    summaries = [NodeSummary.of(node, now=now) for node in enrolled_nodes()]
    return render(request, "search/nodes.html", {"nodes": summaries})
