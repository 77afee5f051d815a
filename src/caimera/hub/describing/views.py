"""Pages: the holders whose datasets are entered here, their sheets, what a sheet would change."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from caimera.hub.catalogue.errors import CatalogueError
from caimera.hub.catalogue.models import Source
from caimera.hub.describing import actions, queries
from caimera.hub.describing.building import taken_apart
from caimera.hub.describing.errors import NotASheet, NothingKept, Overtaken
from caimera.hub.describing.forms import rows
from caimera.hub.describing.guard import LARGEST_FILE
from caimera.hub.describing.models import Draft
from caimera.hub.describing.sheet import Sheet, read
from caimera.hub.describing.template import MEDIA_TYPE
from caimera.hub.describing.template import template as workbook
from caimera.people.access import caller, needs

LONGEST_TITLE = 200


@needs("datasets.describe")
@require_http_methods(["GET", "HEAD", "POST"])
def sources(request: HttpRequest) -> HttpResponse:
    """The holders whose datasets people enter; or, sent as a form, one more."""
    if request.method != "POST":
        return render(request, "describing/sources.html", {"hands": queries.hands()})
    title = " ".join(request.POST.get("title", "").replace("\x00", "").split())
    if not title or len(title) > LONGEST_TITLE:
        problem = _("Write the name of the holder, in %d characters at most.") % LONGEST_TITLE
        context = {"hands": queries.hands(), "title": title, "problem": problem}
        return render(request, "describing/sources.html", context, status=422)
    opened = actions.open_source(title=title, person=caller(request))
    return redirect("describing:source", source_id=opened.pk)


@needs("datasets.describe")
@require_http_methods(["GET", "HEAD", "POST"])
def source(request: HttpRequest, source_id: str) -> HttpResponse:
    """One holder: what is entered, and the ways to enter more; or, with a sheet, what is wrong with it."""
    found = get_object_or_404(queries.hands(), pk=source_id)
    if request.method != "POST":
        return _source_page(request, found)
    file = request.FILES.get("sheet")
    if file is None or not file.size:
        return _source_page(request, found, status=422, refusal=_("Choose the file to send."))
    if file.size > LARGEST_FILE:
        sentence = _("The file has more than %d MB. Send fewer datasets at once.")
        return _source_page(request, found, status=422, refusal=sentence % (LARGEST_FILE // 10**6))
    try:
        sheet = read(file.read())
    except NotASheet as problem:
        return _source_page(request, found, status=422, refusal=str(problem))
    kept = actions.keep_sheet(source=found, sheet=sheet, file_name=file.name or "", person=caller(request))
    if kept is None:
        return _source_page(request, found, status=422, sheet=sheet, file_name=file.name)
    return redirect("describing:draft", draft_id=kept.pk)


def _source_page(
    request: HttpRequest, found: Source, *, status: int = 200, sheet: Sheet | None = None, **more: Any
) -> HttpResponse:
    problems = sorted(sheet.problems.items(), key=lambda one: _place(one[0])) if sheet else []
    context = {"source": found, "records": queries.entered(found), "problems": problems, **more}
    return render(request, "describing/source.html", context, status=status)


def _place(cell: str) -> tuple[int, int, str]:
    """Where a cell stands: by row, then by column."""
    letters = cell.rstrip("0123456789")
    return int(cell[len(letters) :] or 0), len(letters), letters


@needs("datasets.describe")
@require_safe
def template(request: HttpRequest, source_id: str) -> HttpResponse:
    """The template, with what is entered already."""
    found = get_object_or_404(queries.hands(), pk=source_id)
    known = queries.known(found)
    filled = [{"key": str(one), **rows(taken_apart(dataset))} for one, dataset in known.items()]
    response = HttpResponse(workbook(filled), content_type=MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{found.pk}.xlsx"'
    return response


@needs("datasets.describe")
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """What a sheet would change; confirmed, it is taken in, dropped, it is forgotten."""
    person = caller(request)
    try:
        found = queries.draft_of(person, draft_id)
        if request.method != "POST":
            return _draft_page(request, found)
        if request.POST.get("do") != "confirm":
            actions.drop(draft_id=draft_id, person=person)
            messages.info(request, _("The sheet was dropped. Nothing has changed."))
        else:
            taken = actions.confirm(draft_id=draft_id, seen=request.POST.get("seen", ""), person=person)
            sentence = _("Taken in: %(added)d added, %(changed)d changed, %(gone)d withdrawn.")
            messages.success(
                request, sentence % {name: getattr(taken, name) for name in ("added", "changed", "gone")}
            )
    except Overtaken as problem:
        messages.warning(request, str(problem))
        return redirect("describing:draft", draft_id=draft_id)
    except (NothingKept, CatalogueError) as problem:
        messages.error(request, str(problem))
        return redirect("describing:sources")
    return redirect("describing:source", source_id=found.source_id)


def _draft_page(request: HttpRequest, found: Draft) -> HttpResponse:
    context = {
        "draft": found,
        "changes": queries.changes(found.source, found.records),
        "seen": queries.stand(found.source),
    }
    return render(request, "describing/draft.html", context)
