"""Pages for operators: a source on the web looked at, taken in, stopped, and taken out again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from caimera.dcat import DcatError
from caimera.hub.catalogue import foreign, queries
from caimera.hub.catalogue.errors import CatalogueError
from caimera.hub.catalogue.looking import look
from caimera.hub.catalogue.models import Source
from caimera.people.access import caller, needs

LONGEST_TITLE = 200


@needs("sources.keep")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Ask for an address; sent, look what is there; confirmed, take it in."""
    if request.method != "POST":
        return _add_page(request, {"url": request.GET.get("url", "")})
    said = {
        name: request.POST.get(name, "").replace("\x00", "").strip() for name in ("url", "title", "private")
    }
    private, title = said["private"] == "yes", " ".join(said["title"].split())[:LONGEST_TITLE]
    try:
        if request.POST.get("do") != "add":
            return _add_page(request, {**said, "look": look(url=said["url"], private=private)})
        actor = caller(request).actor
        source = foreign.add_source(url=said["url"], title=title, private=private, actor=actor)
    except (CatalogueError, DcatError) as problem:
        return _add_page(request, {**said, "problem": str(problem)}, status=422)
    messages.success(request, _("“%s” was added. It is read within a minute.") % source.name)
    return redirect("catalogue:source", source_id=source.pk)


def _add_page(request: HttpRequest, said: dict[str, Any], *, status: int = 200) -> HttpResponse:
    words = _("Allow an address of a private network")
    context = {
        **said,
        "boxes": [("yes", words, said.get("private") == "yes", 0)],
        "proposals": queries.proposals()[:100],
    }
    return render(request, "catalogue/add_source.html", context, status=status)


@needs("sources.keep")
@require_http_methods(["GET", "HEAD", "POST"])
def keep(request: HttpRequest, source_id: str) -> HttpResponse:
    """Ask whether a source is to be read no more, read again, or taken out; confirmed, do it."""
    found = Source.objects.filter(pk=source_id).exclude(url="").first()
    if found is None:
        raise Http404
    if request.method != "POST":
        here = queries.visible_records().filter(source=found).count()
        return render(request, "catalogue/keep_source.html", {"source": found, "here": here})
    _done(request, found, request.POST.get("do", ""))
    return redirect("catalogue:source", source_id=source_id)


def _done(request: HttpRequest, source: Source, do: str) -> None:
    """What the person chose; anything else changes nothing."""
    actor = caller(request).actor
    if do == "remove":
        gone = foreign.remove_source(source_id=source.pk, actor=actor).gone
        messages.success(request, _("It was taken out; %d datasets were withdrawn.") % gone)
    elif do == "stop":
        foreign.set_harvested(source_id=source.pk, harvested=False, actor=actor)
        messages.success(request, _("It is read no more. Its datasets stay."))
    elif do == "resume":
        foreign.set_harvested(source_id=source.pk, harvested=True, actor=actor)
        messages.success(request, _("It is read again, within a minute."))
