"""Pages: who and what was touched between two times, to look at and to hand over."""

from __future__ import annotations

import io

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from caimera.audit.checkpoints import make_checkpoint
from caimera.audit.errors import AuditError, TooMuchTouched
from caimera.audit.sequencing import sequence
from caimera.audit.touching import Touched, Wanted, package, touched
from caimera.people.access import caller, needs
from caimera.trail import actions
from caimera.trail.asking import Sought, sought

MOST = 200_000
"""Records one page or archive is made of; the command line knows no limit."""

SHOWN = 200
"""Lines of a table on the page; the archive has all."""


@needs("trail.all")
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The form, and what was touched once two times are given."""
    person, asked = caller(request), sought(request.GET, by_name=True)
    context = {
        "sent": asked.sent,
        "since": asked.sent["from"],
        "problems": asked.problems,
        "narrowed": asked.address,
    }
    if asked.problems or not asked.address:
        return render(request, "trail/touched.html", context, status=422 if asked.problems else 200)
    try:
        found = touched(_wanted(asked), most=MOST)
    except TooMuchTouched as refused:
        return render(request, "trail/touched.html", {**context, "problem": str(refused)}, status=422)
    actions.note_reading(person=person, what="touched", records=found.records, **asked.told)
    shown = {"found": found, "touches": found.touches[:SHOWN], "named": _named(found), "shown": SHOWN}
    return render(request, "trail/touched.html", {**context, **shown})


@needs("trail.all")
@never_cache
@require_safe
def archive(request: HttpRequest) -> HttpResponse:
    """The same as an archive with tables, JSON and the part of the trail that proves it."""
    person, asked = caller(request), sought(request.GET, by_name=True)
    if asked.problems:
        return render(
            request, "trail/touched.html", {"sent": asked.sent, "problems": asked.problems}, status=422
        )
    actions.note_export(person=person, what="touched", detail=asked.told)
    try:
        sequence(wait=True)
        make_checkpoint(wait=True)
        file = io.BytesIO()
        package(touched(_wanted(asked), most=MOST), file)
    except AuditError as refused:
        context = {"sent": asked.sent, "since": asked.sent["from"], "problems": {}, "problem": str(refused)}
        return render(request, "trail/touched.html", context, status=422)
    response = HttpResponse(file.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{settings.SITE.site_id}-touched.zip"'
    return response


def _wanted(asked: Sought) -> Wanted:
    return Wanted(asked.since, asked.until, asked.names, asked.sent["dataset"], asked.sent["site"])


def _named(found: Touched) -> list[tuple[str, list[tuple[str, int]]]]:
    return [(kind, list(names.items())[:SHOWN]) for kind, names in found.named.items()]
