"""Pages: the questions I keep under a name, and those others share with me."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caimera import cohort
from caimera.hub.search import actions, queries
from caimera.hub.search.builder import Bars, read, split
from caimera.hub.search.errors import SearchError
from caimera.hub.search.models import SavedQuestion
from caimera.hub.search.schemas import link_of
from caimera.people.access import caller, member
from caimera.web.access import anybodys, own


@member
@require_http_methods(["GET", "HEAD", "POST"])
def saved(request: HttpRequest) -> HttpResponse:
    """The questions I keep, by name; or, sent as a form, one more."""
    return _save(request) if request.method == "POST" else _list(request)


def _list(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    kept = [_shown(one) for one in queries.saved_questions(caller(request))]
    return render(request, "search/saved.html", {"kept": kept, **more}, status=status)


def _shown(one: SavedQuestion) -> dict[str, Any]:
    return {"saved": one, "bars": _bars(one), "link": link_of(one)}


def _bars(one: SavedQuestion) -> Bars:
    return split(cohort.parse(one.text))


def _save(request: HttpRequest) -> HttpResponse:
    bars, unread = read(request.POST.getlist("bar"))
    name, by = request.POST.get("name", ""), request.POST.getlist("by")
    if unread:
        return redirect("search:saved")
    try:
        one = actions.save_question(person=caller(request), name=name, question=bars.question, breakdown=by)
    except SearchError as error:
        return _list(request, 422, unsaved=bars, by=by, name=name, problem=str(error))
    messages.success(request, _("Kept as “%s”.") % one.name)
    return redirect("search:saved")


@member
@require_POST
@own
def change(request: HttpRequest, saved_id: UUID) -> HttpResponse:
    """Rename, delete, share or no longer share a question I keep, as the pressed button says."""
    mine = queries.saved_questions(caller(request)).select_related("owner")
    one = get_object_or_404(mine, pk=saved_id)
    if (act := _ACTS.get(request.POST.get("do", ""))) is None:
        return redirect("search:saved")
    try:
        messages.success(request, act(one, request))
    except SearchError as error:
        return _list(request, 422, renamed=one.pk, name=request.POST.get("name", ""), problem=str(error))
    return redirect("search:saved")


def _rename(one: SavedQuestion, request: HttpRequest) -> str:
    renamed = actions.rename_question(saved=one, name=request.POST.get("name", ""))
    return _("Now named “%s”.") % renamed.name


def _delete(one: SavedQuestion, request: HttpRequest) -> str:
    actions.delete_saved(saved=one)
    return _("“%s” is no longer kept.") % one.name


def _share(one: SavedQuestion, request: HttpRequest) -> str:
    actions.share_question(saved=one)
    return (
        _("Members who have the link of “%s” can now see and ask it. They never see your answers.") % one.name
    )


def _unshare(one: SavedQuestion, request: HttpRequest) -> str:
    actions.unshare_question(saved=one)
    return _("The link of “%s” has ended.") % one.name


_ACTS: Mapping[str, Callable[[SavedQuestion, HttpRequest], str]] = {
    "rename": _rename,
    "delete": _delete,
    "share": _share,
    "unshare": _unshare,
}


@member
@require_safe
@anybodys
def shared(request: HttpRequest, link: UUID) -> HttpResponse:
    """A question somebody shares: what it says, never what was answered."""
    one = queries.shared_question(link)
    if one is None:
        raise Http404
    words = cohort.in_words(cohort.parse(one.text), translate=_)
    return render(request, "search/shared.html", {"saved": one, "bars": _bars(one), "words": words})
