"""Pages: a form being written, a form that was handed in, the files that belong to it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from caimera.forms import Form, FormsError, Kind
from caimera.forms import form as form_called
from caimera.hub.documents.actions import LARGEST, give_out
from caimera.hub.documents.errors import DocumentsError
from caimera.hub.documents.serving import attachment
from caimera.hub.onboarding import actions, attaching, queries
from caimera.hub.onboarding.doors import Door
from caimera.hub.onboarding.errors import Incomplete
from caimera.hub.onboarding.forms import FormPage, answered
from caimera.hub.onboarding.models import Case
from caimera.hub.onboarding.reuse import Origin, offered
from caimera.hub.onboarding.views import REFUSALS, after, case_page, seen
from caimera.people.access import caller
from caimera.workflow import Transition


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest, door: Door, case_id: UUID, name: str) -> HttpResponse:
    """A form: to be written by whoever hands it in now, to be read by everyone else who sees the case."""
    person = caller(request)
    case = queries.case_for(person, case_id, door.cases(person))
    way = actions.way_with(case=case, name=name, person=person)
    if way is None:
        return _not_now(request, door, case, name)
    if request.method == "POST":
        return _written(request, door, case, way)
    offer = offered(case, _asked(name), person)
    return _writing(request, door, case, way, offer.given, origin=offer.origin)


def _not_now(request: HttpRequest, door: Door, case: Case, name: str) -> HttpResponse:
    """Whoever sends a form that is not theirs to write now is told how the case stands."""
    if request.method != "POST":
        return _reading(request, door, case, name)
    _asked(name)
    sentence = _("This form cannot be handed in now. What can be done is below.")
    if request.headers.get("X-Autosave"):
        return JsonResponse({"problem": sentence}, status=409)
    return case_page(request, door, case.pk, 409, problem=sentence)


def _asked(name: str) -> Form:
    try:
        return form_called(name)
    except FormsError as unknown:
        raise Http404 from unknown


def _written(request: HttpRequest, door: Door, case: Case, way: Transition) -> HttpResponse:
    """Keep what was written; then hand it in, go on, or do without a file, as the pressed button says."""
    person = caller(request)
    given, problems = _received(request, case, way)
    try:
        draft = actions.save_draft(case_id=case.pk, name=way.form, person=person, given=given)
    except Incomplete as too_much:
        return _writing(request, door, case, way, given, 422, problems=too_much.problems)
    if request.headers.get("X-Autosave"):
        return JsonResponse({"saved": draft.saved_at.isoformat()})
    if problems:
        return _writing(request, door, case, way, draft.given, 422, problems=problems)
    if request.POST.get("do") != "file":
        return _kept(request, door, case, way)
    return _handed_in(request, door, case, way)


def _received(
    request: HttpRequest, case: Case, way: Transition
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """What was sent, its files taken in; and which files will not do."""
    given, problems = {}, {}
    asked = _asked(way.form)
    for question in asked.questions:
        given[question.name] = request.POST.getlist(question.name)
        for file in request.FILES.getlist(f"file-{question.name}")[: int(question.most or 1)]:
            try:
                made = attaching.attach(
                    case_id=case.pk, name=way.form, question=question.name, file=file, person=caller(request)
                )
                given[question.name].append(str(made.pk))
            except DocumentsError as refused:
                problems[question.name] = str(refused)
    if gone := request.POST.get("without", ""):
        _take_away(request, case, gone)
        given = {name: [one for one in values if one != gone] for name, values in given.items()}
    return given, problems


def _take_away(request: HttpRequest, case: Case, gone: str) -> None:
    try:
        document_id = UUID(gone)
    except ValueError:
        return
    attaching.detach(case_id=case.pk, document_id=document_id, person=caller(request))


def _kept(request: HttpRequest, door: Door, case: Case, way: Transition) -> HttpResponse:
    messages.success(request, _("Saved. Nobody else sees it until you hand it in."))
    if request.POST.get("do") == "leave":
        return redirect(door.address("case", case))
    return redirect(door.address("form", case, name=way.form))


def _handed_in(request: HttpRequest, door: Door, case: Case, way: Transition) -> HttpResponse:
    person = caller(request)
    try:
        done = actions.step(case_id=case.pk, event=way.event, by=person, seen=seen(request))
    except Incomplete as missing:
        draft = queries.draft_of(case, way.form, person)
        given = draft.given if draft else {}
        return _writing(request, door, case, way, given, 422, problems=missing.problems)
    except REFUSALS as refused:
        return case_page(request, door, case.pk, refused.status, problem=str(refused))
    return after(request, door, done)


def _writing(
    request: HttpRequest,
    door: Door,
    case: Case,
    way: Transition,
    given: Any,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    asked = _asked(way.form)
    documents = queries.documents_of(case, way.form, caller(request))
    page = FormPage(asked, given, documents, more.pop("problems", {}))
    context = {
        "door": door.name,
        "case": case,
        "way": way,
        "page": page,
        "largest": LARGEST,
        "brings_files": any(one.kind is Kind.FILES for one in asked.questions),
        "origin": more.get("origin", Origin.DRAFT).value,
    }
    return render(request, "onboarding/form.html", context, status=status)


def _reading(request: HttpRequest, door: Door, case: Case, name: str) -> HttpResponse:
    filings = list(case.filings.select_related("by").filter(form=name).order_by("-id")[:2])
    if not filings:
        raise Http404
    last, earlier = filings[0], filings[1].answers if len(filings) > 1 else None
    asked = queries.form_of(last)
    documents = queries.documents_of(case, name, caller(request))
    context = {
        "door": door.name,
        "case": case,
        "form": asked,
        "filing": last,
        "sections": list(answered(asked, last.answers, documents, earlier)),
    }
    return render(request, "onboarding/filed.html", context)


@never_cache
@require_safe
def document(request: HttpRequest, door: Door, case_id: UUID, document_id: UUID) -> HttpResponse:
    """A file of a case, as an attachment and nothing else; that it was read stands in the trail."""
    person = caller(request)
    case = queries.case_for(person, case_id, door.cases(person))
    found = queries.document_of(case, document_id, person)
    if found is None:
        raise Http404
    try:
        content = give_out(document=found, person=person)
    except DocumentsError as damaged:
        return case_page(request, door, case_id, damaged.status, problem=str(damaged))
    return attachment(found, content)
